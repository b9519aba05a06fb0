package klaxon.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.sink.SinkConnector;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTask;

/**
 * A sink that swallows records and fails on command (see Fault). With {@code received.file} it appends a line "topic-partition@offset" for
 * each record before it can fail, as a sink does that has written half a batch: what is delivered again stands there twice.
 */
public class FaultySink extends SinkConnector {
  private Map<String, String> properties;
  private Fault fault;
  private Watch watch;

  @Override
  public String version() {
    return "1.0-klaxon";
  }

  @Override
  public ConfigDef config() {
    return Fault.CONFIG;
  }

  @Override
  public Class<? extends Task> taskClass() {
    return FaultyTask.class;
  }

  @Override
  public void start(Map<String, String> given) {
    properties = given;
    fault = new Fault(given.get("control.file"));
    fault.startConnector();
    watch = new Watch(fault, context());
  }

  @Override
  public List<Map<String, String>> taskConfigs(int max) {
    return fault.taskConfigs(properties, max);
  }

  @Override
  public void stop() {
    fault.hangWhile("hang-connector-stop", Fault.CONNECTOR, true);
    if (watch != null) watch.stop();
  }

  /** Public, because Connect makes it by reflection. */
  public static class FaultyTask extends SinkTask {
    private Fault fault;
    private int id;
    private String received;

    @Override
    public String version() {
      return "1.0-klaxon";
    }

    @Override
    public void start(Map<String, String> given) {
      fault = new Fault(given.get("control.file"));
      id = Integer.parseInt(given.get("klaxon.task.id"));
      received = given.getOrDefault("received.file", "");
      fault.startTask(id);
    }

    /** Also called with an empty collection, so commands act without data. */
    @Override
    public void put(Collection<SinkRecord> records) {
      write(records);
      fault.step(id);
    }

    private void write(Collection<SinkRecord> records) {
      if (received.isEmpty() || records.isEmpty()) return;
      StringBuilder lines = new StringBuilder();
      for (SinkRecord each : records) {
        lines.append(each.topic()).append('-').append(each.kafkaPartition()).append('@').append(each.kafkaOffset()).append('\n');
      }
      try {
        Files.writeString(Path.of(received), lines, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public Map<TopicPartition, OffsetAndMetadata> preCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {
      return fault.isOn("zombie", id) ? Map.of() : offsets;
    }

    @Override
    public void stop() {}
  }
}
