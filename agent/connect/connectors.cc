#include "agent/connect/connectors.h"

#include <algorithm>
#include <utility>

#include "agent/connect/connector_config.h"
#include "agent/connect/entry_stream.h"
#include "agent/connect/json_value.h"
#include "agent/connect/kind.h"
#include "agent/connect/trace.h"

namespace klaxon::connect {
namespace {

using Take = EntryStream::Take;

constexpr size_t kStateLimit = 40;
constexpr size_t kMostTasks = 200'000;  // of all connectors together

/// {name: {status: {connector: {trace}, tasks: [{trace}]}, info: {config, tasks, type}}}
Take Choose(std::span<const std::string> path) {
  constexpr size_t kPart = 2;
  constexpr size_t kMember = 3;
  constexpr size_t kLeaf = 4;
  if (path.size() == kPart) {
    return path[1] == "status" || path[1] == "info" ? Take::kWhole : Take::kNothing;
  }
  if (path.size() == kMember && path[1] == "info" && path[2] == "tasks") {
    return Take::kNothing;
  }
  return path.size() == kLeaf && path[1] == "status" && path[3] == "trace" ? Take::kTrace
                                                                           : Take::kWhole;
}

ConnectTaskFacts ReadTask(const JsonDocument::Value& value, std::string_view connector_class) {
  ConnectTaskFacts task{.id = value["id"].Integer(),
                        .state = value["state"].Text(kStateLimit),
                        .worker = value["worker_id"].Text()};
  task.failure = ReadFailure(value["trace"].Raw(), connector_class);
  task.root_cause = task.failure == nullptr ? "" : LineOf(*task.failure);
  return task;
}

/// A connector that failed tells what was meant only by tasks that still do it.
ConnectIntent IntentOf(const ConnectorFacts& connector) {
  if (connector.state == "STOPPED") {
    return ConnectIntent::kStopped;
  }
  const auto any = [&](std::string_view state) {
    return connector.state == state ||
           std::any_of(connector.tasks.begin(), connector.tasks.end(),
                       [&](const ConnectTaskFacts& task) { return task.state == state; });
  };
  if (any("PAUSED")) {
    return ConnectIntent::kPaused;
  }
  return any("RUNNING") || any("RESTARTING") ? ConnectIntent::kRunning : ConnectIntent::kUnknown;
}

void ReadStatus(const JsonDocument::Value& value, ConnectorFacts& facts) {
  const JsonDocument::Value connector = value["connector"];
  facts.state = connector["state"].Text(kStateLimit);
  if (facts.state.empty()) {
    connector["state"].Expect("a state");
  }
  facts.worker = connector["worker_id"].Text();
  facts.plugin_version = connector["version"].Text(kStateLimit);
  facts.failure = ReadFailure(connector["trace"].Raw(), facts.connector_class);
  facts.root_cause = facts.failure == nullptr ? "" : LineOf(*facts.failure);
  value["tasks"].Items([&](const JsonDocument::Value& task) {
    facts.tasks.push_back(ReadTask(task, facts.connector_class));
  });
  std::stable_sort(
      facts.tasks.begin(), facts.tasks.end(),
      [](const ConnectTaskFacts& a, const ConnectTaskFacts& b) { return a.id < b.id; });
  const auto same = [](const ConnectTaskFacts& a, const ConnectTaskFacts& b) {
    return a.id == b.id;
  };
  facts.tasks.erase(std::unique(facts.tasks.begin(), facts.tasks.end(), same), facts.tasks.end());
  if (facts.type.empty()) {
    facts.type = value["type"].Text(kStateLimit);
  }
  facts.intent = IntentOf(facts);
}

void ReadConfig(const JsonDocument::Value& config, NamedConnector& connector) {
  ConnectorFacts& facts = connector.facts;
  if (config.absent() || config.null()) {
    return;
  }
  facts.connector_class = config["connector.class"].Text();
  facts.kind = KindOf(facts.connector_class, facts.type);
  ConfigReader reader;
  config.Members([&](const std::string& key, const JsonDocument::Value& value) {
    reader.Add(key, value.Raw());  // null: a key without a value
  });
  facts.config = reader.Finish(connector.name, facts.type);
}

NamedConnector ReadConnector(const std::string& name, const JsonDocument::Value& value) {
  NamedConnector connector{.name = name};
  ConnectorFacts& facts = connector.facts;
  const JsonDocument::Value info = value["info"];
  const JsonDocument::Value status = value["status"];
  // A connector that is deleted while the list is made has a null one (AbstractHerder.connectorInfo
  // of apache/kafka); it must not take the others' states with it.
  const bool told = !info.null();
  if (told) {
    facts.type = info["type"].Text(kStateLimit);
  }
  if (facts.type.empty() && !status.absent() && !status.null()) {
    facts.type = status["type"].Text(kStateLimit);
  }
  if (told) {
    ReadConfig(info["config"], connector);
  }
  if (!status.absent()) {
    ReadStatus(status, facts);
  }
  return connector;
}

}  // namespace

struct ConnectorsReader::Impl {
  std::vector<NamedConnector> connectors{};
  size_t tasks = 0;
  EntryStream stream{Choose, [this](const std::string& name, const JsonDocument::Value& value) {
                       connectors.push_back(ReadConnector(name, value));
                       tasks += connectors.back().facts.tasks.size();
                       if (tasks > kMostTasks) {
                         value.Expect("one of the first 200000 tasks");
                       }
                     }};
};

ConnectorsReader::ConnectorsReader() : impl_(std::make_unique<Impl>()) {
}

ConnectorsReader::~ConnectorsReader() = default;

bool ConnectorsReader::Feed(std::string_view bytes) {
  return impl_->stream.Feed(bytes);
}

bool ConnectorsReader::is_names() const {
  return impl_->stream.is_list();
}

Result<std::vector<NamedConnector>> ConnectorsReader::Finish() {
  if (const Result<void> whole = impl_->stream.Finish(); !whole) {
    return whole.error();
  }
  std::vector<NamedConnector>& all = impl_->connectors;
  std::stable_sort(all.begin(), all.end(), [](const NamedConnector& a, const NamedConnector& b) {
    return a.name < b.name;
  });
  const auto same = [](const NamedConnector& a, const NamedConnector& b) {
    return a.name == b.name;
  };
  all.erase(std::unique(all.begin(), all.end(), same), all.end());
  return std::move(all);
}

Result<std::vector<NamedConnector>> ParseConnectors(std::string_view body) {
  ConnectorsReader reader;
  reader.Feed(body);
  return reader.Finish();
}

Result<ConnectorFacts> ParseStatus(std::string_view body, std::string_view connector_class) {
  const Result<JsonDocument> document = JsonDocument::Parse(body);
  if (!document) {
    return document.error();
  }
  ConnectorFacts facts{.connector_class = std::string(connector_class)};
  ReadStatus(document->Root(), facts);
  if (document->error()) {
    return *document->error();
  }
  return facts;
}

Result<void> ParseConfig(std::string_view body, NamedConnector& connector) {
  const Result<JsonDocument> document = JsonDocument::Parse(body);
  if (!document) {
    return document.error();
  }
  ReadConfig(document->Root(), connector);
  if (document->error()) {
    return *document->error();
  }
  return {};
}

}  // namespace klaxon::connect
