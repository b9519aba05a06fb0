package klaxon.stack;

import java.util.concurrent.Callable;

/** Waits for conditions, never for time. */
final class Deadline {
  private static final long LIMIT_MS = 90_000;

  private Deadline() {}

  static void await(String what, Callable<Boolean> condition) throws Exception {
    long end = System.currentTimeMillis() + LIMIT_MS;
    while (!condition.call()) {
      if (System.currentTimeMillis() > end) throw new IllegalStateException("not seen within 90 s: " + what);
      Thread.sleep(200);
    }
  }
}
