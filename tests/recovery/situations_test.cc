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

/// Where a row of the contract is tried besides the planner.
struct Row {
  int number = 0;
  std::string_view what{};
  std::string_view simulated{};  ///< test against the simulated Connect, or a pure one
  /// Scenario that brings the real Connect there and checks what recovery decides or does. Empty:
  /// it cannot be brought there, or is not.
  std::string_view real{};
};

constexpr std::array<Row, 40> kContract{{
    {1, "the poll fails", "contract_test", "connect_situations"},
    {2, "no status", "", ""},
    {3, "a task failed", "acting_test", "connect_recovery"},
    {4, "the connector failed", "acting_test", "connect_situations"},
    {5, "paused with a failed task", "last_look_test", "connect_situations"},
    {6, "stopped", "last_look_test", "connect_situations"},
    {7, "unassigned, rebalance", "recovery_test", "connect_stuck"},
    {8, "stuck unassigned", "", ""},
    {9, "ghost", "recovery_test", "connect_situations"},
    {10, "failed on a dead worker", "recovery_test", "connect_situations"},
    {11, "RESTARTING for too long", "", "connect_stuck"},
    {12, "409 and its other faces", "answers_test", ""},
    {13, "202 that restarts nothing", "last_look_test", ""},
    {14, "404", "answers_test", ""},
    {15, "500, no answer", "odd_answers_test", ""},
    {16, "401, 403", "answers_test", ""},
    {17, "3xx", "odd_answers_test", ""},
    {18, "Kafka before 3.0", "last_look_test", ""},
    {19, "flapping", "two_agents_test", "connect_soak"},
    {20, "poison", "acting_test", "connect_recovery"},
    {21, "configuration", "counting_test", "connect_situations"},
    {22, "data loss risk", "classify_test", "connect_situations"},
    {23, "many at once", "mass_test", "connect_mass_failure"},
    {24, "configuration changed", "counting_test", "connect_situations"},
    {25, "restarted by somebody", "two_agents_test", "connect_situations"},
    {26, "no tasks", "", ""},
    {27, "zombie", "", ""},
    {28, "task count changes", "counting_test", "connect_situations"},
    {29, "made anew", "ledger_test", "connect_situations"},
    {30, "workers disagree", "", ""},
    {31, "another Kafka cluster", "restored_test", ""},
    {32, "agent restarted, kill -9", "kill_test", "connect_situations"},
    {33, "two agents", "two_agents_test", ""},
    {34, "clock jumps", "ledger_test", ""},
    {35, "huge traces", "connectors_test", "connect_situations"},
    {36, "odd names", "version_test", "connect_situations"},
    {37, "standalone", "", ""},
    {38, "maintenance", "pace_test", "connect_situations"},
    {39, "too many tasks", "classify_test", "connect_situations"},
    {40, "all attempts used", "acting_test", "connect_situations"},
}};

TEST_CASE("each of the forty rows of the contract is tried somewhere", "[recovery]") {
  std::set<int> planned;
  for (const Situation& situation : AllSituations()) {
    planned.insert(situation.number);
  }
  fmt::print("{:>3}  {:<28} {:<10} {:<18} {}\n", "row", "situation", "shown on", "scenario or test",
             "besides");
  int number = 0;
  size_t real = 0;
  for (const Row& row : kContract) {
    CHECK(row.number == ++number);
    const bool in_planner = planned.contains(row.number);
    const std::string_view simulated = row.simulated.empty() ? "planner" : row.simulated;
    CHECK((in_planner || !row.simulated.empty()));
    fmt::print("{:>3}  {:<28} {:<10} {:<18} {}\n", row.number, row.what,
               row.real.empty() ? "simulated" : "real", row.real.empty() ? simulated : row.real,
               row.real.empty() ? "" : simulated);
    real += row.real.empty() ? 0U : 1U;
  }
  fmt::print("{} of 40 rows are decided or acted upon on a real Connect\n", real);
}

}  // namespace
}  // namespace klaxon::recovery
