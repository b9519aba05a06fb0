#include "agent/simulator/connect_incidents.h"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

namespace klaxon::simulator {
namespace {

constexpr const char* kSink = "customers-to-search";
constexpr const char* kSource = "orders-from-postgres";
constexpr const char* kDeadWorker = "connect-9.shop.internal:8083";

Connector& Sink(ConnectState& state) {
  return *FindConnector(state, kSink);
}

void SetAll(Connector& connector, const std::string& value) {
  connector.state = value;
  for (ConnectTask& task : connector.tasks) {
    task.state = value;
  }
}

void FailAll(Connector& connector, const std::string& trace) {
  for (ConnectTask& task : connector.tasks) {
    task.state = "FAILED";
    task.trace = trace;
  }
}

void Fail(ConnectState& state, std::string_view name, const std::string& trace) {
  FailAll(*FindConnector(state, name), trace);
}

void SetConfig(Connector& connector, std::string_view key, const std::string& value) {
  for (auto& [each, old] : connector.config) {
    if (each == key) {
      old = value;
    }
  }
}

void HaveOddNames(ConnectState& state) {
  const Connector model = Sink(state);
  for (const char* name : {"to search", "a/b", "50%", "back\\slash", "->", "\xC3\xBE#;?&=", ".."}) {
    state.connectors.push_back(model);
    state.connectors.back().name = name;
  }
}

}  // namespace

// NOLINTNEXTLINE(readability-function-size): a table
const std::vector<ConnectIncident>& ConnectIncidents() {
  using State = ConnectState;
  static const std::vector<ConnectIncident> all = {
      {"no status yet", 2, [](State& s) { Sink(s).has_status = false; }},
      {"a task failed", 3, [](State& s) { FailTask(s, kSink, 1, SearchIsDownTrace()); }},
      {"a connector failed, its tasks run", 4,
       [](State& s) {
         Sink(s).state = "FAILED";
         Sink(s).trace = SearchIsDownTrace();
       }},
      {"paused with a failed task", 5,
       [](State& s) {
         SetAll(Sink(s), "PAUSED");
         FailTask(s, kSink, 0, SearchIsDownTrace());
       }},
      {"stopped", 6,
       [](State& s) {
         Sink(s).state = "STOPPED";
         Sink(s).tasks.clear();
       }},
      {"unassigned", 7, [](State& s) { SetAll(Sink(s), "UNASSIGNED"); }},
      {"running on a dead worker", 9,
       [](State& s) {
         Sink(s).worker_id = kDeadWorker;
         for (ConnectTask& task : Sink(s).tasks)
           task.worker_id = kDeadWorker;
       }},
      {"failed on a dead worker", 10,
       [](State& s) {
         Fail(s, kSink, SearchIsDownTrace());
         for (ConnectTask& task : Sink(s).tasks)
           task.worker_id = kDeadWorker;
       }},
      {"restarting for ever", 11, [](State& s) { Sink(s).tasks[0].state = "RESTARTING"; }},
      {"deleted", 14,
       [](State& s) {
         std::erase_if(s.connectors, [](const Connector& each) { return each.name == kSink; });
       }},
      {"the herder is stuck", 15,
       [](State& s) {
         s.health = "unhealthy";
         s.health_message =
             "Worker was unable to handle this request and may be unable to handle other requests. "
             "The worker is currently generating task configs for connector orders-from-postgres, "
             "which began at 2026-01-05T03:12:09Z";
       }},
      {"older than 2.3", 18, [](State& s) { s.version = "2.2.1"; }},
      {"older than 3.0", 18, [](State& s) { s.version = "2.8.2"; }},
      {"wrong password", 21,
       [](State& s) {
         Fail(s, kSource,
              "org.apache.kafka.connect.errors.ConnectException: cannot connect\n"
              "\tat io.confluent.connect.jdbc.source.JdbcSourceTask.start(JdbcSourceTask.java:99)\n"
              "Caused by: org.postgresql.util.PSQLException: FATAL: password authentication failed "
              "for user \"connect\"\n");
       }},
      {"the log to read from is gone", 22,
       [](State& s) {
         Fail(s, kSource,
              "io.debezium.DebeziumException: The connector is trying to read change stream "
              "starting at LSN 0/1A2B3C, but this is no longer available on the server.\n");
       }},
      {"everything fails", 23,
       [](State& s) {
         for (Connector& each : s.connectors)
           FailAll(each, SearchIsDownTrace());
       }},
      {"a changed configuration", 24, [](State& s) { SetConfig(Sink(s), "topics", "clients"); }},
      {"zero tasks", 26, [](State& s) { Sink(s).tasks.clear(); }},
      {"fewer tasks", 28, [](State& s) { Sink(s).tasks.pop_back(); }},
      {"another Kafka cluster", 31, [](State& s) { s.kafka_cluster_id = "another-cluster"; }},
      {"huge traces", 35, [](State& s) { Fail(s, kSink, LongTrace(size_t{20} << 10U, 7)); }},
      {"odd names", 36, HaveOddNames},
      {"more tasks than allowed", 39,
       [](State& s) {
         Sink(s).state = "FAILED";
         Sink(s).trace =
             "org.apache.kafka.connect.errors.TooManyTasksException: The connector "
             "customers-to-search has generated 3 tasks, which is greater than 2\n";
       }},
  };
  return all;
}

const ConnectIncident& ConnectIncidentOf(std::string_view name) {
  for (const ConnectIncident& incident : ConnectIncidents()) {
    if (incident.name == name) {
      return incident;
    }
  }
  std::abort();
}

const std::vector<ConnectOutage>& ConnectOutages() {
  static const std::vector<ConnectOutage> all = {
      {"silent", 1, {.delay = std::chrono::minutes{1}}},
      {"null", 1, {.body = "null"}},
      {"not JSON", 1, {.body = "Bad Gateway"}},
      {"cut short", 1, {.cut_at = 40}},
      {"no connector in a status", 1, {.body = R"({"x": {"status": {"tasks": []}}})"}},
      {"a status of null", 1, {.body = R"({"x": {"status": null}})"}},
      {"a conflict",
       12,
       {.status = 409,
        .message = "Cannot complete request momentarily due to no known leader URL, likely "
                   "because a rebalance was underway."}},
      {"nothing there", 14, {.status = 404, .message = "HTTP 404 Not Found"}},
      {"the request timed out",
       15,
       {.status = 500,
        .message = "Request timed out. The worker is currently restarting task x-0, which began "
                   "at 2026-01-05T03:12:09Z"}},
      {"a login is wanted", 16, {.status = 401, .message = "Unauthorized"}},
      {"forbidden", 16, {.status = 403, .message = "Forbidden"}},
      {"too many requests", 16, {.status = 429, .message = "Too Many Requests"}},
      {"sent elsewhere", 17, {.status = 302, .location = "https://login.example/?next=%2F"}},
      {"not ready", 1, {.status = 503, .message = "Service Unavailable"}},
      {"a login page", 1, {.html = true}},
      {"a trace without an end", 35, {.endless = true}},
  };
  return all;
}

std::string LongTrace(size_t bytes, size_t seed) {
  std::string trace =
      "org.apache.kafka.connect.errors.ConnectException: Exiting WorkerSinkTask due to "
      "unrecoverable exception.\n";
  for (size_t line = 0; trace.size() + 300 < bytes; ++line) {
    trace += fmt::format(
        "\tat org.apache.kafka.connect.runtime.WorkerSinkTask.step{}"
        "(WorkerSinkTask.java:{})\n",
        line % 7, line + seed % 100);
  }
  return trace + fmt::format(
                     "Caused by: java.io.IOException: shard {} of 10.0.{}.{} is read-only\n"
                     "\tat com.example.lake.LakeSinkTask.put(LakeSinkTask.java:77)\n"
                     "\t... 11 more\n",
                     seed, seed / 250 % 250, seed % 250);
}

ConnectState SizedConnect(size_t connectors, int tasks, size_t trace_bytes) {
  ConnectState state{.kafka_cluster_id = "sized"};
  for (size_t i = 0; i < connectors; ++i) {
    Connector connector{.name = fmt::format("orders-to-lake-{:05}", i),
                        .type = "sink",
                        .worker_id = "connect-1.lake.internal:8083"};
    connector.config = {{"connector.class", "com.example.lake.LakeSinkConnector"},
                        {"topics", fmt::format("orders-{}", i)},
                        {"tasks.max", std::to_string(tasks)},
                        {"errors.tolerance", "none"},
                        {"lake.password", "${file:/etc/lake:password}"}};
    for (int key = 0; key < 25; ++key) {
      connector.config.emplace_back(fmt::format("lake.setting.{}", key), "a value of some length");
    }
    for (int id = 0; id < tasks; ++id) {
      const size_t seed = i * 31 + static_cast<size_t>(id);
      ConnectTask task{.id = id, .worker_id = connector.worker_id};
      if (trace_bytes > 0) {
        task.state = "FAILED";
        task.trace = LongTrace(trace_bytes, seed);
      }
      connector.tasks.push_back(std::move(task));
    }
    state.connectors.push_back(std::move(connector));
  }
  return state;
}

}  // namespace klaxon::simulator
