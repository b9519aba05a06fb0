package klaxon.test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.RetriableException;

/**
 * Faults on command. The file named by {@code control.file} is read at every step; one command a line, '#' starts a
 * comment, a missing or empty file means "behave". ID is a task number; without it every task is meant.
 *
 * <pre>
 * fail-task [ID]            the next poll or put throws
 * fail-task-cause [ID]      the same, with a root cause two exceptions deep
 * retriable [ID]            ... throws a RetriableException
 * hang-task [ID]            ... hangs while the command stands
 * slow-task MS              ... takes that long
 * zombie [ID]               the task runs but makes no progress
 * fail-task-start [ID]      hang-task-start [ID]      hang-task-stop [ID]
 * fail-task-configs         hang-task-configs
 * fail-connector-start      hang-connector-start      hang-connector-stop
 * raise-connector-error     the connector reports a failure from its own thread
 * tasks N                   taskConfigs() returns N tasks, or as many as are allowed
 * excess-tasks              ... one more than is allowed
 * message TEXT              the text of the exceptions above
 * </pre>
 */
final class Fault {
  static final int CONNECTOR = -1;
  static final ConfigDef CONFIG =
      new ConfigDef()
          .define("control.file", ConfigDef.Type.STRING, ConfigDef.Importance.HIGH, "file with the commands")
          .define("topic", ConfigDef.Type.STRING, "", ConfigDef.Importance.LOW, "source: topic to write to")
          .define("received.file", ConfigDef.Type.STRING, "", ConfigDef.Importance.LOW, "sink: file for what was delivered")
          .define("rate", ConfigDef.Type.INT, 5, ConfigDef.Importance.LOW, "source: records a second and task");

  /** What many connectors that share a file would each read again within the same moment. */
  private static final long KEPT_NANOS = 10_000_000;

  private static final Map<Path, Read> READ = new ConcurrentHashMap<>();

  private record Read(long at, List<String[]> commands) {}

  private final Path file;

  Fault(String path) {
    file = Paths.get(path);
  }

  /** The rest of the command's line ("" when it has none), or null when the command is not given. */
  String argument(String command) {
    for (String[] line : commands()) {
      if (line[0].equals(command)) return line.length > 1 ? line[1].trim() : "";
    }
    return null;
  }

  boolean isOn(String command, int id) {
    for (String[] line : commands()) {
      if (line[0].equals(command) && (line.length == 1 || line[1].trim().equals(String.valueOf(id)))) return true;
    }
    return false;
  }

  String message(String otherwise) {
    String text = argument("message");
    return text == null ? otherwise : text;
  }

  void hangWhile(String command, int id, boolean ignoreInterrupt) {
    while (isOn(command, id)) {
      if (!pause(50) && !ignoreInterrupt) return;
    }
  }

  /** One poll or put of a task. */
  void step(int id) {
    if (isOn("fail-task", id)) throw new ConnectException(message("klaxon: commanded task failure"));
    if (isOn("fail-task-cause", id)) {
      Exception root = new IOException(message("klaxon: commanded root cause"));
      throw new ConnectException("klaxon: the step failed", new RuntimeException("klaxon: in between", root));
    }
    if (isOn("retriable", id)) throw new RetriableException(message("klaxon: commanded retriable failure"));
    hangWhile("hang-task", id, true);
    String delay = argument("slow-task");
    if (delay != null) pause(Long.parseLong(delay));
  }

  void startTask(int id) {
    if (isOn("fail-task-start", id)) throw new ConnectException(message("klaxon: commanded task start failure"));
    hangWhile("hang-task-start", id, true);
  }

  void startConnector() {
    if (argument("fail-connector-start") != null) {
      throw new ConnectException(message("klaxon: commanded connector start failure"));
    }
    hangWhile("hang-connector-start", CONNECTOR, true);
  }

  List<Map<String, String>> taskConfigs(Map<String, String> properties, int max) {
    if (argument("fail-task-configs") != null) {
      throw new ConnectException(message("klaxon: commanded taskConfigs failure"));
    }
    hangWhile("hang-task-configs", CONNECTOR, true);
    String wanted = argument("tasks");
    int count = wanted == null ? max : Math.min(max, Integer.parseInt(wanted));
    if (argument("excess-tasks") != null) count = max + 1;
    List<Map<String, String>> configs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Map<String, String> config = new HashMap<>(properties);
      config.put("klaxon.task.id", String.valueOf(i));
      configs.add(config);
    }
    return configs;
  }

  /** False when interrupted. */
  static boolean pause(long milliseconds) {
    try {
      Thread.sleep(milliseconds);
      return true;
    } catch (InterruptedException e) {
      return false;
    }
  }

  private List<String[]> commands() {
    Read read = READ.get(file);
    if (read == null || System.nanoTime() - read.at() > KEPT_NANOS) {
      read = new Read(System.nanoTime(), read());
      READ.put(file, read);
    }
    return read.commands();
  }

  private List<String[]> read() {
    List<String[]> result = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(file)) {
        String text = line.trim();
        if (!text.isEmpty() && text.charAt(0) != '#') result.add(text.split("\\s+", 2));
      }
    } catch (IOException e) {
      return List.of();
    }
    return result;
  }
}
