#include "collectors/schema_registry/collector.h"

#include <algorithm>
#include <utility>

#include "agent/base/thread_name.h"
#include "collectors/answers.h"

namespace klaxon::schema_registry_collector {
namespace {

using registry::RegistryClient;

constexpr uint64_t kIdentifyEvery = 360;  // polls
constexpr uint64_t kCompareEvery = 3;
constexpr uint64_t kCompareTopicEvery = 30;
constexpr Duration kFirstRead = std::chrono::seconds{10};  // of the topic, before others go on
constexpr size_t kDifferencesShown = 5;

}  // namespace

SchemaRegistryCollector::SchemaRegistryCollector(Config config, http::HttpClient& http,
                                                 std::optional<TopicAccess> topic)
    : config_(std::move(config)) {
  if (topic) {
    topic_ = std::make_unique<Topic>(config_.topic, *std::move(topic));
  }
  const http::ClientAccess access =
      MakeAccess(config_.source, "schema_registry/" + config_.name, http);
  for (const std::string& url : config_.source.urls) {
    nodes_.emplace_back(http, url, access);
    comparers_.emplace_back(book_);
  }
}

std::optional<size_t> SchemaRegistryCollector::Choose(const SchemaRegistryFacts& facts) const {
  for (size_t i = 0; i < nodes_.size(); ++i) {
    const size_t index = (chosen_ + i) % nodes_.size();
    if (facts.nodes[index].state == RegistryNodeState::kServing) {
      return index;
    }
  }
  return std::nullopt;
}

void SchemaRegistryCollector::TakeGlobal(const RegistryNodeFacts& node,
                                         SchemaRegistryFacts& facts) const {
  facts.compatibility = node.compatibility;
  facts.mode = node.mode;
  facts.settings = node.told;
}

void SchemaRegistryCollector::TakeIdentity(const Round& round, SchemaRegistryFacts& facts) {
  if (identified_ && polls_ % kIdentifyEvery != 0) {
    return;
  }
  const Result<Identity> identity = Identify(round.node, round.Next());
  if (!identity) {
    return;  // the next poll asks again
  }
  identified_ = true;
  facts.kind = identity->kind;
  facts.version = identity->version;
  if (const Result<std::vector<std::string>> contexts = round.node.Contexts(round.Next())) {
    facts.contexts = *contexts;
  }
}

void SchemaRegistryCollector::TakeInventory(const Round& round, SchemaRegistryFacts& facts,
                                            Reading& reading) {
  const Instant at = round.context.clock.Now();
  const Duration good_for = GoodFor(round.context.interval);
  const Result<void> done = scan_.Advance(round);
  if (!done) {
    reading.problems.push_back({.scope = "subjects", .error = done.error()});
  }
  if (!scan_.listed()) {
    facts.listed = WithError(facts.listed, done.error());
    facts.max_id_answer = WithError(facts.max_id_answer, done.error());
    return;
  }
  facts.listed_from = round.node.url();
  facts.listed = MakeAnswer("/subjects of " + round.node.url(), at, good_for);
  facts.whole = scan_.whole();
  facts.unread = book_.doubtful().size();
  facts.incomplete = scan_.incomplete();
  if (!facts.incomplete.empty()) {
    reading.problems.push_back(
        {.scope = "list of subjects", .error = Error(Reason::kBadAnswer, facts.incomplete)});
  }
  if (done && scan_.max_id()) {
    facts.max_id = scan_.max_id();
    facts.max_id_told = scan_.max_id_told();
    facts.max_id_answer = MakeAnswer("/schemas/ids of " + round.node.url(), at, good_for);
  } else if (!done) {
    facts.max_id_answer = WithError(facts.max_id_answer, done.error());
  }
}

void SchemaRegistryCollector::TakeSettings(const Round& round, SchemaRegistryFacts& facts,
                                           Reading& reading) {
  if (const Result<void> done = settings_.Advance(round); !done) {
    reading.problems.push_back({.scope = "settings of subjects", .error = done.error()});
  }
  facts.subject_settings_at = book_.OldestSettings();
}

void SchemaRegistryCollector::TakeComparison(const PollContext& context, MonoTime until,
                                             SchemaRegistryFacts& facts, Reading& reading) {
  for (size_t i = 1; i <= nodes_.size(); ++i) {
    const size_t index = (compared_ + i) % nodes_.size();
    RegistryNodeFacts& node = facts.nodes[index];
    const bool tells = !facts.from_topic && index == chosen_;
    if (tells || node.state != RegistryNodeState::kServing) {
      continue;
    }
    compared_ = index;
    const Instant at = context.clock.Now();
    const Result<std::vector<std::string>> words = comparers_[index].Compare(
        facts.from_topic ? topic_->book().ActiveNames() : scan_.names(), !facts.from_topic,
        {.node = nodes_[index],
         .context = context,
         .request_timeout = config_.request_timeout,
         .until = until});
    if (!words) {
      node.compared = WithError(node.compared, words.error());
      reading.problems.push_back(
          {.scope = "comparison with " + node.entity->name, .error = words.error()});
      return;
    }
    NodeComparison& comparison = node.comparison;
    comparison.differences = words->size();
    comparison.words.assign(
        words->begin(),
        words->begin() + static_cast<std::ptrdiff_t>(std::min(words->size(), kDifferencesShown)));
    comparison.in_a_row = words->empty() ? 0 : comparison.in_a_row + 1;
    comparison.since = words->empty() ? std::nullopt : std::optional(comparison.since.value_or(at));
    const uint64_t every = facts.from_topic ? kCompareTopicEvery : kCompareEvery;
    const Duration good_for = GoodFor(context.interval) * static_cast<int>(every * nodes_.size());
    node.compared = MakeAnswer("the comparison with " + node.entity->name, at, good_for);
    return;
  }
}

void SchemaRegistryCollector::CountRequests(SchemaRegistryFacts& facts) {
  facts.requests = Requests();
  facts.poll_requests = facts.requests - counted_;
  counted_ = facts.requests;
}

uint64_t SchemaRegistryCollector::Requests() const {
  uint64_t sum = 0;
  for (const RegistryClient& node : nodes_) {
    sum += node.requests();
  }
  return sum;
}

std::shared_ptr<SchemaRegistryFacts> SchemaRegistryCollector::Draft() {
  if (facts_ != nullptr) {
    return std::make_shared<SchemaRegistryFacts>(*facts_);
  }
  auto facts = std::make_shared<SchemaRegistryFacts>();
  for (const RegistryClient& node : nodes_) {
    facts->nodes.push_back({.entity = entities_.Intern(node.url())});
  }
  return facts;
}

Questions SchemaRegistryCollector::Ask() const {
  return {.request_timeout = config_.request_timeout,
          .modes = settings_.modes(),
          .karapace = facts_ != nullptr && facts_->kind == RegistryKind::kKarapace};
}

void SchemaRegistryCollector::TakeProbes(const std::vector<Probe>& probes,
                                         SchemaRegistryFacts& facts, Reading& reading) {
  ++polls_;
  bool modes = settings_.modes();
  for (size_t i = 0; i < probes.size(); ++i) {
    TakeProbe(probes[i], facts.nodes[i], GoodFor(config_.interval), reading);
    const auto& mode = probes[i].mode;
    modes = modes && !(mode && !*mode && mode->error().reason() == Reason::kUnsupported);
  }
  settings_.SetModes(modes);
  if (const std::optional<size_t> chosen = Choose(facts)) {
    chosen_ = *chosen;
    TakeGlobal(facts.nodes[chosen_], facts);
  } else {
    facts.settings = WithError(facts.settings, probes.front().compatibility.error());
  }
}

Reading SchemaRegistryCollector::Poll(const PollContext& context) {
  if (topic_ == nullptr) {
    return PollNodes(context);
  }
  return PollTopic({.clock = context.clock,
                    .interval = config_.interval,
                    .deadline = context.clock.Now().mono + config_.interval,
                    .stop = context.stop});
}

Reading SchemaRegistryCollector::PollNodes(const PollContext& context) {
  Reading reading;
  // What is left goes to the answer that is under way then.
  const MonoTime began = context.clock.Now().mono;
  const MonoTime until = began + (context.deadline - began) * 3 / 4;
  const auto facts = Draft();
  facts->from_topic = false;
  TakeProbes(ProbeAll(nodes_, context, Ask()), *facts, reading);
  if (Choose(*facts)) {
    const Round round{.node = nodes_[chosen_],
                      .context = context,
                      .request_timeout = config_.request_timeout,
                      .until = until};
    facts->nodes[chosen_].comparison = {};
    facts->nodes[chosen_].compared = nullptr;
    TakeIdentity(round, *facts);
    TakeInventory(round, *facts, reading);
    if (scan_.whole() && scan_.listed()) {
      if (nodes_.size() > 1 && polls_ % kCompareEvery == 0) {
        TakeComparison(context, until, *facts, reading);
      } else {
        TakeSettings(round, *facts, reading);
      }
    }
  } else if (facts->settings != nullptr && facts->settings->error) {  // null: it never answered
    const Error& error = *facts->settings->error;
    facts->listed = WithError(facts->listed, error);
    facts->max_id_answer = WithError(facts->max_id_answer, error);
  }
  CountRequests(*facts);
  if (reading.answered || facts_ != nullptr) {
    facts->inventory = facts->listed == nullptr ? facts->inventory : book_.Publish();
    Publish(facts, reading);
  }
  return reading;
}

void SchemaRegistryCollector::TakeTopic(SchemaRegistryFacts& facts) {
  const Ledger& ledger = topic_->ledger();
  facts.from_topic = true;
  facts.listed = topic_->tailed();
  facts.listed_from = facts.listed->source;
  facts.inventory = topic_->book().Publish();
  facts.whole = true;
  facts.unread = 0;
  facts.incomplete.clear();
  facts.subject_settings_at = facts.listed->taken_at;
  facts.max_id = ledger.max_id() > 0 ? std::optional(ledger.max_id()) : std::nullopt;
  facts.max_id_told = false;
  facts.max_id_answer = facts.listed;
  // What a node told may be older than the record.
  facts.compatibility =
      ledger.compatibility().empty() ? facts.compatibility : ledger.compatibility();
  facts.mode = ledger.mode().empty() ? facts.mode : ledger.mode();
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
  if (!topic_->compared()) {
    SubjectPager pager;
    if (const Result<std::vector<std::string>> names = pager.Read(round, false)) {
      topic_->Compare(*names);
    }
  } else if (polls_ % kCompareTopicEvery == 0) {
    facts.from_topic = true;
    TakeComparison(context, round.until, facts, reading);
  }
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
    if (topic_->AtEnd() && scan_.listed()) {
      topic_->Compare(scan_.names());  // a registry that has just started lists nothing at first
    }
  } else {
    reading.answered = facts_ != nullptr;
    reading.facts = facts_;
    reading.problems = problems_;
  }
  if (topic_->error()) {
    reading.problems.push_back({.scope = "topic " + config_.topic, .error = *topic_->error()});
  }
  return reading;
}

void SchemaRegistryCollector::Publish(std::shared_ptr<SchemaRegistryFacts> facts,
                                      Reading& reading) {
  if (topic_ != nullptr) {
    topic_->Tell(facts->topic);
  }
  facts->answers.clear();
  const auto add = [&](const AnswerRef& answer) {
    if (answer != nullptr) {
      facts->answers.push_back(answer);
    }
  };
  for (const RegistryNodeFacts& node : facts->nodes) {
    add(node.polled);
    add(node.told);
    add(node.compared);
  }
  add(facts->settings);
  add(facts->listed);
  add(facts->max_id_answer);
  add(facts->topic.tailed);
  add(facts->topic.policy);
  reading.facts = facts;
  facts_ = std::move(facts);
}

}  // namespace klaxon::schema_registry_collector
