#include "alerts/notify/due_queue.h"

#include <chrono>
#include <optional>
#include <random>
#include <string>
#include <tuple>

#include <catch2/catch_test_macros.hpp>

#include "tests/alerts/notify/scene.h"

namespace klaxon::notify {
namespace {

/// What a look at every account finds to be first; empty: nothing.
std::string FirstByScan(const Memory& memory, const std::string& integration) {
  std::optional<std::tuple<MonoTime, uint64_t, WallTime, std::string>> first;
  for (const auto& [id, group] : memory.groups) {
    const auto account = group.accounts.find(integration);
    if (account == group.accounts.end() || !account->second.pending) continue;
    const Pending& pending = *account->second.pending;
    const std::tuple place(pending.not_before, pending.attempts, pending.since, id.key);
    if (pending.kept && !pending.held && (!first || place < *first)) first = place;
  }
  return first ? std::get<3>(*first) : "";
}

class Dice {
 public:
  int Roll(int sides) { return std::uniform_int_distribution<int>(0, sides - 1)(engine_); }

  void Change(Account& account) {
    if (Roll(4) == 0) {
      account.pending.reset();
      return;
    }
    account.pending = Pending{.since = At(Roll(3)),
                              .attempts = static_cast<uint64_t>(Roll(3)),
                              .not_before = MonoTime(std::chrono::seconds{Roll(3)}),
                              .kept = Roll(4) != 0,
                              .held = Roll(4) == 0};
  }

 private:
  std::mt19937 engine_{1};
};

TEST_CASE("What is due first is what a look at all groups would find") {
  Dice dice;
  Memory memory;
  DueQueue queue;
  for (int step = 0; step < 5'000; ++step) {
    const GroupId id{.receiver = "ops", .key = "g" + std::to_string(dice.Roll(12))};
    const std::string integration = "ops/log[" + std::to_string(dice.Roll(2)) + "]";
    if (dice.Roll(50) == 0) {  // a decision: groups go, and anything may be another
      memory.groups.erase(id);
      for (auto& [other, group] : memory.groups) {
        for (auto& [name, account] : group.accounts) {
          dice.Change(account);
        }
      }
      queue.Rebuild(memory);
    } else {
      Account& account = memory.groups[id].accounts[integration];
      dice.Change(account);
      queue.Update(integration, id, account);
    }
    for (const std::string name : {"ops/log[0]", "ops/log[1]"}) {
      CAPTURE(step, name);
      const DueQueue::Place* const first = queue.First(name);
      REQUIRE((first == nullptr ? "" : first->group.key) == FirstByScan(memory, name));
    }
  }
}

}  // namespace
}  // namespace klaxon::notify
