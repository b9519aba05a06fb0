package klaxon.test;

import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.source.SourceConnector;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.source.SourceTask;

/** A source that writes numbered records to {@code topic} and fails on command (see Fault). */
public class FaultySource extends SourceConnector {
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
  public static class FaultyTask extends SourceTask {
    private Fault fault;
    private int id;
    private int rate;
    private String topic;
    private long count;

    @Override
    public String version() {
      return "1.0-klaxon";
    }

    @Override
    public void start(Map<String, String> given) {
      fault = new Fault(given.get("control.file"));
      id = Integer.parseInt(given.get("klaxon.task.id"));
      topic = given.getOrDefault("topic", "");
      rate = Integer.parseInt(given.getOrDefault("rate", "5"));
      fault.startTask(id);
      Map<String, Object> offset = context.offsetStorageReader().offset(Map.of("task", id));
      if (offset != null) count = ((Number) offset.get("n")).longValue();
    }

    @Override
    public List<SourceRecord> poll() {
      fault.step(id);
      Fault.pause(Math.max(1, 1000 / Math.max(1, rate)));
      if (topic.isEmpty() || fault.isOn("zombie", id)) return null;
      count++;
      return List.of(
          new SourceRecord(
              Map.of("task", id), Map.of("n", count), topic, Schema.STRING_SCHEMA, "k" + id, Schema.STRING_SCHEMA, "v" + count));
    }

    @Override
    public void stop() {
      fault.hangWhile("hang-task-stop", id, true);
    }
  }
}
