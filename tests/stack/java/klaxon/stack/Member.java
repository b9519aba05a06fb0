package klaxon.stack;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** A live group member that commits once for each partition it is given and then only stays: its group is at rest. */
final class Member implements AutoCloseable {
  private final String group;
  private final Thread thread;
  private final Function<TopicPartition, OffsetAndMetadata> offsetToCommit;
  private final Set<TopicPartition> committed = new HashSet<>();
  private volatile boolean settled;
  private volatile boolean stopping;

  /** {@code offsetToCommit} answers null for a partition that the group never commits. */
  Member(
      Properties client, String group, String protocol, Collection<String> topics, Function<TopicPartition, OffsetAndMetadata> offsetToCommit) {
    this.group = group;
    this.offsetToCommit = offsetToCommit;
    Properties settings = new Properties();
    settings.putAll(client);
    settings.put("group.id", group);
    settings.put("group.protocol", protocol);
    settings.put("enable.auto.commit", "false");
    settings.put("auto.offset.reset", "earliest");
    settings.put("key.deserializer", ByteArrayDeserializer.class.getName());
    settings.put("value.deserializer", ByteArrayDeserializer.class.getName());
    thread = new Thread(() -> run(settings, topics), "member-of-" + group);
    thread.start();
  }

  String group() {
    return group;
  }

  /** True while everything it was assigned is committed. */
  boolean settled() {
    return settled;
  }

  @Override
  public void close() throws InterruptedException {
    stopping = true;
    thread.join();
  }

  private void run(Properties settings, Collection<String> topics) {
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings)) {
      consumer.subscribe(topics, pauseOnAssignment(consumer));
      while (!stopping) {
        consumer.poll(Duration.ofMillis(200));
        if (!consumer.assignment().isEmpty()) settled = commit(consumer);
      }
    }
  }

  /** Paused before the first fetch: a member that reads nothing leaves the cluster alone. */
  private ConsumerRebalanceListener pauseOnAssignment(KafkaConsumer<byte[], byte[]> consumer) {
    return new ConsumerRebalanceListener() {
      @Override
      public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        settled = false;
      }

      @Override
      public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        settled = false;
        consumer.pause(partitions);
      }
    };
  }

  private boolean commit(KafkaConsumer<byte[], byte[]> consumer) {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    for (TopicPartition partition : consumer.assignment()) {
      OffsetAndMetadata offset = offsetToCommit.apply(partition);
      if (offset != null && !committed.contains(partition)) offsets.put(partition, offset);
    }
    if (offsets.isEmpty()) return true;
    try {
      consumer.commitSync(offsets);
      committed.addAll(offsets.keySet());
      return true;
    } catch (RebalanceInProgressException | CommitFailedException e) {
      return false;  // the next poll joins again, and what is then assigned is committed
    }
  }
}
