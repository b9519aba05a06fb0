#include "agent/simulator/connect_state.h"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace klaxon::simulator {
namespace {

using Json = nlohmann::ordered_json;

template <class Instance>
Json StateOf(const Instance& instance) {
  Json json{{"state", instance.state}, {"worker_id", instance.worker_id}};
  if (!instance.trace.empty()) {
    json["trace"] = instance.trace;
  }
  json["version"] = "1.8.2";
  return json;
}

Json Status(const Connector& connector) {
  Json tasks = Json::array();
  for (const ConnectTask& task : connector.tasks) {
    Json json{{"id", task.id}};
    json.update(StateOf(task));
    tasks.push_back(std::move(json));
  }
  return {{"name", connector.name},
          {"connector", StateOf(connector)},
          {"tasks", std::move(tasks)},
          {"type", connector.type}};
}

Json Info(const Connector& connector) {
  Json config = Json::object();
  for (const auto& [key, value] : connector.config) {
    config[key] = value;
  }
  Json tasks = Json::array();
  for (const ConnectTask& task : connector.tasks) {
    tasks.push_back({{"connector", connector.name}, {"task", task.id}});
  }
  return {{"name", connector.name},
          {"config", std::move(config)},
          {"tasks", std::move(tasks)},
          {"type", connector.type}};
}

ConnectTask* FindTask(ConnectState& state, std::string_view connector, int task) {
  Connector* found = FindConnector(state, connector);
  if (found == nullptr) {
    return nullptr;
  }
  const auto at = std::find_if(found->tasks.begin(), found->tasks.end(),
                               [&](const ConnectTask& each) { return each.id == task; });
  return at == found->tasks.end() ? nullptr : &*at;
}

}  // namespace

Connector* FindConnector(ConnectState& state, std::string_view name) {
  const auto at = std::find_if(state.connectors.begin(), state.connectors.end(),
                               [&](const Connector& each) { return each.name == name; });
  return at == state.connectors.end() ? nullptr : &*at;
}

bool FailTask(ConnectState& state, std::string_view connector, int task, std::string trace) {
  ConnectTask* found = FindTask(state, connector, task);
  if (found == nullptr) {
    return false;
  }
  found->state = "FAILED";
  found->trace = std::move(trace);
  return true;
}

bool HealTask(ConnectState& state, std::string_view connector, int task) {
  ConnectTask* found = FindTask(state, connector, task);
  if (found == nullptr) {
    return false;
  }
  found->state = "RUNNING";
  found->trace.clear();
  return true;
}

std::string RootJson(const ConnectState& state) {
  return Json{{"version", state.version},
              {"commit", state.commit},
              {"kafka_cluster_id", state.kafka_cluster_id}}
      .dump();
}

std::string ListJson(const ConnectState& state) {
  Json names = Json::array();
  for (const Connector& connector : state.connectors) {
    names.push_back(connector.name);
  }
  return names.dump();
}

std::string ExpandedJson(const ConnectState& state, bool status, bool info) {
  Json all = Json::object();
  for (const Connector& connector : state.connectors) {
    Json& expanded = all[connector.name] = Json::object();
    if (status) {
      expanded["status"] = Status(connector);
    }
    if (info) {
      expanded["info"] = Info(connector);
    }
  }
  return all.dump();
}

std::string StatusJson(const Connector& connector) {
  return Status(connector).dump();
}

std::string InfoJson(const Connector& connector) {
  return Info(connector).dump();
}

}  // namespace klaxon::simulator
