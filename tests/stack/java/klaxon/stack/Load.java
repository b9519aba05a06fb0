package klaxon.stack;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;

/**
 * Makes topics, records and groups, prints one JSON line when all of it is at rest, and keeps the live members until
 * standard input ends.
 *
 * <p>Options: {@code --bootstrap A --topics N --partitions N (together) --groups N --replication N --prefix TEXT
 * --new-protocol true|false}.
 */
public final class Load {
  private Load() {}

  public static void main(String[] args) throws Exception {
    Arguments arguments = new Arguments(args);
    Properties client = arguments.client();
    String prefix = arguments.text("prefix", "load");
    try (Admin admin = Admin.create(client)) {
      Topics topics = new Topics(admin, client);
      topics.make(prefix, arguments.number("topics", 5), arguments.number("partitions", 50), arguments.number("replication", 1));
      try (Groups groups = new Groups(admin, client, topics)) {
        groups.make(prefix, arguments.number("groups", 10), Boolean.parseBoolean(arguments.text("new-protocol", "false")));
        Map<String, Object> made = new LinkedHashMap<>();
        made.put("partitions", topics.partitions().size());
        made.put("groups", groups.kinds());
        System.out.println(new ObjectMapper().writeValueAsString(made));
        System.out.flush();
        System.in.readAllBytes();
      }
    }
  }
}
