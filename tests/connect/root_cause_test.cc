#include "agent/connect/root_cause.h"

#include <catch2/catch_test_macros.hpp>

namespace klaxon::connect {
namespace {

TEST_CASE("the root cause is what the last 'Caused by' names", "[connect]") {
  CHECK(RootCause(
            "org.apache.kafka.connect.errors.ConnectException: Exiting WorkerSinkTask due to "
            "unrecoverable exception.\n"
            "\tat org.apache.kafka.connect.runtime.WorkerSinkTask.deliver(WorkerSinkTask.java)\n"
            "Caused by: java.lang.RuntimeException: put failed\n"
            "\tat klaxon.test.FaultySink$Task.put(FaultySink.java:61)\n"
            "\t... 11 more\n"
            "Caused by: java.sql.SQLException: password authentication failed for user \"x\"\n"
            "\t... 12 more\n") ==
        "java.sql.SQLException: password authentication failed for user \"x\"");
}

TEST_CASE("a trace without a cause speaks for itself in its first line", "[connect]") {
  CHECK(RootCause("java.lang.OutOfMemoryError: Java heap space\n\tat x.y(z.java:1)\n") ==
        "java.lang.OutOfMemoryError: Java heap space");
  CHECK(RootCause("one line only") == "one line only");
  CHECK(RootCause("\n\n  late start\r\n") == "late start");
}

TEST_CASE("causes of suppressed exceptions are not the cause", "[connect]") {
  CHECK(RootCause("a.B: first\n"
                  "\tat x\n"
                  "\tSuppressed: a.C: closing failed too\n"
                  "\t\tat y\n"
                  "\tCaused by: a.D: the socket was closed\n"
                  "Caused by: a.E: the real one\n"
                  "\tSuppressed: a.F: no\n"
                  "\tCaused by: a.G: no\n") == "a.E: the real one");
}

TEST_CASE("a root cause is one printable line of bounded length", "[connect]") {
  CHECK(RootCause("").empty());
  CHECK(RootCause("\n\n\n").empty());
  const std::string hostile = RootCause("Caused by: \x1b[31mred\x07 \xff\xfe");
  CHECK(hostile.find('\x1b') == std::string::npos);
  CHECK(hostile.find('\xff') == std::string::npos);
  CHECK(RootCause("Caused by: " + std::string(100'000, 'x')).size() <= 403);
  CHECK(RootCause("Caused by: ") == "Caused by:");
}

}  // namespace
}  // namespace klaxon::connect
