#include "collectors/schema_registry/collector.h"

#include <algorithm>
#include <future>
#include <utility>

#include "agent/base/thread_name.h"

namespace klaxon::schema_registry_collector {
namespace {

using registry::RegistryClient;

constexpr uint64_t kIdentifyEvery = 360;  // polls
constexpr uint64_t kCompareEvery = 3;
constexpr size_t kDifferencesShown = 5;

RegistryNodeState StateAfter(const Error& error) {
  switch (error.reason()) {
    case Reason::kRefused:
      return RegistryNodeState::kNotServing;
    case Reason::kUnreachable:
    case Reason::kTimeout:
      return RegistryNodeState::kUnreachable;
    case Reason::kUnauthorized:
    case Reason::kUnsupported:
    case Reason::kBadAnswer:
    case Reason::kInvalid:
    case Reason::kCancelled:
    case Reason::kInternal:
      return RegistryNodeState::kUnknown;
  }
  std::abort();
}

AnswerRef MakeAnswer(std::string source, const Instant& at, Duration good_for) {
  return std::make_shared<const Answer>(
      Answer{.source = std::move(source), .taken_at = at, .good_for = good_for, .error = {}});
}

}  // namespace

struct SchemaRegistryCollector::Probe {
  Instant at{};
  Duration took{};
  Result<std::string> compatibility = Error(Reason::kInternal, "not asked");
  std::optional<Result<std::string>> mode{};
  std::optional<bool> primary{};
};

SchemaRegistryCollector::SchemaRegistryCollector(Config config, http::HttpClient& http)
    : config_(std::move(config)) {
  const http::ClientAccess access =
      MakeAccess(config_.source, "schema_registry/" + config_.name, http);
  for (const std::string& url : config_.source.urls) {
    nodes_.emplace_back(http, url, access);
    comparers_.emplace_back(book_);
  }
}

SchemaRegistryCollector::Probe SchemaRegistryCollector::ProbeOne(const RegistryClient& node,
                                                                 const PollContext& context) const {
  const auto patience = [&] {
    return registry::Patience{
        .deadline = std::min(context.deadline, context.clock.Now().mono + config_.request_timeout),
        .stop = context.stop};
  };
  Probe probe;
  probe.at = context.clock.Now();
  probe.compatibility = node.Compatibility(patience());
  probe.took = context.clock.Now().mono - probe.at.mono;
  if (probe.compatibility && settings_.modes()) {
    probe.mode = node.Mode(patience());
  }
  if (probe.compatibility && facts_ != nullptr && facts_->kind == RegistryKind::kKarapace) {
    if (const Result<registry::KarapaceHealth> health = node.Health(patience())) {
      probe.primary = health->primary;
    }
  }
  return probe;
}

std::vector<SchemaRegistryCollector::Probe> SchemaRegistryCollector::ProbeAll(
    const PollContext& context) const {
  std::vector<std::future<Probe>> asked;
  for (size_t i = 1; i < nodes_.size(); ++i) {
    asked.push_back(std::async(std::launch::async, [this, &context, i] {
      NameThisThread("registry-probe");
      return ProbeOne(nodes_[i], context);
    }));
  }
  std::vector<Probe> probes;
  probes.push_back(ProbeOne(nodes_.front(), context));
  for (std::future<Probe>& each : asked) {
    probes.push_back(each.get());
  }
  return probes;
}

void SchemaRegistryCollector::TakeProbe(const Probe& probe, RegistryNodeFacts& node,
                                        Duration good_for, Reading& reading) const {
  const std::string& url = node.entity->name;
  node.polled = MakeAnswer("the poll of " + url, probe.at, good_for);
  if (!probe.compatibility) {
    const Error& error = probe.compatibility.error();
    node.state = StateAfter(error);
    node.why = error.message();
    node.told = WithError(node.told, error);
    reading.problems.push_back({.scope = url, .error = error});
    return;
  }
  reading.answered = true;
  node.state = RegistryNodeState::kServing;
  node.why.clear();
  node.told = MakeAnswer("/config of " + url, probe.at, good_for);
  node.latency_seconds = std::chrono::duration<double>(probe.took).count();
  node.compatibility = *probe.compatibility;
  node.primary = probe.primary;
  if (probe.mode && *probe.mode) {
    node.mode = **probe.mode;
  } else if (probe.mode && probe.mode->error().reason() != Reason::kUnsupported) {
    reading.problems.push_back({.scope = "mode of " + url, .error = probe.mode->error()});
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
    if (index == chosen_ || node.state != RegistryNodeState::kServing) {
      continue;
    }
    compared_ = index;
    const Instant at = context.clock.Now();
    const Result<std::vector<std::string>> words =
        comparers_[index].Compare(scan_.names(), {.node = nodes_[index],
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
    const Duration good_for =
        GoodFor(context.interval) * static_cast<int>(kCompareEvery * nodes_.size());
    node.compared = MakeAnswer("the comparison with " + node.entity->name, at, good_for);
    return;
  }
}

uint64_t SchemaRegistryCollector::Requests() const {
  uint64_t sum = 0;
  for (const RegistryClient& node : nodes_) {
    sum += node.requests();
  }
  return sum;
}

Reading SchemaRegistryCollector::Poll(const PollContext& context) {
  Reading reading;
  ++polls_;
  const uint64_t before = Requests();
  // What is left goes to the answer that is under way then.
  const MonoTime began = context.clock.Now().mono;
  const MonoTime until = began + (context.deadline - began) * 3 / 4;
  auto facts = std::make_shared<SchemaRegistryFacts>();
  if (facts_ != nullptr) {
    *facts = *facts_;
  } else {
    for (const RegistryClient& node : nodes_) {
      facts->nodes.push_back({.entity = entities_.Intern(node.url())});
    }
  }
  const std::vector<Probe> probes = ProbeAll(context);
  bool modes = settings_.modes();
  for (size_t i = 0; i < probes.size(); ++i) {
    TakeProbe(probes[i], facts->nodes[i], GoodFor(context.interval), reading);
    const auto& mode = probes[i].mode;
    modes = modes && !(mode && !*mode && mode->error().reason() == Reason::kUnsupported);
  }
  settings_.SetModes(modes);
  if (const std::optional<size_t> chosen = Choose(*facts)) {
    chosen_ = *chosen;
    const Round round{.node = nodes_[chosen_],
                      .context = context,
                      .request_timeout = config_.request_timeout,
                      .until = until};
    facts->nodes[chosen_].comparison = {};
    facts->nodes[chosen_].compared = nullptr;
    TakeGlobal(facts->nodes[chosen_], *facts);
    TakeIdentity(round, *facts);
    TakeInventory(round, *facts, reading);
    if (scan_.whole() && scan_.listed()) {
      if (nodes_.size() > 1 && polls_ % kCompareEvery == 0) {
        TakeComparison(context, until, *facts, reading);
      } else {
        TakeSettings(round, *facts, reading);
      }
    }
  } else {
    const Error error = probes.front().compatibility.error();
    facts->settings = WithError(facts->settings, error);
    facts->listed = WithError(facts->listed, error);
    facts->max_id_answer = WithError(facts->max_id_answer, error);
  }
  facts->requests = Requests();
  facts->poll_requests = facts->requests - before;
  if (reading.answered || facts_ != nullptr) {
    Publish(std::move(facts), reading);
  }
  return reading;
}

void SchemaRegistryCollector::Publish(std::shared_ptr<SchemaRegistryFacts> facts,
                                      Reading& reading) {
  if (facts->listed != nullptr) {
    facts->inventory = book_.Publish();
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
  reading.facts = facts;
  facts_ = std::move(facts);
}

}  // namespace klaxon::schema_registry_collector
