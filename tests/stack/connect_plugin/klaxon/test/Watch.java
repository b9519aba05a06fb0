package klaxon.test;

import java.util.Objects;
import org.apache.kafka.connect.connector.ConnectorContext;

/** A connector's own thread: carries out the commands that must not wait for a task's step. */
final class Watch {
  private final Thread thread;
  private volatile boolean stopping;

  Watch(Fault fault, ConnectorContext context) {
    thread = new Thread(() -> run(fault, context), "klaxon-fault-watch");
    thread.setDaemon(true);
    thread.start();
  }

  void stop() {
    stopping = true;
    thread.interrupt();
  }

  private void run(Fault fault, ConnectorContext context) {
    String last = fault.argument("tasks");
    while (!stopping && Fault.pause(200)) {
      if (fault.argument("raise-connector-error") != null) {
        context.raiseError(new RuntimeException(fault.message("klaxon: commanded connector failure")));
        return;
      }
      String now = fault.argument("tasks");
      if (!Objects.equals(now, last)) {
        last = now;
        context.requestTaskReconfiguration();
      }
    }
  }
}
