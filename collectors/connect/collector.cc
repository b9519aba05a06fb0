#include "collectors/connect/collector.h"

#include <algorithm>
#include <utility>

namespace klaxon::connect_collector {
namespace {

using connect::ConnectClient;
using connect::ConnectorStatus;

/// A longer name is no name: it would only fill memory and pages.
constexpr size_t kLongestName = 1024;

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

ConnectorFacts ReadConnector(ConnectorStatus&& status) {
  ConnectorFacts facts;
  facts.type = std::move(status.type);
  facts.connector_class = std::move(status.connector_class);
  facts.state = std::move(status.state);
  facts.worker = std::move(status.worker);
  facts.root_cause = std::move(status.root_cause);
  facts.tasks.reserve(status.tasks.size());
  for (connect::TaskStatus& task : status.tasks) {
    facts.tasks.push_back({.id = task.id,
                           .state = std::move(task.state),
                           .worker = std::move(task.worker),
                           .root_cause = std::move(task.root_cause)});
  }
  facts.intent = IntentOf(facts);
  return facts;
}

/// Connectors that exist but have no status yet are missing from the expanded list; the plain list
/// has them.
void AddMissing(std::vector<ConnectorStatus>& connectors, const std::vector<std::string>& names) {
  const size_t told = connectors.size();
  for (const std::string& name : names) {
    const auto end = connectors.begin() + static_cast<std::ptrdiff_t>(told);
    const auto place = std::lower_bound(
        connectors.begin(), end, name,
        [](const ConnectorStatus& status, const std::string& b) { return status.name < b; });
    if (place == end || place->name != name) {
      connectors.push_back({.name = name});
    }
  }
  std::sort(connectors.begin(), connectors.end(),
            [](const ConnectorStatus& a, const ConnectorStatus& b) { return a.name < b.name; });
}

}  // namespace

struct ConnectCollector::Telling {
  Result<connect::WorkerInfo> info = Error(Reason::kInternal, "not asked");
  Instant info_at{};
  Result<std::vector<ConnectorStatus>> connectors = Error(Reason::kInternal, "not asked");
  Instant connectors_at{};
};

ConnectCollector::ConnectCollector(Config config, http::HttpClient& http)
    : config_(std::move(config)) {
  const http::ClientAccess access = MakeAccess(config_.source, "connect/" + config_.name, http);
  for (const std::string& url : config_.source.urls) {
    workers_.emplace_back(http, url, access);
  }
}

ConnectCollector::Telling ConnectCollector::Ask(const ConnectClient& worker,
                                                const PollContext& context) const {
  const auto deadline = [&] {
    return std::min(context.deadline, context.clock.Now().mono + config_.request_timeout);
  };
  Telling telling;
  telling.info_at = context.clock.Now();
  telling.info = worker.Info(deadline(), context.stop);
  if (!telling.info) {
    telling.connectors = telling.info.error();
    return telling;
  }
  telling.connectors_at = context.clock.Now();
  telling.connectors = worker.Connectors(deadline(), context.stop);
  if (!telling.connectors) {
    return telling;
  }
  const Result<std::vector<std::string>> names = worker.Names(deadline(), context.stop);
  if (names) {
    AddMissing(*telling.connectors, *names);
  } else {
    telling.connectors = names.error();  // half a list would look as if connectors were deleted
  }
  return telling;
}

void ConnectCollector::TakeInfo(const ConnectClient& worker, const Telling& telling,
                                ConnectFacts& facts, Duration good_for) {
  facts.url = worker.url();
  facts.version = telling.info->version;
  facts.kafka_cluster_id = telling.info->kafka_cluster_id;
  facts.root = std::make_shared<const Answer>(
      Answer{.source = "/ of " + worker.url(), .taken_at = telling.info_at, .good_for = good_for});
}

void ConnectCollector::TakeWorker(const Telling& telling, Duration good_for,
                                  ConnectWorkerFacts& worker) {
  worker.polled =
      std::make_shared<const Answer>(Answer{.source = "the poll of " + worker.entity->name,
                                            .taken_at = telling.info_at,
                                            .good_for = good_for});
  worker.alive = static_cast<bool>(telling.info);
  worker.why = telling.info ? "" : telling.info.error().message();
  if (telling.info) {
    worker.version = telling.info->version;
    worker.kafka_cluster_id = telling.info->kafka_cluster_id;
    worker.told = worker.polled;
  } else {
    worker.told = WithError(worker.told, telling.info.error());
  }
}

std::optional<Error> ConnectCollector::TakeConnectors(const ConnectClient& worker, Telling& telling,
                                                      ConnectFacts& facts, Duration good_for) {
  std::optional<Error> left_out;
  facts.connectors.clear();
  facts.connectors.reserve(telling.connectors->size());
  for (ConnectorStatus& status : *telling.connectors) {
    if (status.name.size() > kLongestName) {
      left_out = Error(Reason::kBadAnswer,
                       "a connector's name is longer than 1024 bytes; that "
                       "connector is left out");
      continue;
    }
    EntityRef entity = entities_.Intern(status.name);
    facts.connectors.push_back(ReadConnector(std::move(status)));
    facts.connectors.back().entity = std::move(entity);
  }
  facts.listed = std::make_shared<const Answer>(Answer{.source = "/connectors of " + worker.url(),
                                                       .taken_at = telling.connectors_at,
                                                       .good_for = good_for});
  return left_out;
}

void ConnectCollector::Publish(std::shared_ptr<ConnectFacts> facts, Reading& reading) {
  facts->answers.clear();
  const auto add = [&](const AnswerRef& answer) {
    if (answer != nullptr) {
      facts->answers.push_back(answer);
    }
  };
  add(facts->root);
  add(facts->listed);
  for (const ConnectWorkerFacts& worker : facts->workers) {
    add(worker.polled);
  }
  reading.facts = facts;
  facts_ = std::move(facts);
  entities_.Sweep();
}

Reading ConnectCollector::Poll(const PollContext& context) {
  Reading reading;
  auto facts = facts_ == nullptr ? std::make_shared<ConnectFacts>()
                                 : std::make_shared<ConnectFacts>(*facts_);
  for (const ConnectClient& worker : workers_) {
    if (facts->workers.size() < workers_.size()) {
      facts->workers.push_back({.entity = worker_entities_.Intern(worker.url())});
    }
  }
  const Duration good_for = GoodFor(context.interval);
  for (size_t tried = 0; tried < workers_.size(); ++tried) {
    const ConnectClient& worker = workers_[next_];
    Telling telling = Ask(worker, context);
    TakeWorker(telling, good_for, facts->workers[next_]);
    if (telling.info) {
      reading.answered = true;
      TakeInfo(worker, telling, *facts, good_for);
    } else {
      facts->root = WithError(facts->root, telling.info.error());
    }
    if (telling.connectors) {
      if (const auto left_out = TakeConnectors(worker, telling, *facts, good_for)) {
        reading.problems.push_back({.scope = "connector names", .error = *left_out});
      }
      break;
    }
    const Error& error = telling.connectors.error();
    reading.problems.push_back({.scope = worker.url(), .error = error});
    facts->listed = WithError(facts->listed, error);
    next_ = (next_ + 1) % workers_.size();
  }
  if (reading.answered || facts_ != nullptr) {
    Publish(std::move(facts), reading);
  }
  return reading;
}

}  // namespace klaxon::connect_collector
