#include <map>
#include <random>
#include <set>

#include <catch2/catch_test_macros.hpp>

#include "tests/recovery/estate.h"

namespace klaxon::recovery {
namespace {

/// A Connect cluster in which anything happens, and an executor that does what is decided.
class Chaos {
 public:
  explicit Chaos(uint32_t seed) : random_(seed) {
    estate_.policy.quiet_polls = 2;
    estate_.policy.budget_a_minute = Up(8) + 1;
    estate_.policy.in_flight_a_worker = Up(3) + 1;
    estate_.policy.breaker_least = Up(6) + 2;
    estate_.policy.settings.attempts = Up(6) + 1;
    const int connectors = Up(25) + 1;
    for (int i = 0; i < connectors; ++i) {
      Subject& subject = estate_.Add("c" + std::to_string(i), Up(4));
      for (Item& item : subject.items) {
        item.worker = "w" + std::to_string(Up(3));
      }
    }
  }

  void Step() {
    Happen();
    const bool answers = Up(10) > 0;
    if (answers) {
      estate_.Pass(5);
    } else {
      estate_.Later(Up(40));
      estate_.Decide();
    }
    Check();
    Execute();
  }

  size_t restarts() const { return restarts_; }

 private:
  int Up(int below) { return std::uniform_int_distribution<int>(0, below - 1)(random_); }

  void Happen() {
    for (Subject& subject : estate_.world.subjects) {
      for (Item& item : subject.items) {
        const int dice = Up(60);
        if (item.state == "RESTARTING" && Up(2) == 0) {
          estate_.Set(subject.name, item.id, "RUNNING");
        } else if (dice == 0) {
          estate_.Fail(subject.name, item.id,
                       static_cast<FailureClass>(Up(static_cast<int>(kFailureClasses))));
        } else if (dice == 1) {
          estate_.Set(subject.name, item.id, "RUNNING");
        }
        item.owner_alive = Up(50) == 0 ? Truth::kNo : Truth::kYes;
      }
      subject.intent = Up(40) == 0 ? ConnectIntent::kPaused : ConnectIntent::kRunning;
      subject.config_hash += Up(80) == 0 ? 1U : 0U;
      subject.place = Up(2) == 0 ? "orders-0@17" : "";
    }
    estate_.world.group_at_rest = Up(10) > 0;
    estate_.world.cluster_id = Up(60) == 0 ? "k2" : "k1";
    estate_.world.red = Up(60) == 0 ? "a broker does not answer" : "";
  }

  void Check() {
    REQUIRE(estate_.decisions.size() == estate_.world.subjects.size());
    const std::vector<RecoveryDecision> again =
        Plan(estate_.world, estate_.journal, estate_.policy, estate_.now);
    std::map<std::string, int64_t> busy;
    for (size_t i = 0; i < again.size(); ++i) {
      const RecoveryDecision& decision = estate_.decisions[i];
      const Subject& subject = estate_.world.subjects[i];
      CHECK(again[i].action == decision.action);
      CHECK(again[i].why == decision.why);
      CHECK(decision.connector == subject.name);
      CHECK_FALSE(decision.why.empty());
      for (const std::string& worker : BusyOf(subject)) {
        ++busy[worker];
      }
      if (decision.action == RecoveryAction::kRestart) {
        CheckRestart(subject, decision);
      }
    }
    for (const RecoveryDecision& decision : estate_.decisions) {
      if (decision.action == RecoveryAction::kRestart) {
        for (const std::string& worker : WorkersOf(estate_.Of(decision.connector), "FAILED")) {
          CHECK(++busy[worker] <= estate_.policy.in_flight_a_worker);
        }
      }
    }
    CHECK(static_cast<int64_t>(estate_.journal.restarts.size() + estate_.Restarts()) <=
          std::max<int64_t>(estate_.policy.budget_a_minute,
                            static_cast<int64_t>(estate_.journal.restarts.size())));
  }

  void CheckRestart(const Subject& subject, const RecoveryDecision& decision) {
    CHECK(IsFresh(estate_.world.listed, estate_.now));
    CHECK(subject.failed());
    CHECK(subject.intent == ConnectIntent::kRunning);
    CHECK(estate_.world.group_at_rest);
    CHECK(estate_.world.cluster_id == estate_.journal.cluster_id);
    CHECK(estate_.world.red.empty());
    CHECK(estate_.journal.breaker.state != BreakerState::kOpen);
    CHECK(estate_.journal.polls > 2);
    CHECK(decision.attempts < decision.attempts_allowed);
    CHECK(decision.failure != FailureClass::kDataLossRisk);
    CHECK(decision.gates.size() == 14);
    for (const RecoveryGate& gate : decision.gates) {
      CHECK(gate.open);
    }
    CHECK(BusyOf(subject).empty());  // never two in flight
    for (const Item& item : subject.items) {
      CHECK((!item.failed() || item.owner_alive == Truth::kYes));
      CHECK((!item.failed() || item.failure != FailureClass::kDataLossRisk));
    }
  }

  static std::set<std::string> WorkersOf(const Subject& subject, std::string_view state) {
    std::set<std::string> workers;
    for (const Item& item : subject.items) {
      if (item.state == state) {
        workers.insert(item.worker);
      }
    }
    return workers;
  }

  static std::set<std::string> BusyOf(const Subject& subject) {
    return WorkersOf(subject, "RESTARTING");
  }

  void Execute() {
    for (const RecoveryDecision& decision : estate_.decisions) {
      if (decision.action == RecoveryAction::kRestart) {
        ++restarts_;
        CountSent(estate_.now.mono, estate_.journal);
        for (const int32_t id : decision.failed) {
          estate_.Set(decision.connector, id, "RESTARTING");
        }
      }
    }
  }

  std::mt19937 random_;
  Estate estate_{};
  size_t restarts_ = 0;
};

TEST_CASE("whatever happens, no rule of a restart is broken", "[recovery]") {
  size_t restarts = 0;
  for (uint32_t seed = 1; seed <= 60; ++seed) {
    INFO("seed " << seed);
    Chaos chaos(seed);
    for (int step = 0; step < 150; ++step) {
      chaos.Step();
    }
    restarts += chaos.restarts();
  }
  CHECK(restarts > 100);  // it did something
}

}  // namespace
}  // namespace klaxon::recovery
