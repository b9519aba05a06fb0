#include "collectors/schema_registry/collector.h"

#include <algorithm>
#include <utility>

#include "collectors/answers.h"

namespace klaxon::schema_registry_collector {
namespace {

using registry::RegistryClient;

constexpr uint64_t kCompareEvery = 3;                   // polls
constexpr std::string_view kDefaultTopic = "_schemas";  // kafkastore.topic, and Karapace's

}  // namespace

SchemaRegistryCollector::SchemaRegistryCollector(Config config, http::HttpClient& http,
                                                 std::optional<TopicAccess> topic)
    : config_(std::move(config)) {
  if (topic && config_.topic.empty()) {
    default_policy_.emplace(std::string(kDefaultTopic), std::move(topic->client));
  } else if (topic) {
    topic_ = std::make_unique<Topic>(config_.topic, *std::move(topic));
  }
  const http::ClientAccess access =
      MakeAccess(config_.source, "schema_registry/" + config_.name, http);
  for (const std::string& url : config_.source.urls) {
    nodes_.emplace_back(http, url, access);
  }
  comparisons_.emplace(nodes_, book_);
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
  facts.settings = node.told;
  facts.mode = node.mode;
  facts.mode_told = node.mode_told;
}

void SchemaRegistryCollector::TakeInventory(const Round& round, SchemaRegistryFacts& facts,
                                            Reading& reading) {
  const Instant at = round.context.clock.Now();
  const Duration good_for = GoodFor(round.context.interval);
  const Result<void> done = scan_->Advance(round);
  if (!done) {
    reading.problems.push_back({.scope = "subjects", .error = done.error()});
  }
  facts.stuck = done || scan_->whole() ? "" : done.error().message();
  if (!scan_->listed()) {
    facts.listed = WithError(facts.listed, done.error());
    facts.max_id_answer = WithError(facts.max_id_answer, done.error());
    return;
  }
  facts.listed_from = round.node.url();
  facts.listed = MakeAnswer("/subjects of " + round.node.url(), at, good_for);
  facts.whole = scan_->whole();
  facts.unread = book_.doubtful().size();
  facts.incomplete = scan_->incomplete();
  if (!facts.incomplete.empty()) {
    reading.problems.push_back(
        {.scope = "list of subjects", .error = Error(Reason::kBadAnswer, facts.incomplete)});
  }
  if (done && scan_->max_id() && scan_->max_id_asked()) {
    facts.max_id = scan_->max_id();
    facts.max_id_told = scan_->max_id_told();
    facts.max_id_answer = MakeAnswer("/schemas/ids of " + round.node.url(), at, good_for);
  } else if (!done) {
    facts.max_id_answer = WithError(facts.max_id_answer, done.error());
  }
}

void SchemaRegistryCollector::TakeSettings(const Round& round, SchemaRegistryFacts& facts) {
  const Instant at = round.context.clock.Now();
  kept_.Take("settings of subjects", settings_->Advance(round), at);
  facts.subject_settings_at = book_.OldestSettings();
}

/// What is known to be missing, also from polls that did not ask for it.
void SchemaRegistryCollector::TellMissing(SchemaRegistryFacts& facts, Reading& reading) {
  facts.unreadable = book_.unreadable().Publish();
  for (const UnreadablePart part : {UnreadablePart::kVersions, UnreadablePart::kSettings}) {
    if (const std::optional<std::string> words = book_.unreadable().Words(part)) {
      reading.problems.push_back({.scope = part == UnreadablePart::kVersions
                                               ? "subjects that cannot be read"
                                               : "subjects whose settings cannot be read",
                                  .error = Error(Reason::kRefused, *words)});
    }
  }
  kept_.Tell(reading.problems);
  comparisons_->Tell(facts, reading.problems);
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
  Questions questions{.request_timeout = config_.request_timeout};
  if (facts_ == nullptr) {
    return questions;
  }
  questions.karapace = facts_->kind == RegistryKind::kKarapace;
  for (size_t i = 0; i < nodes_.size() && polls_ % kModesEvery != 0; ++i) {
    if (facts_->nodes[i].LacksModes()) {
      questions.without_modes.insert(i);
    }
  }
  return questions;
}

void SchemaRegistryCollector::TakeProbes(const std::vector<Probe>& probes,
                                         SchemaRegistryFacts& facts, Reading& reading) {
  ++polls_;
  for (size_t i = 0; i < probes.size(); ++i) {
    TakeProbe(probes[i], facts.nodes[i], GoodFor(config_.interval), reading);
  }
  if (const std::optional<size_t> chosen = Choose(facts)) {
    chosen_ = *chosen;
    TakeGlobal(facts.nodes[chosen_], facts);
    settings_->SetModes(!facts.nodes[chosen_].LacksModes());
  } else {
    facts.settings = WithError(facts.settings, probes.front().compatibility.error());
    facts.mode_told = WithError(facts.mode_told, probes.front().compatibility.error());
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

/// Of the topic that a registry has unless it is told another; nothing is said where there is none,
/// or we may not ask.
void SchemaRegistryCollector::AskDefaultPolicy(const PollContext& context,
                                               SchemaRegistryFacts& facts) {
  const bool has_one =
      facts.kind == RegistryKind::kConfluent || facts.kind == RegistryKind::kKarapace;
  if (!default_policy_ || !has_one) {
    return;
  }
  default_policy_->Ask(context);
  if (default_policy_->known()) {
    facts.topic.name = default_policy_->topic();
    default_policy_->Tell(facts.topic);
  }
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
    facts->nodes[chosen_].compare_failed.clear();
    TakeIdentity(round, *facts);
    TakeWhole(round, *facts, reading);
    if (scan_->whole() && scan_->listed()) {
      if (nodes_.size() > 1 && polls_ % kCompareEvery == 0) {
        comparisons_->Next(
            {.names = scan_->names(), .ids = true, .told_by = chosen_, .every = kCompareEvery},
            round, *facts);
      } else {
        TakeSettings(round, *facts);
      }
    }
    TellMissing(*facts, reading);
    AskDefaultPolicy(context, *facts);
  } else if (facts->settings != nullptr && facts->settings->error) {  // null: it never answered
    const Error& error = *facts->settings->error;
    facts->listed = WithError(facts->listed, error);
    facts->max_id_answer = WithError(facts->max_id_answer, error);
  }
  CountRequests(*facts);
  facts->inventory = facts->listed == nullptr ? facts->inventory : book_.Publish();
  Publish(facts, reading);
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
    add(node.mode_told);
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
