#pragma once

#include <memory>
#include <string>
#include <utility>

#include <catch2/catch_test_macros.hpp>

#include "agent/simulator/connect_worker.h"
#include "tests/recovery/live.h"

/// A worker with one connector, and what tests do to it.
namespace klaxon::recovery {

inline constexpr const char* kTrace =
    "org.apache.kafka.connect.errors.ConnectException: the step failed\n"
    "Caused by: java.net.ConnectException: Connection refused";

/// A worker with a connector "sink" of two tasks.
inline std::unique_ptr<simulator::ConnectWorker> StartWorker(const std::string& version = "4.3.1") {
  simulator::ConnectState state{.version = version, .kafka_cluster_id = "k1"};
  simulator::Connector sink{.name = "sink", .type = "sink", .worker_id = "w1:8083"};
  for (int id = 0; id < 2; ++id) {
    sink.tasks.push_back({.id = id, .worker_id = "w1:8083"});
  }
  state.connectors.push_back(std::move(sink));
  Result<std::unique_ptr<simulator::ConnectWorker>> worker =
      simulator::ConnectWorker::Start(std::move(state));
  REQUIRE(worker);
  return *std::move(worker);
}

inline void FailTaskOf(simulator::ConnectWorker& worker, bool incurable = false,
                       const char* trace = kTrace) {
  worker.Change([&](simulator::ConnectState& state) {
    simulator::FailTask(state, "sink", 0, trace);
    state.connectors[0].incurable = incurable;
  });
}

inline std::unique_ptr<state::Database> OpenState(const std::string& folder) {
  Result<std::unique_ptr<state::Database>> database = state::Database::Open(folder, {});
  REQUIRE(database);
  return *std::move(database);
}

inline std::string LogOf(const state::Database& database) {
  const Result<std::vector<LogEntry>> entries = ReadLog(database, "", 1000);
  REQUIRE(entries);
  std::string text;
  for (const LogEntry& entry : *entries) {
    text += entry.connector + " " + entry.words + "\n";
  }
  return text;
}

}  // namespace klaxon::recovery
