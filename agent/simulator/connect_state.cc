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

Json Config(const Connector& connector) {
  Json config = Json::object();
  for (const auto& [key, value] : connector.config) {
    config[key] = value;
  }
  return config;
}

Json Info(const Connector& connector) {
  Json tasks = Json::array();
  for (const ConnectTask& task : connector.tasks) {
    tasks.push_back({{"connector", connector.name}, {"task", task.id}});
  }
  return {{"name", connector.name},
          {"config", Config(connector)},
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

void DropWorker(ConnectState& state, std::string_view worker) {
  for (Connector& connector : state.connectors) {
    std::erase_if(connector.tasks,
                  [&](const ConnectTask& task) { return task.worker_id == worker; });
    if (connector.worker_id == worker) {
      connector.worker_id.clear();
    }
  }
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
    if (status && !connector.has_status) {
      continue;  // as AbstractHerder leaves out what has none
    }
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

std::string ConfigJson(const Connector& connector) {
  return Config(connector).dump();
}

std::string TopicsJson(const Connector& connector) {
  return Json{{connector.name, {{"topics", connector.topics}}}}.dump();
}

std::string OffsetsJson(const Connector& connector) {
  Json offsets = Json::array();
  for (const auto& [partition, offset] : connector.offsets) {
    offsets.push_back({{"partition", Json::parse(partition, nullptr, false)},
                       {"offset", Json::parse(offset, nullptr, false)}});
  }
  return Json{{"offsets", std::move(offsets)}}.dump();
}

std::string PluginsJson(const ConnectState& state) {
  Json plugins = Json::array();
  std::vector<std::string> listed;
  for (const Connector& connector : state.connectors) {
    for (const auto& [key, value] : connector.config) {
      if (key == "connector.class" &&
          std::find(listed.begin(), listed.end(), value) == listed.end()) {
        plugins.push_back({{"class", value}, {"type", connector.type}, {"version", "1.8.2"}});
        listed.push_back(value);
      }
    }
  }
  return plugins.dump();
}

std::string HealthJson(const ConnectState& state) {
  return Json{{"status", state.health}, {"message", state.health_message}}.dump();
}

}  // namespace klaxon::simulator
