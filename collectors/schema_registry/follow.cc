#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "agent/base/thread_name.h"
#include "collectors/schema_registry/collector.h"

/// The part of the collector that follows the registry's topic.
namespace klaxon::schema_registry_collector {
namespace {

constexpr uint64_t kCompareTopicEvery = 30;                // polls of the nodes
constexpr Duration kFirstRead = std::chrono::seconds{10};  // of the topic, before others go on

}  // namespace

void SchemaRegistryCollector::TakeTopic(SchemaRegistryFacts& facts) {
  const Ledger& ledger = topic_->ledger();
  facts.from_topic = true;
  facts.listed = topic_->tailed();
  facts.listed_from = facts.listed->source;
  facts.inventory = topic_->book().Publish();
  facts.whole = true;
  facts.unread = 0;
  facts.stuck.clear();
  facts.unreadable = topic_->book().unreadable().Publish();
  facts.incomplete.clear();
  facts.subject_settings_at = facts.listed->taken_at;
  facts.max_id = ledger.max_id() > 0 ? std::optional(ledger.max_id()) : std::nullopt;
  facts.max_id_told = false;
  facts.max_id_answer = facts.listed;
  // What a node told may be older than the record.
  facts.compatibility =
      ledger.compatibility().empty() ? facts.compatibility : ledger.compatibility();
  if (!ledger.mode().empty()) {
    facts.mode = ledger.mode();
    facts.mode_told = facts.listed;
  }
}

void SchemaRegistryCollector::TakeNodes(const PollContext& context, SchemaRegistryFacts& facts,
                                        Reading& reading) {
  TakeProbes(asked_.get(), facts, reading);
  if (!Choose(facts)) {
    return;
  }
  const Round round{.node = nodes_[chosen_],
                    .context = context,
                    .request_timeout = config_.request_timeout,
                    .until = context.clock.Now().mono + config_.request_timeout};
  TakeIdentity(round, facts);
  if (AnotherAnswers(round, facts)) {
    BeginAnew(facts);
    TakeIdentity(round, facts);
    topic_->CompareAgain();
  }
  if (!topic_->compared()) {
    SubjectPager pager;
    if (const Result<std::vector<std::string>> names = pager.Read(round, false)) {
      topic_->Compare(*names);
    }
  } else if (polls_ % kCompareTopicEvery == 0) {
    facts.from_topic = true;
    comparisons_->Next({.names = topic_->book().ActiveNames(), .every = kCompareTopicEvery}, round,
                       facts);
  }
  comparisons_->Tell(facts, reading.problems);
}

Reading SchemaRegistryCollector::PollTopic(const PollContext& context) {
  const Instant began = context.clock.Now();
  if (!asked_.valid() && began.mono >= probe_at_) {
    probe_at_ = began.mono + config_.interval;
    asked_ = std::async(std::launch::async, [this, context, questions = Ask()] {
      NameThisThread("registry-nodes");
      return ProbeAll(nodes_, context, questions);
    });
  }
  const Duration wait = topic_->AtEnd() ? kTailInterval * 9 / 10 : kFirstRead;
  topic_->Follow(context, began.mono + wait);
  if (!topic_->Believable(context.clock.Now())) {
    return PollWithoutTopic(context);
  }
  Reading reading;
  reading.answered = true;
  const auto facts = Draft();
  if (asked_.valid() &&
      (facts_ == nullptr || asked_.wait_for(Duration::zero()) == std::future_status::ready)) {
    TakeNodes(context, *facts, reading);
    CountRequests(*facts);
    problems_ = reading.problems;
    topic_->AskPolicy(context);
    if (!topic_->Believable(context.clock.Now())) {
      return PollWithoutTopic(context);
    }
  } else if (facts_ != nullptr && facts_->from_topic && facts_->listed == topic_->tailed() &&
             facts_->topic.records == topic_->ledger().records()) {
    reading.facts = facts_;
    reading.problems = problems_;
    return reading;
  }
  reading.problems = problems_;
  if (topic_->error()) {
    reading.problems.push_back({.scope = "topic " + config_.topic, .error = *topic_->error()});
  }
  TakeTopic(*facts);
  Publish(facts, reading);
  return reading;
}

Reading SchemaRegistryCollector::PollWithoutTopic(const PollContext& context) {
  Reading reading;
  const MonoTime now = context.clock.Now().mono;
  if (topic_->error() && now >= scan_at_) {
    scan_at_ = now + config_.interval;
    asked_ = {};  // waits for what was asked; it is asked again
    reading = PollNodes(context);
    problems_ = reading.problems;
    if (topic_->AtEnd() && scan_->listed()) {
      topic_->Compare(scan_->names());  // a registry that has just started lists nothing at first
    }
  } else {
    reading.answered = facts_ != nullptr && facts_->settings != nullptr;  // a node told once
    reading.facts = facts_;
    reading.problems = problems_;
  }
  if (topic_->error()) {
    reading.problems.push_back({.scope = "topic " + config_.topic, .error = *topic_->error()});
  }
  return reading;
}

}  // namespace klaxon::schema_registry_collector
