#include "tests/recovery/situations.h"

#include <array>
#include <cstdio>
#include <set>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <fmt/format.h>

namespace klaxon::recovery {
namespace {

std::vector<Situation> AllSituations() {
  std::vector<Situation> all;
  for (const auto* some : {&SituationsOfState(), &SituationsOfFailure(), &SituationsAround()}) {
    all.insert(all.end(), some->begin(), some->end());
  }
  return all;
}

TEST_CASE("every situation of the contract that is decided, by its number", "[recovery]") {
  for (const Situation& situation : AllSituations()) {
    DYNAMIC_SECTION("row " << situation.number << ": " << situation.what) {
      Estate estate;
      estate.Add("sink");
      situation.play(estate);
      const RecoveryDecision& decision = estate.About("sink");
      CHECK(Name(decision.action) == Name(situation.expected));
      CHECK_THAT(decision.why, Catch::Matchers::ContainsSubstring(std::string(situation.why)));
    }
  }
}

/// Where else than in the planner a row of the contract is tried.
struct Row {
  int number = 0;
  std::string_view what{};
  std::string_view simulated{};  ///< test against the simulated Connect, or pure one; empty: none
  /// Scenario with the real Connect: connect_recovery decides and acts there, the others show that
  /// the facts are told that are decided by. Empty: none.
  std::string_view real{};
};

constexpr std::array<Row, 40> kContract{{
    {1, "the poll fails", "contract_test", "bad_inputs"},
    {2, "no status", "", "connect_states"},
    {3, "a task failed", "acting_test", "connect_recovery"},
    {4, "the connector failed", "acting_test", "connect_states"},
    {5, "paused with a failed task", "", ""},
    {6, "stopped", "", "connect_states"},
    {7, "unassigned, rebalance", "", "connect_workers"},
    {8, "stuck unassigned", "", "connect_stuck"},
    {9, "ghost", "", "connect_workers"},
    {10, "failed on a dead worker", "recovery_test", ""},
    {11, "RESTARTING for too long", "", "connect_stuck"},
    {12, "409 and its other faces", "acting_test", ""},
    {13, "202 that restarts nothing", "acting_test", ""},
    {14, "404", "acting_test", ""},
    {15, "500, no answer", "acting_test", ""},
    {16, "401, 403", "acting_test", ""},
    {17, "3xx", "acting_test", ""},
    {18, "Kafka before 3.0", "acting_test", ""},
    {19, "flapping", "", ""},
    {20, "poison", "acting_test", "connect_recovery"},
    {21, "configuration", "", ""},
    {22, "data loss risk", "", ""},
    {23, "many at once", "", ""},
    {24, "configuration changed", "", ""},
    {25, "restarted by somebody", "", ""},
    {26, "no tasks", "", "connect_states"},
    {27, "zombie", "", "connect_zombie"},
    {28, "task count changes", "", ""},
    {29, "made anew", "", ""},
    {30, "workers disagree", "", ""},
    {31, "another Kafka cluster", "", ""},
    {32, "agent restarted, kill -9", "acting_test", ""},
    {33, "two agents", "agent_test", ""},
    {34, "clock jumps", "ledger_test", ""},
    {35, "huge traces", "connectors_test", ""},
    {36, "odd names", "version_test", "connect_secured"},
    {37, "standalone", "", ""},
    {38, "maintenance", "", ""},
    {39, "too many tasks", "classify_test", ""},
    {40, "all attempts used", "acting_test", ""},
}};

TEST_CASE("each of the forty rows of the contract is tried somewhere", "[recovery]") {
  std::set<int> planned;
  for (const Situation& situation : AllSituations()) {
    planned.insert(situation.number);
  }
  fmt::print("{:>3}  {:<28} {:<8} {:<16} {}\n", "row", "situation", "planner", "simulated, pure",
             "real Connect");
  int number = 0;
  size_t told = 0;
  size_t acted = 0;
  for (const Row& row : kContract) {
    CHECK(row.number == ++number);
    const bool in_planner = planned.contains(row.number);
    fmt::print("{:>3}  {:<28} {:<8} {:<16} {}\n", row.number, row.what, in_planner ? "yes" : "-",
               row.simulated.empty() ? "-" : row.simulated, row.real.empty() ? "-" : row.real);
    CHECK((in_planner || !row.simulated.empty() || !row.real.empty()));
    told += row.real.empty() ? 0U : 1U;
    acted += row.real == "connect_recovery" ? 1U : 0U;
  }
  fmt::print("of the real Connect {} rows are told, {} of them decided and acted upon\n", told,
             acted);
}

}  // namespace
}  // namespace klaxon::recovery
