#include "tests/recovery/situations.h"

namespace klaxon::recovery {

const std::vector<Situation>& SituationsAround() {
  using enum RecoveryAction;
  static const std::vector<Situation> situations{
      {23, "many fail at once", FailAll, kRefuse, "9 of 9 connectors failed within a minute"},
      {23, "something that all depend on is down",
       [](Estate& e) {
         e.world.red = "Kafka cluster main: broker 2 does not answer";
         FailTwice(e);
       },
       kRefuse, "broker 2 does not answer"},
      {23, "that does not count",
       [](Estate& e) {
         e.policy.waived.set(static_cast<size_t>(Gate::kDependencies));
         e.world.red = "Kafka cluster main: broker 2 does not answer";
         FailTwice(e);
       },
       kRestart, ""},
      {31, "another Kafka cluster behind the same address",
       [](Estate& e) {
         e.Pass(5);
         e.world.cluster_id = "k2";
         FailTwice(e);
       },
       kRefuse, "was Kafka cluster k1, is k2"},
      {32, "Klaxon has just started",
       [](Estate& e) {
         e.policy.quiet_polls = 2;
         FailTwice(e);
       },
       kWait, "has just begun to look"},
      {34, "the wall clock jumps",
       [](Estate& e) {
         FailTwice(e);
         e.FailAgain("sink", 0);
         e.now.wall += std::chrono::hours{24};
         e.Pass(5);
         e.now.wall -= std::chrono::hours{48};
         e.Pass(4);
       },
       kWait, "back-off"},
      {36, "a name that no path can hold",
       [](Estate& e) {
         e.Of("sink").addressable = false;
         FailTwice(e);
       },
       kRefuse, "cannot be put into a path"},
      {37, "no workers' group to be seen",
       [](Estate& e) {
         e.world.group_known = e.world.group_at_rest = false;
         e.world.group_words = "no group of Connect workers is seen";
         e.Of("sink").items[1].owner_alive = Truth::kUnknown;
         FailTwice(e);
       },
       kRefuse, "cannot be seen"},
      {37, "a standalone worker, with both gates waived",
       [](Estate& e) {
         e.policy.waived.set(static_cast<size_t>(Gate::kWorkerGroup));
         e.policy.waived.set(static_cast<size_t>(Gate::kOwner));
         e.world.group_known = e.world.group_at_rest = false;
         e.Of("sink").items[1].owner_alive = Truth::kUnknown;
         FailTwice(e);
       },
       kRestart, ""},
      {38, "a maintenance window",
       [](Estate& e) {
         e.policy.maintenance = {{.from = std::chrono::minutes{0}, .to = std::chrono::minutes{0}}};
         FailTwice(e);
       },
       kRefuse, "maintenance window"},
      {30, "workers tell different states of it",
       [](Estate& e) {
         e.Of("sink").disputed = true;
         FailTwice(e);
       },
       kRefuse, "workers tell different states"},
  };
  return situations;
}

}  // namespace klaxon::recovery
