#include "agent/recovery/recovery.h"

#include <catch2/catch_test_macros.hpp>

#include "tests/analysis/connect/estate.h"

namespace klaxon::recovery {
namespace {

using klaxon::testing::ConnectEstate;

/// Analysis and recovery of one Connect cluster, poll by poll.
class Ward {
 public:
  explicit Ward(const Policy& policy) : recovery_(policy) {}

  const RecoveryDecision& Pass(ConnectEstate& estate) {
    const View& view = estate.Pass(5);
    facts_ = recovery_.Step(view, ConnectParts(view).at(0));
    return facts_->decisions.at(0);
  }

  const RecoveryFacts& facts() const { return *facts_; }

 private:
  Recovery recovery_;
  std::shared_ptr<const RecoveryFacts> facts_{};
};

void Fail(ConnectorFacts& connector, const char* exception = "java.net.ConnectException") {
  auto failure = std::make_shared<ConnectFailure>();
  failure->exception = exception;
  failure->message = "no";
  failure->fingerprint = 7;
  connector.tasks[0].state = "FAILED";
  connector.tasks[0].failure = std::move(failure);
  connector.tasks[0].root_cause = "java.net.ConnectException: Connection refused";
}

TEST_CASE("what failed in a view is classed, waited for and would be restarted", "[recovery]") {
  ConnectEstate estate;
  estate.tells_workers = true;
  estate.Connector("sink", "sink", 2);
  Ward ward{Policy{}};
  CHECK(ward.Pass(estate).action == RecoveryAction::kNothing);
  Fail(estate.connectors[0]);
  CHECK(ward.Pass(estate).action == RecoveryAction::kWait);
  const RecoveryDecision& decision = ward.Pass(estate);
  CHECK(decision.action == RecoveryAction::kRestart);
  CHECK(decision.failure == FailureClass::kDependency);
  CHECK(decision.failed == std::vector<int32_t>{0});
  CHECK(InWords(decision) == "would be restarted now: dependency: restart 1 of 5");
  CHECK(DecisionFor(&ward.facts(), "sink") == &decision);
  CHECK(DecisionFor(&ward.facts(), "other") == nullptr);
  CHECK(DecisionFor(nullptr, "sink") == nullptr);
}

TEST_CASE("a status that is not told is not one that cannot be read", "[recovery]") {
  for (const bool unreadable : {false, true}) {
    ConnectEstate estate;
    ConnectorFacts& connector = estate.Connector("sink", "sink", 0);
    connector.state.clear();
    if (unreadable) {
      connector.untold = Error(Reason::kBadAnswer, "tasks[0].id is no number");
    }
    Ward ward{Policy{}};
    ward.Pass(estate);
    const RecoveryDecision& decision = ward.Pass(estate);
    CHECK(decision.action == RecoveryAction::kRefuse);
    CHECK(decision.why == (unreadable
                               ? "its status could not be read: tasks[0].id is no number"
                               : "Connect tells no status of it: there is nothing to restart"));
  }
}

TEST_CASE("a lost worker and a rebalance hold a restart back", "[recovery]") {
  ConnectEstate estate;
  estate.tells_workers = true;
  estate.Connector("sink", "sink", 2);
  Ward ward{Policy{}};
  Fail(estate.connectors[0]);
  estate.connectors[0].tasks[0].worker = "w3:8083";
  for (int poll = 0; poll < 3; ++poll) {
    ward.Pass(estate);
  }
  CHECK(ward.Pass(estate).why ==
        "w3:8083 is not in the workers' group: Connect would ignore a restart");
  estate.connectors[0].tasks[0].worker = "w1:8083";
  estate.workers_state = "PreparingRebalance";
  CHECK(ward.Pass(estate).why == "group a-workers is PreparingRebalance");
  estate.workers_state = "Stable";
  estate.has_workers_group = false;
  CHECK(ward.Pass(estate).why.starts_with("cannot be seen: not known: no group"));
}

TEST_CASE("a sink that fails twice at one record is told with its place", "[recovery]") {
  ConnectEstate estate;
  estate.tells_workers = true;
  ConnectorFacts& sink = estate.Connector("sink", "sink", 1);
  sink.config.consumer_group = "connect-sink";
  estate.groups = {
      {"connect-sink", {.members = {"connector-consumer-sink-0"}, .commits = {{0, 17}}}}};
  estate.topics = {{"orders", 40}};
  Ward ward{Policy{}};
  ward.Pass(estate);
  for (int time = 0; time < 2; ++time) {
    Fail(estate.connectors[0], "java.lang.IllegalStateException");
    ward.Pass(estate);
    ward.Pass(estate);
    estate.connectors[0].tasks[0].state = time == 0 ? "RUNNING" : "FAILED";
    ward.Pass(estate);
  }
  const RecoveryDecision& decision = ward.Pass(estate);
  CHECK(decision.action == RecoveryAction::kQuarantine);
  CHECK(decision.failure == FailureClass::kPoisonRecord);
  CHECK(decision.why == "it failed twice by the same cause without moving from orders-0@17");
}

TEST_CASE("another policy is taken without forgetting", "[recovery]") {
  ConnectEstate estate;
  estate.tells_workers = true;
  estate.Connector("sink", "sink", 1);
  Recovery recovery{Policy{}};
  Fail(estate.connectors[0]);
  Policy off;
  off.settings.mode = RecoveryMode::kOff;
  for (int poll = 0; poll < 3; ++poll) {
    const View& view = estate.Pass(5);
    recovery.Step(view, ConnectParts(view).at(0));
  }
  recovery.SetPolicy(off);
  const View* view = &estate.Pass(5);
  CHECK(recovery.Step(*view, ConnectParts(*view).at(0))->decisions.at(0).why ==
        "recovery is off for it");
  recovery.SetPolicy(Policy{});
  view = &estate.Pass(5);
  CHECK(recovery.Step(*view, ConnectParts(*view).at(0))->decisions.at(0).action ==
        RecoveryAction::kRestart);
}

}  // namespace
}  // namespace klaxon::recovery
