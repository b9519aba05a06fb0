#include "tests/recovery/situations.h"

namespace klaxon::recovery {

const std::vector<Situation>& SituationsOfFailure() {
  using enum RecoveryAction;
  static const std::vector<Situation> situations{
      {19, "it runs for a while and fails again",
       [](Estate& e) {
         FailTwice(e);
         e.FailAgain("sink", 0);
         e.Pass(5);
       },
       kWait, "back-off after restart 1 of 5"},
      {20, "the same failure at the same place",
       [](Estate& e) {
         e.Of("sink").positions = At("orders-0@17");
         FailTwice(e, FailureClass::kUnknown);
         e.FailAgain("sink", 0);
         e.Passes(2);
       },
       kQuarantine, "without moving from orders-0@17"},
      {20, "what it needs is away, and away again at the same place: no record's fault",
       [](Estate& e) {
         e.Of("sink").positions = At("orders-0@17");
         FailTwice(e, FailureClass::kDependency);
         e.FailAgain("sink", 0);
         e.Passes(2);
       },
       kRestart, "dependency: restart 2 of 5"},
      {20, "the same failure elsewhere",
       [](Estate& e) {
         e.Of("sink").positions = At("orders-0@17");
         FailTwice(e, FailureClass::kUnknown);
         e.Of("sink").positions = At("orders-0@18");
         e.FailAgain("sink", 0);
         e.Pass(5);
       },
       kWait, "back-off"},
      {21, "configuration: one restart is allowed",
       [](Estate& e) { FailTwice(e, FailureClass::kConfiguration); }, kRestart,
       "configuration: restart 1"},
      {21, "configuration: the one did not help",
       [](Estate& e) { FailAfterOneRestart(e, FailureClass::kConfiguration); }, kQuarantine,
       "one restart did not help"},
      {21, "configuration: changed while in quarantine",
       [](Estate& e) {
         FailAfterOneRestart(e, FailureClass::kConfiguration);
         e.Of("sink").config_hash = 2;
         e.Pass(5);
       },
       kLift, "changed"},
      {22, "the place to go on from is gone",
       [](Estate& e) {
         e.Fail("sink", 0, FailureClass::kDataLossRisk);
         e.Pass(5);
       },
       kQuarantine, "never restarted"},
      {22, "the place to go on from is gone for one task, another failed in passing",
       [](Estate& e) {
         e.Fail("sink", 0, FailureClass::kTransient);
         e.Fail("sink", 1, FailureClass::kDataLossRisk);
         e.Passes(2);
       },
       kQuarantine, "data_loss_risk: it is never restarted"},
      {22, "a task may be restarted once, another as often as it likes",
       [](Estate& e) {
         e.Fail("sink", 0, FailureClass::kTransient);
         e.Fail("sink", 1, FailureClass::kAuthorization);
         e.Passes(2);
         e.FailAgain("sink", 0);
         e.Passes(40);
       },
       kQuarantine, "authorization: one restart did not help"},
      {24, "changed while in back-off",
       [](Estate& e) {
         FailTwice(e);
         e.FailAgain("sink", 0);
         e.Pass(5);
         e.Of("sink").config_hash = 2;
         e.Pass(5);
       },
       kWait, "changed just now"},
      {24, "changed while in back-off: it begins anew",
       [](Estate& e) {
         FailTwice(e);
         e.FailAgain("sink", 0);
         e.Of("sink").config_hash = 2;
         e.Passes(2);
       },
       kRestart, "restart 1 of 5"},
      {25, "somebody restarts it between two looks",
       [](Estate& e) {
         FailTwice(e);
         e.Fail("sink", 0);
         e.Pass(5);
       },
       kWait, "back-off after restart 1 of 5"},
      {29, "missing in one list, while in quarantine",
       [](Estate& e) {
         FailAfterOneRestart(e, FailureClass::kConfiguration);
         e.world.connectors.clear();
         e.Pass(5);
         e.Add("sink");
         e.Fail("sink", 0, FailureClass::kConfiguration);
         e.Passes(40);
       },
       kQuarantine, "one restart did not help"},
      {29, "missing in one list, with attempts",
       [](Estate& e) {
         FailTwice(e);
         e.FailAgain("sink", 0);
         const Connector sink = e.Of("sink");
         e.world.connectors.clear();
         e.Pass(5);
         e.world.connectors.push_back(sink);
         e.Passes(40);
       },
       kRestart, "restart 2 of 5"},
      {29, "missing for ten minutes: it was deleted",
       [](Estate& e) {
         FailAfterOneRestart(e, FailureClass::kConfiguration);
         e.world.connectors.clear();
         e.Passes(125);
         e.Add("sink");
         FailTwice(e, FailureClass::kConfiguration);
       },
       kRestart, "restart 1 of 5"},
      {29, "deleted and made anew with another configuration",
       [](Estate& e) {
         FailTwice(e);
         e.FailAgain("sink", 0);
         e.Pass(5);
         e.world.connectors.clear();
         e.Pass(5);
         e.Add("sink").config_hash = 2;
         FailTwice(e);
       },
       kRestart, "restart 1 of 5"},
      {40, "all attempts used",
       [](Estate& e) {
         FailTwice(e);
         for (int i = 0; i < 5; ++i) {
           e.FailAgain("sink", 0);
         }
         e.Passes(2);
       },
       kExhausted, "5 restarts did not help"},
  };
  return situations;
}

}  // namespace klaxon::recovery
