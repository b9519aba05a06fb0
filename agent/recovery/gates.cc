#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "agent/base/duration.h"
#include "agent/recovery/rules.h"

namespace klaxon::recovery {
namespace {

RecoveryGate Fresh(const Question& about) {
  const Duration age = about.now.mono - about.world.listed->taken_at.mono;
  return {.name = "fresh",
          .open = IsFresh(about.world.listed, about.now),
          .value = fmt::format("its state is {} old", FormatAge(age))};
}

/// A restart must not go to the cluster that an address leads to since yesterday.
RecoveryGate SameCluster(const Question& about) {
  const std::string& first = about.journal.cluster_id;
  const std::string& now = about.world.cluster_id;
  if (now.empty()) {
    return {
        .name = "cluster_id", .seen = false, .value = "Connect does not tell its Kafka cluster"};
  }
  return {.name = "cluster_id",
          .open = first == now,
          .value = first == now
                       ? fmt::format("Kafka cluster {}", now)
                       : fmt::format("was Kafka cluster {}, is {}: another Connect cluster answers",
                                     first, now)};
}

RecoveryGate Addressable(const Question& about) {
  const bool open = about.connector.addressable;
  return {.name = "addressable",
          .open = open,
          .value = open ? "its name can be put into a path"
                        : "its name cannot be put into a path of that version of Connect"};
}

RecoveryGate OwnConfiguration(const Question& about) {
  const std::string& mistake = about.connector.chosen->mistake;
  return {.name = "own_keys",
          .open = mistake.empty(),
          .value = mistake.empty() ? "no mistakes in its own configuration" : mistake};
}

/// Connect ignores a restart of what no living worker carries.
RecoveryGate Owner(const Question& about) {
  RecoveryGate gate{.name = "owner", .open = true, .value = "alive"};
  for (const Item& item : about.connector.items) {
    if (!item.failed()) {
      continue;
    }
    if (item.owner_alive == Truth::kUnknown) {
      gate.open = gate.seen = false;
      gate.value = "not known: " + about.world.group_words;
    } else if (item.owner_alive == Truth::kNo) {
      gate.open = false;
      gate.value = fmt::format("{} is not in the workers' group: Connect would ignore a restart",
                               item.worker.empty() ? "its worker" : item.worker);
      return gate;
    }
  }
  return gate;
}

RecoveryGate WorkerGroup(const Question& about) {
  return {.name = "worker_group",
          .open = about.world.group_known && about.world.group_at_rest,
          .seen = about.world.group_known,
          .value = about.world.group_words};
}

bool Inside(const MaintenanceWindow& window, const Instant& now) {
  using Days = std::chrono::duration<int64_t, std::ratio<86400>>;
  constexpr int64_t kThursday = 4;  // 1970-01-01
  const auto since_epoch = now.wall.time_since_epoch();
  const auto day = std::chrono::floor<Days>(since_epoch);
  const auto time = since_epoch - day;
  const auto weekday = static_cast<size_t>(((day.count() + kThursday) % 7 + 7) % 7);
  const size_t yesterday = (weekday + 6) % 7;
  if (window.from < window.to) {
    return window.days.test(weekday) && time >= window.from && time < window.to;
  }
  return (window.days.test(weekday) && time >= window.from) ||
         (window.days.test(yesterday) && time < window.to);
}

RecoveryGate Maintenance(const Question& about) {
  for (const MaintenanceWindow& window : about.policy.maintenance) {
    if (Inside(window, about.now)) {
      return {.name = "maintenance",
              .value = fmt::format("a maintenance window lasts until {:02}:{:02} UTC",
                                   window.to.count() / 60, window.to.count() % 60)};
    }
  }
  return {.name = "maintenance", .open = true, .value = "no window"};
}

RecoveryGate Unpaused(const Question& about) {
  const Pause* pause = PauseOf(about.journal, about.connector.name);
  return {.name = "unpaused",
          .open = pause == nullptr,
          .value = pause == nullptr
                       ? "nobody has paused recovery"
                       : fmt::format("recovery is paused by {} since {}: {}", pause->who,
                                     FormatWallTime(pause->since), pause->why)};
}

/// Known since the last answer of Connect, perhaps: the breaker follows with the next.
RecoveryGate Needs(const Question& about) {
  const std::string& red = about.world.red.empty() ? about.connector.red : about.world.red;
  return {.name = "dependencies",
          .open = red.empty(),
          .value = red.empty() ? "nothing that it needs is known to be away" : red};
}

RecoveryGate Breaker(const Question& about) {
  const BreakerMemory& breaker = about.journal.breaker;
  switch (breaker.state) {
    case BreakerState::kClosed:
      return {.name = "breaker", .open = true, .value = "closed"};
    case BreakerState::kOpen:
      return {.name = "breaker", .value = "open: " + breaker.why};
    case BreakerState::kCanary:
      return {.name = "breaker",
              .open = breaker.canary.empty(),
              .value = breaker.canary.empty()
                           ? "one restart is allowed, to see whether it helps"
                           : fmt::format("waits whether {} runs again", breaker.canary)};
    case BreakerState::kSpread:
      return {.name = "breaker", .open = true, .value = "restarts are spread"};
  }
  std::abort();
}

/// One of them is late: what is decided by it may be wrong.
RecoveryGate Agreed(const Question& about) {
  const bool open = !about.connector.disputed;
  return {.name = "agreed",
          .open = open,
          .value = open ? "workers are not seen to disagree about it"
                        : "workers tell different states of it"};
}

/// Connect has refused a restart: it would refuse all, or this one again.
RecoveryGate Permitted(const Question& about) {
  const Journal& journal = about.journal;
  const bool open = !journal.denied_until || journal.denied_until->mono <= about.now.mono;
  const Refusal* own = RefusalOf(journal, about.connector.name, about.now);
  if (open && own != nullptr) {
    return {.name = "permitted",
            .value = fmt::format("Connect does not let it be restarted ({}); tried again in {}",
                                 own->words, FormatAge(own->until.mono - about.now.mono))};
  }
  return {.name = "permitted",
          .open = open,
          .value = open ? "Connect has not refused a restart lately"
                        : fmt::format("Connect lets no restart be made ({}); tried again in {}",
                                      journal.denied,
                                      FormatAge(journal.denied_until->mono - about.now.mono))};
}

/// More restarts do no good to a worker that has not answered one.
RecoveryGate Answered(const Question& about) {
  const Journal& journal = about.journal;
  const bool open = !journal.unanswered_until || journal.unanswered_until->mono <= about.now.mono;
  return {.name = "answered",
          .open = open,
          .value = open ? "no restart has lately been without an answer"
                        : fmt::format("a restart of {} had no answer; the next one in {}",
                                      journal.unanswered,
                                      FormatAge(journal.unanswered_until->mono - about.now.mono))};
}

/// Restarts that were sent while a worker stopped have stuck that worker.
RecoveryGate Worker(const Question& about) {
  const World& world = about.world;
  const bool open = !world.post_to.url.empty();
  return {.name = "worker",
          .open = open,
          .value = open ? fmt::format("{} takes it", world.post_to.url) : world.no_worker};
}

/// What a person may do about a gate that is shut; empty: what the failure asks for, or wait.
std::string_view KeyTo(std::string_view gate) {
  struct Key {
    std::string_view gate{};
    std::string_view advice{};
  };

  static constexpr std::array<Key, 5> kKeys{{
      {"own_keys", "correct the klaxon.recovery keys in its own configuration"},
      {"permitted", "give Klaxon the worker's own address and a login that may restart connectors"},
      {"addressable", "make it anew under a name without '/', '\\' and '%'"},
      {"cluster_id", "if that Kafka cluster is right: klaxon recovery lift, without a connector"},
      {"unpaused", "klaxon recovery resume"},
  }};
  const auto found = std::ranges::find(kKeys, gate, &Key::gate);
  return found == kKeys.end() ? "" : found->advice;
}

bool Waived(const Policy& policy, std::string_view name) {
  for (size_t i = 0; i < kWaivable; ++i) {
    if (policy.waived.test(i) && Name(static_cast<Gate>(i)) == name) {
      return true;
    }
  }
  return false;
}

}  // namespace

std::string ShutForAll(const Question& about) {
  for (const auto ask :
       {Fresh, SameCluster, Addressable, Owner, WorkerGroup, Agreed, Worker, Answered}) {
    const RecoveryGate gate = ask(about);
    if (!gate.open && !Waived(about.policy, gate.name)) {
      return fmt::format("gate {} is shut: {}", gate.name, gate.value);
    }
  }
  return "";
}

void AskGates(const Question& about) {
  for (const auto ask :
       {Fresh, SameCluster, Addressable, OwnConfiguration, Owner, WorkerGroup, Agreed, Worker,
        Permitted, Answered, Unpaused, Maintenance, Needs, Breaker}) {
    RecoveryGate gate = ask(about);
    if (!gate.open && Waived(about.policy, gate.name)) {
      gate.open = true;
      gate.value += " (waived)";
    }
    about.decision.gates.push_back(std::move(gate));
  }
}

bool DecidedByGates(const Question& about) {
  const std::vector<RecoveryGate>& gates = about.decision.gates;
  const auto shut = std::ranges::find(gates, false, &RecoveryGate::open);
  if (shut == gates.end()) {
    return false;
  }
  if (const std::string_view advice = KeyTo(shut->name); !advice.empty()) {
    about.decision.way_out = advice;
  }
  return about.Decide(RecoveryAction::kRefuse,
                      fmt::format("{}{}", shut->seen ? "" : "cannot be seen: ", shut->value));
}

}  // namespace klaxon::recovery
