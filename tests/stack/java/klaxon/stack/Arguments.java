package klaxon.stack;

import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.CommonClientConfigs;

/** Options of the form {@code --name value}. */
final class Arguments {
  private final Map<String, String> values = new HashMap<>();

  Arguments(String[] args) {
    for (int i = 0; i < args.length; i += 2) {
      if (!args[i].startsWith("--") || i + 1 == args.length) {
        throw new IllegalArgumentException("expected --name value, got: " + args[i]);
      }
      values.put(args[i].substring(2), args[i + 1]);
    }
  }

  String text(String name) {
    String value = values.get(name);
    if (value == null) throw new IllegalArgumentException("missing option --" + name);
    return value;
  }

  String text(String name, String otherwise) {
    return values.getOrDefault(name, otherwise);
  }

  int number(String name, int otherwise) {
    return Integer.parseInt(text(name, String.valueOf(otherwise)));
  }

  /** Client settings with deadlines short enough for tests in which brokers are down. */
  Properties client() {
    Properties result = new Properties();
    result.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, text("bootstrap"));
    result.put("request.timeout.ms", "15000");
    result.put("default.api.timeout.ms", "60000");
    return result;
  }
}
