#include "collectors/connect/collector.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "agent/base/text.h"
#include "agent/connect/version.h"
#include "collectors/answers.h"
#include "collectors/connect/comparing.h"
#include "collectors/side_by_side.h"

namespace klaxon::connect_collector {
namespace {

using connect::NamedConnector;

/// A longer name is no name: it would only fill memory and pages.
constexpr size_t kLongestName = 1024;

/// Of the problem that workers belong to several Kafka clusters.
constexpr const char* kClusterId = "cluster id";

/// The one of before if it is the same, so that unchanged failures are held once.
void Reuse(const ConnectFailureRef& before, ConnectFailureRef& now) {
  if (before != nullptr && now != nullptr && *before == *now) {
    now = before;
  }
}

/// Keeps what a list does not tell, and shares what has not changed.
void CarryOver(const ConnectorFacts& before, ConnectorFacts& now) {
  now.active_topics = before.active_topics;
  now.topics_told = before.topics_told;
  now.offsets = before.offsets;
  now.offsets_told = before.offsets_told;
  Reuse(before.failure, now.failure);
  const size_t tasks = std::min(before.tasks.size(), now.tasks.size());
  for (size_t i = 0; i < tasks; ++i) {
    Reuse(before.tasks[i].failure, now.tasks[i].failure);
  }
}

/// One that did not tell its state: what it told before is kept while it is fresh.
void KeepTold(const AnswerRef& told, const ConnectorFacts& before, const Instant& now,
              ConnectorFacts& facts) {
  facts.told_before = WithError(told, *facts.untold);
  facts.type = before.type;
  if (facts.connector_class.empty()) {
    facts.connector_class = before.connector_class;
    facts.kind = before.kind;
    facts.config = before.config;
  }
  if (!IsFresh(told, now)) {
    return;
  }
  facts.state = before.state;
  facts.worker = before.worker;
  facts.plugin_version = before.plugin_version;
  facts.root_cause = before.root_cause;
  facts.failure = before.failure;
  facts.tasks = before.tasks;
  facts.intent = before.intent;
}

/// Says of how many connectors the state was not told, and why it was not of the first.
void TellUntold(const std::vector<ConnectorFacts>& connectors, Reading& reading) {
  const ConnectorFacts* first = nullptr;
  size_t count = 0;
  for (const ConnectorFacts& connector : connectors) {
    if (connector.untold) {
      first = first == nullptr ? &connector : first;
      ++count;
    }
  }
  if (first != nullptr) {
    const Error& error = *first->untold;
    const std::string others =
        count == 1 ? "" : fmt::format("; {} other connectors do not tell theirs either", count - 1);
    reading.problems.push_back({.scope = "status of " + Printable(first->entity->name),
                                .error = Error(error.reason(), error.message() + others)});
  }
}

}  // namespace

ConnectCollector::ConnectCollector(Config config, http::HttpClient& http)
    : config_(std::move(config)), rare_(config_.offsets_interval) {
  const http::ClientAccess access = MakeAccess(config_.source, "connect/" + config_.name, http);
  for (const std::string& url : config_.source.urls) {
    workers_.push_back(std::make_unique<Worker>(http, url, access, config_.request_timeout));
  }
}

std::vector<Telling> ConnectCollector::AskAll(const PollContext& context) {
  return AskSideBySide(
      workers_.size(), [&](size_t) { return "connect " + config_.name; },
      [&](size_t i) {
        return workers_[i]->Ask(i == next_ || config_.compare, facts_.get(), context);
      });
}

void ConnectCollector::TakeWorkers(const std::vector<Telling>& tellings, Duration good_for,
                                   Reading& reading) {
  std::vector<ConnectWorkerFacts>& facts = draft_->workers;
  facts.resize(workers_.size());
  for (size_t i = 0; i < workers_.size(); ++i) {
    const Telling& telling = tellings[i];
    const std::string& url = workers_[i]->client().url();
    ConnectWorkerFacts& worker = facts[i];
    worker.entity = worker_entities_.Intern(url);
    worker.polled = MakeAnswer("the poll of " + url, telling.info_at, good_for);
    worker.alive = static_cast<bool>(telling.info);
    worker.why = worker.alive ? "" : telling.info.error().message();
    if (worker.alive) {
      reading.answered = true;
      worker.latency = std::chrono::duration<double>(telling.latency).count();
      worker.version = telling.info->version;
      worker.kafka_cluster_id = telling.info->kafka_cluster_id;
      worker.told = MakeAnswer("/ of " + url, telling.info_at, good_for);
    } else {
      worker.told = WithError(worker.told, telling.info.error());
      reading.problems.push_back({.scope = url, .error = telling.info.error()});
    }
  }
}

/// The worker whose list is taken: the one that listed last, else the next that can.
std::optional<size_t> ConnectCollector::FindList(std::vector<Telling>& tellings,
                                                 const PollContext& context, Reading& reading) {
  for (size_t tried = 0; tried < workers_.size(); ++tried) {
    const size_t which = (next_ + tried) % workers_.size();
    Telling& telling = tellings[which];
    if (!telling.info) {
      Fail(telling.info.error());
      draft_->root = WithError(draft_->root, telling.info.error());
      continue;
    }
    if (!telling.asked_list) {
      workers_[which]->List(telling, facts_.get(), context);
    }
    if (telling.list) {
      return which;
    }
    reading.problems.push_back(
        {.scope = workers_[which]->client().url(), .error = telling.list.error()});
    Fail(telling.list.error());
  }
  return std::nullopt;
}

void ConnectCollector::Fail(const Error& error) {
  draft_->listed = WithError(draft_->listed, error);
}

/// True: what was told is of the cluster that is watched.
bool ConnectCollector::TakeIdentity(const std::vector<Telling>& tellings, Reading& reading) {
  std::vector<ToldCluster> told;
  for (size_t i = 0; i < tellings.size(); ++i) {
    if (tellings[i].info) {
      told.push_back({.url = workers_[i]->client().url(),
                      .before = tellings[i].info->kafka_cluster_id,
                      .after = tellings[i].cluster_behind_list});
    }
  }
  const Result<void> known = identity_.Take(told);
  if (!known) {
    draft_->root = WithError(draft_->root, known.error());
    Fail(known.error());
    reading.problems.push_back({.scope = kClusterId, .error = known.error()});
  }
  if (std::optional<std::string> change = identity_.TakeChange()) {
    reading.endings.emplace(kClusterId, *std::move(change));
    entities_ = {};  // of another cluster: what has the same name there is another thing
    draft_->connectors.clear();
    draft_->listed = nullptr;
  }
  return static_cast<bool>(known);
}

/// What the worker told of itself that speaks for all: the one that listed, else the first.
void ConnectCollector::TakeRoot(const std::vector<Telling>& tellings, std::optional<size_t> listed,
                                Duration good_for) {
  for (size_t tried = 0; tried < workers_.size(); ++tried) {
    const size_t which = listed.value_or((next_ + tried) % workers_.size());
    const Telling& telling = tellings[which];
    if (telling.info) {
      draft_->url = workers_[which]->client().url();
      draft_->version = telling.info->version;
      draft_->kafka_cluster_id = telling.info->kafka_cluster_id;
      draft_->root = MakeAnswer("/ of " + draft_->url, telling.info_at, good_for);
      return;
    }
  }
}

void ConnectCollector::TakeList(size_t which, std::vector<Telling>& tellings,
                                const PollContext& context, Reading& reading) {
  const Duration good_for = GoodFor(context.interval);
  next_ = which;
  draft_->listed = MakeAnswer("/connectors of " + draft_->url, tellings[which].listed_at, good_for);
  if (config_.compare) {
    TakeComparison(tellings, good_for);
  }
  TakeConnectors(*std::move(tellings[which].list), context.clock.Now(), reading);
}

ConnectorFacts ConnectCollector::Complete(NamedConnector connector, const Instant& now) {
  ConnectorFacts facts = std::move(connector.facts);
  facts.entity = entities_.Intern(connector.name);
  facts.addressable = connect::IsAddressable(connector.name, connect::ReadVersion(draft_->version));
  if (const ConnectorFacts* before = Find(facts_.get(), connector.name);
      before != nullptr && before->entity == facts.entity) {
    if (facts.untold) {
      KeepTold(StateAnswer(*facts_, *before), *before, now, facts);
    }
    CarryOver(*before, facts);
  }
  return facts;
}

void ConnectCollector::TakeConnectors(std::vector<NamedConnector> connectors, const Instant& now,
                                      Reading& reading) {
  draft_->connectors.clear();
  draft_->connectors.reserve(connectors.size());
  bool left_out = false;
  for (NamedConnector& connector : connectors) {
    if (connector.name.size() > kLongestName) {
      left_out = true;
    } else {
      draft_->connectors.push_back(Complete(std::move(connector), now));
    }
  }
  if (left_out) {
    reading.problems.push_back(
        {.scope = "connector names",
         .error = Error(Reason::kBadAnswer,
                        "a connector's name is longer than 1024 bytes; that connector is left "
                        "out")});
  }
  TellUntold(draft_->connectors, reading);
}

void ConnectCollector::TakeComparison(const std::vector<Telling>& tellings, Duration good_for) {
  const auto heard = std::count_if(tellings.begin(), tellings.end(),
                                   [](const Telling& telling) { return bool(telling.list); });
  draft_->disagreements.clear();
  draft_->compared = nullptr;
  if (heard > 1) {
    draft_->disagreements = Compare(tellings, entities_);
    draft_->compared = MakeAnswer("the lists of " + std::to_string(heard) + " workers",
                                  draft_->listed->taken_at, good_for);
  }
}

void ConnectCollector::TakeHealth(const PollContext& context) {
  for (size_t i = 0; i < workers_.size(); ++i) {
    workers_[i]->StartHealth(draft_->workers[i], context);
  }
  for (size_t i = 0; i < workers_.size(); ++i) {
    workers_[i]->TakeHealth(context, draft_->workers[i]);
  }
}

void ConnectCollector::Publish(Reading& reading) {
  ConnectFacts& facts = *draft_;
  std::vector<AnswerRef> answers{facts.root, facts.listed, facts.compared, facts.plugins_told};
  for (const ConnectWorkerFacts& worker : facts.workers) {
    answers.insert(answers.end(), {worker.polled, worker.told, worker.health_told});
  }
  for (const ConnectorFacts& connector : facts.connectors) {
    answers.insert(answers.end(),
                   {connector.topics_told, connector.offsets_told, connector.told_before});
  }
  std::sort(answers.begin(), answers.end());
  answers.erase(std::unique(answers.begin(), answers.end()), answers.end());
  std::erase(answers, nullptr);
  facts.answers = std::move(answers);
  facts_ = std::exchange(draft_, nullptr);
  reading.facts = facts_;
  entities_.Sweep();
}

Reading ConnectCollector::Poll(const PollContext& context) {
  Reading reading;
  draft_ = facts_ == nullptr ? std::make_shared<ConnectFacts>()
                             : std::make_shared<ConnectFacts>(*facts_);
  std::vector<Telling> tellings = AskAll(context);
  TakeWorkers(tellings, GoodFor(context.interval), reading);
  const std::optional<size_t> lists = FindList(tellings, context, reading);
  const bool believed = TakeIdentity(tellings, reading);
  if (believed) {
    TakeRoot(tellings, lists, GoodFor(context.interval));
  }
  const bool listed = believed && lists;
  if (listed) {
    TakeList(*lists, tellings, context, reading);
  }
  if (reading.answered) {
    TakeHealth(context);
  }
  rare_.Run(listed ? &workers_[next_]->client() : nullptr, context, *draft_);
  Publish(reading);
  return reading;
}

}  // namespace klaxon::connect_collector
