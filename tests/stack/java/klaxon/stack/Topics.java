package klaxon.stack;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The topics of a load: partitions of every length, also empty ones, trimmed ones and one with transaction markers. */
final class Topics {
  private static final int MAX_RECORDS = 40;

  private final Admin admin;
  private final Properties client;
  private final List<TopicPartition> partitions = new ArrayList<>();
  private final Map<TopicPartition, Long> ends = new HashMap<>();

  Topics(Admin admin, Properties client) {
    this.admin = admin;
    this.client = client;
  }

  List<TopicPartition> partitions() {
    return partitions;
  }

  long end(TopicPartition partition) {
    return ends.get(partition);
  }

  /** Makes {@code topics} topics with {@code total} partitions together and fills them. */
  void make(String prefix, int topics, int total, int replication) throws Exception {
    List<NewTopic> wanted = new ArrayList<>();
    for (int i = 0; i < topics; i++) {
      int count = total / topics + (i < total % topics ? 1 : 0);
      String name = String.format("%s-%03d", prefix, i);
      NewTopic topic = new NewTopic(name, count, (short) replication);
      if (replication == 1) topic.configs(Map.of(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, "1"));
      wanted.add(topic);
      for (int p = 0; p < count; p++) partitions.add(new TopicPartition(name, p));
    }
    admin.createTopics(wanted).all().get();
    awaitLeaders(wanted.stream().map(NewTopic::name).toList());
    produce();
    produceTransactions();
    trim();
    if (replication > 1) moveAwayFromPreferred();
    readEnds();
  }

  /** A topic is made before every broker knows it, and known before all its partitions have leaders. */
  private void awaitLeaders(List<String> names) throws Exception {
    Deadline.await("leaders and full ISR of all partitions", () -> allLed(names));
  }

  private boolean allLed(List<String> names) throws Exception {
    try {
      for (TopicDescription topic : admin.describeTopics(names).allTopicNames().get().values()) {
        for (TopicPartitionInfo info : topic.partitions()) {
          if (info.leader() == null || info.isr().size() < info.replicas().size()) return false;
        }
      }
      return true;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) return false;
      throw e;
    }
  }

  /** Partition i gets i mod 41 records, so every 41st stays empty. */
  private void produce() throws Exception {
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(producerSettings(null))) {
      for (int i = 0; i < partitions.size(); i++) {
        for (int n = 0; n < i % (MAX_RECORDS + 1); n++) producer.send(record(partitions.get(i), n));
      }
      producer.flush();
    }
  }

  /** One committed and one aborted transaction: their markers take offsets that no consumer ever sees. */
  private void produceTransactions() throws Exception {
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(producerSettings("klaxon-load"))) {
      TopicPartition target = partitions.get(partitions.size() - 1);
      producer.initTransactions();
      producer.beginTransaction();
      producer.send(record(target, 0)).get();
      producer.commitTransaction();
      producer.beginTransaction();
      producer.send(record(target, 1)).get();
      producer.abortTransaction();
    }
  }

  /** Some logs do not begin at 0. */
  private void trim() throws Exception {
    Map<TopicPartition, RecordsToDelete> request = new HashMap<>();
    for (int i = 5; i < partitions.size(); i += 29) {
      int records = i % (MAX_RECORDS + 1);
      if (records > 2) request.put(partitions.get(i), RecordsToDelete.beforeOffset(records / 2));
    }
    admin.deleteRecords(request).all().get();
  }

  /** Rotates the replicas of one partition, so that its leader is not the preferred one. */
  private void moveAwayFromPreferred() throws Exception {
    TopicPartition target = partitions.get(0);
    TopicPartitionInfo info = admin.describeTopics(List.of(target.topic())).allTopicNames().get().get(target.topic()).partitions().get(0);
    List<Integer> rotated = new ArrayList<>(info.replicas().stream().map(node -> node.id()).toList());
    rotated.add(rotated.remove(0));
    admin.alterPartitionReassignments(Map.of(target, Optional.of(new NewPartitionReassignment(rotated)))).all().get();
  }

  private void readEnds() throws Exception {
    Map<TopicPartition, OffsetSpec> request = new HashMap<>();
    for (TopicPartition partition : partitions) request.put(partition, OffsetSpec.latest());
    admin.listOffsets(request).all().get().forEach((partition, answer) -> ends.put(partition, answer.offset()));
  }

  private Properties producerSettings(String transactionalId) {
    Properties settings = new Properties();
    settings.putAll(client);
    settings.put("key.serializer", ByteArraySerializer.class.getName());
    settings.put("value.serializer", ByteArraySerializer.class.getName());
    if (transactionalId != null) settings.put("transactional.id", transactionalId);
    return settings;
  }

  private static ProducerRecord<byte[], byte[]> record(TopicPartition partition, int number) {
    byte[] value = ("record " + number).getBytes(StandardCharsets.UTF_8);
    return new ProducerRecord<>(partition.topic(), partition.partition(), null, value);
  }
}
