package klaxon.stack;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Steady traffic until standard input ends, with a log of what the cluster acknowledged: one line
 * {@code TIME_MS TOPIC PARTITION OFFSET} for each record, written when its acknowledgement arrived. Prints one JSON line
 * when every partition was written to.
 *
 * <p>Options: {@code --bootstrap A --topics A,B --rate N (records a second, over all partitions in turn) --log FILE
 * [--group NAME]}: with a group, a consumer reads the topics and commits every half second.
 */
public final class Traffic {
  private final AtomicBoolean stopping = new AtomicBoolean();
  private final Arguments arguments;
  private final List<String> topics;

  private Traffic(Arguments arguments) {
    this.arguments = arguments;
    this.topics = List.of(arguments.text("topics").split(","));
  }

  public static void main(String[] args) throws Exception {
    new Traffic(new Arguments(args)).run();
  }

  private void run() throws Exception {
    List<Thread> threads = new ArrayList<>();
    threads.add(new Thread(this::produceUntilStopped, "producer"));
    String group = arguments.text("group", "");
    if (!group.isEmpty()) threads.add(new Thread(() -> consume(group), "consumer"));
    threads.forEach(Thread::start);
    System.in.readAllBytes();
    stopping.set(true);
    for (Thread thread : threads) thread.join();
  }

  private void produceUntilStopped() {
    try (PrintStream log = new PrintStream(Files.newOutputStream(Path.of(arguments.text("log"))), true, StandardCharsets.UTF_8);
        KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(producerSettings())) {
      List<TopicPartition> targets = partitions();
      long pause = 1000 / arguments.number("rate", 50);
      for (int i = 0; !stopping.get(); i++) {
        send(producer, log, targets.get(i % targets.size()));
        if (i + 1 == targets.size()) sayReady(producer, targets.size());
        Thread.sleep(pause);
      }
    } catch (Exception e) {
      System.err.println("the producer ended: " + e);
      System.exit(1);
    }
  }

  private static void sayReady(KafkaProducer<byte[], byte[]> producer, int partitions) {
    producer.flush();
    System.out.println("{\"partitions\": " + partitions + "}");
    System.out.flush();
  }

  private static void send(KafkaProducer<byte[], byte[]> producer, PrintStream log, TopicPartition target) {
    byte[] value = String.valueOf(System.currentTimeMillis()).getBytes(StandardCharsets.UTF_8);
    try {
      producer.send(
          new ProducerRecord<>(target.topic(), target.partition(), null, value),
          (metadata, failure) -> {
            // Failures are expected while brokers are down; only what was acknowledged counts.
            if (failure == null) {
              log.println(System.currentTimeMillis() + " " + target.topic() + " " + target.partition() + " " + metadata.offset());
            }
          });
    } catch (KafkaException e) {
      System.err.println("not sent to " + target + ": " + e.getMessage());
    }
  }

  private void consume(String group) {
    Properties settings = new Properties();
    settings.putAll(arguments.client());
    settings.put("group.id", group);
    settings.put("auto.offset.reset", "earliest");
    settings.put("enable.auto.commit", "true");
    settings.put("auto.commit.interval.ms", "500");
    settings.put("key.deserializer", ByteArrayDeserializer.class.getName());
    settings.put("value.deserializer", ByteArrayDeserializer.class.getName());
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings)) {
      consumer.subscribe(topics);
      while (!stopping.get()) consumer.poll(Duration.ofMillis(200));
    } catch (KafkaException e) {
      System.err.println("the consumer ended: " + e);
    }
  }

  private List<TopicPartition> partitions() throws Exception {
    List<TopicPartition> result = new ArrayList<>();
    try (Admin admin = Admin.create(arguments.client())) {
      for (var topic : admin.describeTopics(topics).allTopicNames().get().values()) {
        topic.partitions().forEach(p -> result.add(new TopicPartition(topic.name(), p.partition())));
      }
    }
    return result;
  }

  private Properties producerSettings() {
    Properties settings = new Properties();
    settings.putAll(arguments.client());
    settings.put("acks", "all");
    settings.put("linger.ms", "0");
    settings.put("request.timeout.ms", "3000");
    settings.put("delivery.timeout.ms", "6000");
    // A partition without a leader must not hold up the others for long.
    settings.put("max.block.ms", "500");
    settings.put("key.serializer", ByteArraySerializer.class.getName());
    settings.put("value.serializer", ByteArraySerializer.class.getName());
    return settings;
  }
}
