#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/text.h"
#include "agent/recovery/plan.h"

/// A Connect cluster that a test makes up and polls, second by second.
namespace klaxon::recovery {

/// "t-0@17 t-1@500"; of a source R"({"table":"orders"} at {"pos":5})".
inline Positions At(std::string_view text) {
  const bool json = text.starts_with('{');
  Positions positions;
  for (const std::string_view each : json ? std::vector{text} : Split(text, ' ')) {
    const size_t at = json ? each.find(" at ") : each.find('@');
    positions.insert({.partition = std::string(each.substr(0, at)),
                      .offset = std::string(each.substr(at + (json ? 4 : 1)))});
  }
  return positions;
}

class Estate {
 public:
  Estate() {
    world.cluster_id = "k1";
    world.group_known = world.group_at_rest = true;
    world.group_words = "group connect is Stable";
    world.post_to = {.url = "http://w1:8083", .version = "4.3.1"};
    policy.quiet_polls = 0;
    policy.settings.jitter_percent = 0;
  }

  /// A connector that runs, with tasks that do.
  Connector& Add(const std::string& name, int tasks = 2) {
    Connector connector{
        .name = name,
        .life = ++lives_,
        .intent = ConnectIntent::kRunning,
        .config_hash = 1,
        .chosen = std::make_shared<const Chosen>(Chosen{.settings = policy.settings})};
    for (int id = -1; id < tasks; ++id) {
      connector.items.push_back({.id = id,
                                 .state = "RUNNING",
                                 .worker = "w1:8083",
                                 .owner_alive = Truth::kYes,
                                 .since = now});
    }
    const auto place = std::ranges::lower_bound(world.connectors, name, {}, &Connector::name);
    return *world.connectors.insert(place, std::move(connector));
  }

  Connector& Of(const std::string& name) {
    return *std::ranges::find(world.connectors, name, &Connector::name);
  }

  void Set(const std::string& name, int32_t id, const std::string& state) {
    Item& item = *std::ranges::find(Of(name).items, id, &Item::id);
    item.failures += state == "FAILED" ? 1U : 0U;
    item.state = state;
    item.since = now;
  }

  void Fail(const std::string& name, int32_t id, FailureClass failure = FailureClass::kTransient) {
    Set(name, id, "FAILED");
    Item& item = *std::ranges::find(Of(name).items, id, &Item::id);
    item.failure = failure;
    item.fingerprint = 7;
  }

  /// Somebody restarts it, and it has failed again two looks later.
  void FailAgain(const std::string& name, int32_t id) {
    const FailureClass failure = std::ranges::find(Of(name).items, id, &Item::id)->failure;
    Set(name, id, "RUNNING");
    Pass(5);
    Fail(name, id, failure);
    Pass(5);
  }

  void Later(int seconds) {
    now.wall += std::chrono::seconds{seconds};
    now.mono += std::chrono::seconds{seconds};
  }

  /// Time passes and Connect answers.
  void Pass(int seconds) {
    Later(seconds);
    world.listed = std::make_shared<const klaxon::Answer>(
        klaxon::Answer{.source = "test", .taken_at = now, .good_for = std::chrono::seconds{15}});
    Decide();
  }

  void Passes(int polls) {
    for (int i = 0; i < polls; ++i) {
      Pass(5);
    }
  }

  /// Decides without a new answer.
  void Decide() {
    Follow(world, policy, now, journal);
    decisions = Plan(world, journal, policy, now);
    Note(decisions, journal);
  }

  /// A restart of it was sent just now, and Connect answers.
  void Answer(const std::string& name, RestartOutcome outcome) {
    Attempts& attempts = journal.connectors.at(name).attempts;
    const Attempts before = attempts;
    ++attempts.count;
    attempts.last = now;
    CountSent(now.mono, journal);
    TakeAnswer({.report = {.sent_at = now, .outcome = outcome, .words = "500"},
                .answered_at = now,
                .id = 1},
               Of(name), policy, before, journal);
  }

  /// As Answer, with a 403.
  void Forbid(const std::string& name) {
    Attempts& attempts = journal.connectors.at(name).attempts;
    const Attempts before = attempts;
    ++attempts.count;
    attempts.last = now;
    CountSent(now.mono, journal);
    TakeAnswer(
        {.report = {.sent_at = now, .outcome = RestartOutcome::kDenied, .words = "403: Forbidden"},
         .answered_at = now,
         .id = 1,
         .of_it = true},
        Of(name), policy, before, journal);
  }

  const RecoveryDecision& About(const std::string& name) const {
    return *std::ranges::find(decisions, name, &RecoveryDecision::connector);
  }

  size_t Restarts() const {
    return static_cast<size_t>(
        std::ranges::count(decisions, RecoveryAction::kRestart, &RecoveryDecision::action));
  }

  void Settle(const std::string& name, const Settings& settings) {
    Of(name).chosen = std::make_shared<const Chosen>(Chosen{.settings = settings});
  }

  Instant now{.wall = WallTime{std::chrono::hours{500'000}},
              .mono = MonoTime{std::chrono::hours{10}}};
  World world{};
  Journal journal{};
  Policy policy{};
  std::vector<RecoveryDecision> decisions{};

 private:
  uint64_t lives_ = 0;
};

}  // namespace klaxon::recovery
