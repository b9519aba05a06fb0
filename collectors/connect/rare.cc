#include "collectors/connect/rare.h"

#include <algorithm>
#include <chrono>

#include "agent/connect/version.h"
#include "collectors/answers.h"
#include "collectors/connect/listing.h"

namespace klaxon::connect_collector {
namespace {

using connect::ConnectClient;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Duration kEvery = minutes{10};  // plugins, and the topics of one connector
constexpr Duration kUntracked = hours{1};
constexpr Duration kPatience = seconds{1};  // of a poll
constexpr Duration kRequestTakes = seconds{5};
constexpr Duration kOffsetsTake = seconds{30};  // on the herder's thread, behind all it does
constexpr size_t kFewest = 5;
constexpr size_t kMost = 20;

ConnectorFacts* FindIn(ConnectFacts& facts, const std::string& name) {
  return const_cast<ConnectorFacts*>(Find(&facts, name));
}

bool IsRunningSource(const ConnectorFacts& connector) {
  return connector.type == "source" && connector.state == "RUNNING" && connector.addressable;
}

/// The worker keeps no topics of any connector: 403 "Topic tracking is disabled."
/// (ConnectorsResource of apache/kafka). Another 403 may come from a gateway, and be of one
/// connector.
bool IsUntracked(const Error& error) {
  return error.reason() == Reason::kUnauthorized &&
         error.message().find("racking is disabled") != std::string::npos;
}

}  // namespace

void RareQuestions::Run(const ConnectClient* worker, const PollContext& context,
                        ConnectFacts& facts) {
  if (errand_.Ready({}, context.stop)) {
    Take(errand_.Take(), facts);
  }
  if (offsets_.Ready({}, context.stop)) {
    TakeOffsets(offsets_.Take(), facts);
  }
  if (worker == nullptr || context.stop.stop_requested()) {
    return;
  }
  if (errand_.idle()) {
    Start(*worker, context, facts);
    if (errand_.Ready(kPatience, context.stop)) {
      Take(errand_.Take(), facts);
    }
  }
  if (offsets_interval_ > Duration{} && offsets_.idle()) {
    StartOffsets(*worker, context, facts);
  }
}

std::vector<std::string> RareQuestions::DueForTopics(const PollContext& context,
                                                     const ConnectFacts& facts) {
  const MonoTime now = context.clock.Now().mono;
  std::vector<std::string> due;
  if (connect::ReadVersion(facts.version) < connect::kHasTopics ||
      (no_topics_until_ && now < *no_topics_until_)) {
    return due;
  }
  std::erase_if(topics_asked_,
                [&](const auto& asked) { return Find(&facts, asked.first) == nullptr; });
  const auto polls = static_cast<size_t>(std::max<Duration::rep>(1, kEvery / context.interval));
  const size_t most = std::clamp(facts.connectors.size() / polls + 1, kFewest, kMost);
  for (const ConnectorFacts& connector : facts.connectors) {
    const std::string& name = connector.entity->name;
    const auto asked = topics_asked_.find(name);
    const bool is_due = asked == topics_asked_.end() || now - asked->second >= kEvery;
    if (is_due && connector.addressable && !connector.state.empty() && due.size() < most) {
      topics_asked_[name] = now;
      due.push_back(name);
    }
  }
  return due;
}

void RareQuestions::Start(const ConnectClient& worker, const PollContext& context,
                          const ConnectFacts& facts) {
  const Instant now = context.clock.Now();
  const bool plugins =
      !plugins_asked_ || now.mono - *plugins_asked_ >= kEvery || plugins_of_ != facts.version;
  if (plugins) {
    plugins_asked_ = now.mono;
    plugins_of_ = facts.version;
  }
  std::vector<std::string> due = DueForTopics(context, facts);
  if (!plugins && due.empty()) {
    return;
  }
  errand_.Start([&worker, &clock = context.clock, now, plugins,
                 due = std::move(due)](const std::stop_token& stop) {
    Found found{.at = now};
    // Each may take its time: one that hangs must not cost the others theirs.
    const auto wait = [&clock, &stop] {
      return connect::Wait{.deadline = clock.Now().mono + kRequestTakes, .stop = stop};
    };
    if (plugins) {
      found.plugins = worker.Plugins(wait());
    }
    for (const std::string& name : due) {
      found.topics.emplace_back(name, worker.Topics(name, wait()));
    }
    return found;
  });
}

void RareQuestions::Take(Found found, ConnectFacts& facts) {
  if (found.plugins && *found.plugins) {
    facts.plugins = **std::move(found.plugins);
    facts.plugins_told =
        MakeAnswer("/connector-plugins of " + facts.url, found.at, GoodFor(kEvery));
  } else if (found.plugins) {
    facts.plugins_told = WithError(facts.plugins_told, found.plugins->error());
  }
  const AnswerRef told = MakeAnswer("topics of connectors", found.at, GoodFor(kEvery));
  for (auto& [name, topics] : found.topics) {
    ConnectorFacts* connector = FindIn(facts, name);
    if (connector == nullptr) {
      continue;
    }
    if (topics) {
      connector->active_topics = *std::move(topics);
      connector->topics_told = told;
      continue;
    }
    connector->topics_told = WithError(connector->topics_told, topics.error());
    if (IsUntracked(topics.error())) {
      no_topics_until_ = found.at.mono + kUntracked;
    }
  }
}

void RareQuestions::StartOffsets(const ConnectClient& worker, const PollContext& context,
                                 const ConnectFacts& facts) {
  const Instant now = context.clock.Now();
  if ((offsets_asked_ && now.mono - *offsets_asked_ < offsets_interval_) ||
      connect::ReadVersion(facts.version) < connect::kHasOffsets) {
    return;
  }
  const ConnectorFacts* first = nullptr;
  const ConnectorFacts* next = nullptr;  // behind the last one
  for (const ConnectorFacts& connector : facts.connectors) {
    if (IsRunningSource(connector)) {
      first = first == nullptr ? &connector : first;
      next = next == nullptr && connector.entity->name > offsets_of_ ? &connector : next;
    }
  }
  next = next == nullptr ? first : next;
  if (next == nullptr) {
    return;
  }
  offsets_asked_ = now.mono;
  offsets_of_ = next->entity->name;
  offsets_.Start([&worker, now, name = offsets_of_](const std::stop_token& stop) {
    return Position{
        .at = now,
        .connector = name,
        .offsets = worker.Offsets(name, {.deadline = now.mono + kOffsetsTake, .stop = stop})};
  });
}

void RareQuestions::TakeOffsets(Position position, ConnectFacts& facts) const {
  ConnectorFacts* connector = FindIn(facts, position.connector);
  if (connector == nullptr) {
    return;
  }
  if (!position.offsets) {
    connector->offsets_told = WithError(connector->offsets_told, position.offsets.error());
    return;
  }
  const auto sources =
      std::count_if(facts.connectors.begin(), facts.connectors.end(), IsRunningSource);
  connector->offsets = *std::move(position.offsets);
  connector->offsets_told =
      MakeAnswer("/offsets of " + position.connector, position.at,
                 GoodFor(offsets_interval_ * std::max<int64_t>(1, sources)) + kOffsetsTake);
}

}  // namespace klaxon::connect_collector
