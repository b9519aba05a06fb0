#include "agent/connect/trace.h"

#include <string>

#include <catch2/catch_test_macros.hpp>

namespace klaxon::connect {
namespace {

std::string RootCause(std::string_view trace) {
  const ConnectFailureRef failure = ReadFailure(trace, "");
  return failure == nullptr ? "" : LineOf(*failure);
}

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
}

/// As a sink task leaves it, shortened.
constexpr const char* kSearch =
    "org.apache.kafka.connect.errors.ConnectException: Exiting WorkerSinkTask due to "
    "unrecoverable exception.\n"
    "\tat org.apache.kafka.connect.runtime.WorkerSinkTask.poll(WorkerSinkTask.java:345)\n"
    "\tat java.base/java.lang.Thread.run(Thread.java:840)\n"
    "Caused by: org.apache.kafka.connect.errors.ConnectException: Bulk request failed\n"
    "\tat app//io.confluent.connect.elasticsearch.Client.callWithRetries(Client.java:415)\n"
    "\tSuppressed: java.io.IOException: closing\n"
    "\t\tat io.confluent.connect.elasticsearch.Client.close(Client.java:9)\n"
    "\t... 7 more\n"
    "Caused by: java.net.ConnectException: Connection refused: search/10.0.3.17:9200\n"
    "\tat java.base/sun.nio.ch.Net.pollConnect(Native Method)\n"
    "\tat org.apache.http.impl.nio.Reactor.processEvents(Reactor.java:174)\n"
    "\t... 1 more\n";

TEST_CASE("the frame is the topmost call in the connector's own code", "[connect]") {
  const auto frame = [](std::string_view trace, std::string_view java_class) {
    return ReadFailure(trace, java_class)->frame;
  };
  CHECK(frame(kSearch, "io.confluent.connect.elasticsearch.ElasticsearchSinkConnector") ==
        "io.confluent.connect.elasticsearch.Client.callWithRetries(Client.java:415)");
  CHECK(frame(kSearch, "com.example.Other") ==
        "org.apache.http.impl.nio.Reactor.processEvents(Reactor.java:174)");
  CHECK(frame("a.B: x\n\tat java.util.List.get(List.java:1)\n", "a.B").empty());
  CHECK(frame("a.B: x\n\tat org.apache.kafka.connect.runtime.Worker.run(Worker.java:1)\n"
              "\tat org.apache.kafka.connect.file.FileStreamSinkTask.start(F.java:2)\n",
              "org.apache.kafka.connect.file.FileStreamSinkConnector") ==
        "org.apache.kafka.connect.file.FileStreamSinkTask.start(F.java:2)");
  CHECK(frame("a.B: x\n\tat k.Foo$$Lambda/0x00007f01.run(Unknown Source)\n", "") ==
        "k.Foo$$Lambda/0x00007f01.run(Unknown Source)");
}

TEST_CASE("a failure is told in its parts", "[connect]") {
  const ConnectFailureRef failure = ReadFailure(kSearch, "");
  CHECK(failure->exception == "java.net.ConnectException");
  CHECK(failure->message == "Connection refused: search/10.0.3.17:9200");
  const ConnectFailureRef bare = ReadFailure("java.lang.NullPointerException\n", "");
  CHECK(bare->exception == "java.lang.NullPointerException");
  CHECK(bare->message.empty());
  const ConnectFailureRef words = ReadFailure("no Java at all: really", "");
  CHECK(words->exception.empty());
  CHECK(words->message == "no Java at all: really");
  CHECK(ReadFailure("", "") == nullptr);
}

TEST_CASE("a fingerprint ignores numbers and ids, and nothing else", "[connect]") {
  const auto print = [](const std::string& trace) { return ReadFailure(trace, "")->fingerprint; };
  const uint64_t first = print(
      "a.B: Connection to node-17 (10.0.3.17:9092) lost after 312 ms, id 7f3b-9c\n"
      "\tat k.Sink$Task.put(Sink.java:61)\n");
  CHECK(first != 0);
  CHECK(print("a.B: Connection to node-2 (10.1.3.9:9093) lost after 7 ms, id 11aa-0b\n"
              "\tat k.Sink$Task.put(Sink.java:99)\n") == first);
  CHECK(print("a.B: Connection to node-17 (10.0.3.17:9092) refused after 312 ms, id 7f3b-9c\n"
              "\tat k.Sink$Task.put(Sink.java:61)\n") != first);
  CHECK(print("a.C: Connection to node-17 (10.0.3.17:9092) lost after 312 ms, id 7f3b-9c\n"
              "\tat k.Sink$Task.put(Sink.java:61)\n") != first);
  CHECK(print("a.B: Connection to node-17 (10.0.3.17:9092) lost after 312 ms, id 7f3b-9c\n"
              "\tat k.Sink$Task.open(Sink.java:61)\n") != first);
}

TEST_CASE("secrets in messages are masked", "[connect]") {
  const ConnectFailureRef failure = ReadFailure(
      "java.sql.SQLException: cannot connect to jdbc:mysql://root:hunter2@db/shop?password=hunter2",
      "");
  CHECK(failure->message.find("hunter2") == std::string::npos);
  CHECK(failure->message.find("@db/shop") != std::string::npos);
}

TEST_CASE("a reduced trace reads as the whole one, however it comes in parts", "[connect]") {
  TraceCutter cutter;
  for (const char* byte = kSearch; *byte != 0; ++byte) {
    cutter.Feed({byte, 1});
  }
  const std::string reduced = cutter.Take();
  CHECK(*ReadFailure(reduced, "io.x.y") == *ReadFailure(kSearch, "io.x.y"));
  CHECK(reduced.size() < std::string_view(kSearch).size());
  CHECK(cutter.Take().empty());
}

TEST_CASE("whatever comes, little is kept of a trace", "[connect]") {
  std::string trace;
  for (int i = 0; i < 10'000; ++i) {
    trace += "Caused by: a.B: " + std::string(1000, 'x') + "\n\tat k.l.M.n(" +
             std::string(1000, 'y') + ")\n";
  }
  TraceCutter cutter;
  cutter.Feed(trace);
  CHECK(cutter.Take().size() < (size_t{32} << 10U));
}

}  // namespace
}  // namespace klaxon::connect
