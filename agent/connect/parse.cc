#include "agent/connect/parse.h"

#include <algorithm>
#include <utility>

#include "agent/connect/json_value.h"
#include "agent/connect/root_cause.h"

namespace klaxon::connect {
namespace {

constexpr size_t kStateLimit = 40;

TaskStatus ReadTask(const JsonDocument::Value& value) {
  return {.id = value["id"].Integer(),
          .state = value["state"].Text(kStateLimit),
          .worker = value["worker_id"].Text(),
          .root_cause = RootCause(value["trace"].Raw())};
}

void ReadStatus(const JsonDocument::Value& value, ConnectorStatus& status) {
  const JsonDocument::Value connector = value["connector"];
  status.has_status = true;
  status.state = connector["state"].Text(kStateLimit);
  if (status.state.empty()) {
    connector["state"].Expect("a state");
  }
  status.worker = connector["worker_id"].Text();
  status.root_cause = RootCause(connector["trace"].Raw());
  value["tasks"].Items(
      [&](const JsonDocument::Value& task) { status.tasks.push_back(ReadTask(task)); });
  std::stable_sort(status.tasks.begin(), status.tasks.end(),
                   [](const TaskStatus& a, const TaskStatus& b) { return a.id < b.id; });
  const auto same = [](const TaskStatus& a, const TaskStatus& b) { return a.id == b.id; };
  status.tasks.erase(std::unique(status.tasks.begin(), status.tasks.end(), same),
                     status.tasks.end());
}

ConnectorStatus ReadConnector(const std::string& name, const JsonDocument::Value& value) {
  ConnectorStatus status{.name = name};
  const JsonDocument::Value info = value["info"];
  // A connector that is deleted while the list is made has a null one (AbstractHerder.connectorInfo
  // of apache/kafka); it must not take the others' states with it.
  if (!info.null()) {
    status.type = info["type"].Text(kStateLimit);
    status.connector_class = info["config"]["connector.class"].Text();
  }
  const JsonDocument::Value told = value["status"];
  if (!told.absent()) {
    ReadStatus(told, status);
    if (status.type.empty()) {
      status.type = told["type"].Text(kStateLimit);
    }
  }
  return status;
}

/// A configuration's values may be passwords: they are not even kept in memory.
bool IsSecretive(size_t depth, const std::string& parent, const std::string& key) {
  constexpr size_t kConfigDepth = 4;  // {name: {info: {config: {key: value}}}}
  return depth == kConfigDepth && parent == "config" && key != "connector.class";
}

}  // namespace

Result<WorkerInfo> ParseWorkerInfo(std::string_view body) {
  const Result<JsonDocument> document = JsonDocument::Parse(body);
  if (!document) {
    return document.error();
  }
  const JsonDocument::Value root = document->Root();
  WorkerInfo info{.version = root["version"].Text(kStateLimit),
                  .commit = root["commit"].Text(),
                  .kafka_cluster_id = root["kafka_cluster_id"].Text()};
  if (info.version.empty()) {
    root["version"].Expect("a version");
  }
  if (document->error()) {
    return *document->error();
  }
  return info;
}

Result<std::vector<ConnectorStatus>> ParseConnectors(std::string_view body) {
  const Result<JsonDocument> document = JsonDocument::Parse(body, IsSecretive);
  if (!document) {
    return document.error();
  }
  std::vector<ConnectorStatus> connectors;
  document->Root().Members([&](const std::string& name, const JsonDocument::Value& value) {
    connectors.push_back(ReadConnector(name, value));
  });
  if (document->error()) {
    return *document->error();
  }
  std::sort(connectors.begin(), connectors.end(),
            [](const ConnectorStatus& a, const ConnectorStatus& b) { return a.name < b.name; });
  return connectors;
}

Result<std::vector<std::string>> ParseNames(std::string_view body) {
  const Result<JsonDocument> document = JsonDocument::Parse(body);
  if (!document) {
    return document.error();
  }
  std::vector<std::string> names;
  const JsonDocument::Value root = document->Root();
  root.Items([&](const JsonDocument::Value& item) { names.push_back(item.Raw()); });
  if (document->error()) {
    return *document->error();
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::string ErrorMessageIn(std::string_view body) {
  const Result<JsonDocument> document = JsonDocument::Parse(body);
  if (!document) {
    return "";
  }
  const std::string message = document->Root()["message"].Text();
  return document->error() ? "" : message;
}

}  // namespace klaxon::connect
