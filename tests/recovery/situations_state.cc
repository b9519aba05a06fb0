#include "tests/recovery/situations.h"

namespace klaxon::recovery {

const std::vector<Situation>& SituationsOfState() {
  using enum RecoveryAction;
  static const std::vector<Situation> situations{
      {1, "the list is stale",
       [](Estate& e) {
         FailTwice(e);
         e.Later(60);
         e.Decide();
       },
       kRefuse, "its state is 60 s old"},
      {2, "no status",
       [](Estate& e) {
         e.Of("sink").items.resize(1);
         e.Of("sink").items[0].state.clear();
         e.Passes(3);
       },
       kRefuse, "no status"},
      {3, "a task failed, its connector runs", FailTwice, kRestart, "transient: restart 1 of 5"},
      {3, "a task that failed since the last list",
       [](Estate& e) {
         e.Passes(2);
         e.Fail("sink", 0);
         e.Decide();
       },
       kWait, "since the last list"},
      {4, "the connector failed, its tasks run",
       [](Estate& e) {
         e.Fail("sink", -1);
         e.Passes(2);
       },
       kRestart, "restart 1 of 5"},
      {5, "paused, with a failed task",
       [](Estate& e) {
         e.Of("sink").intent = ConnectIntent::kPaused;
         FailTwice(e);
       },
       kRefuse, "paused"},
      {6, "stopped",
       [](Estate& e) {
         e.Of("sink").intent = ConnectIntent::kStopped;
         e.Of("sink").items.resize(1);
         e.Passes(2);
       },
       kNothing, "stopped"},
      {7, "tasks unassigned",
       [](Estate& e) {
         e.Set("sink", 0, "UNASSIGNED");
         e.Passes(3);
       },
       kWait, "by itself"},
      {8, "unassigned for too long",
       [](Estate& e) {
         e.Set("sink", 0, "UNASSIGNED");
         e.Of("sink").stuck_unassigned = true;
         e.Passes(3);
       },
       kRefuse, "a restart does not help"},
      {7, "a task failed, another is unassigned",
       [](Estate& e) {
         e.Set("sink", 1, "UNASSIGNED");
         FailTwice(e);
       },
       kWait, "its task 1 is UNASSIGNED: it must pass first"},
      {8, "a task failed, another is unassigned for too long",
       [](Estate& e) {
         e.Set("sink", 1, "UNASSIGNED");
         e.Of("sink").stuck_unassigned = true;
         FailTwice(e);
       },
       kRefuse, "no worker carries its task 1"},
      {8, "unassigned for too long, and what is left of it said to run on a lost worker",
       [](Estate& e) {
         e.Of("sink").stuck_unassigned = e.Of("sink").ghost = true;
         e.Passes(3);
       },
       kRefuse, "no worker carries it"},
      {9, "running on a lost worker",
       [](Estate& e) {
         e.Of("sink").ghost = true;
         e.Passes(3);
       },
       kRefuse, "its worker is gone"},
      {10, "failed on a lost worker",
       [](Estate& e) {
         e.Of("sink").items[1].owner_alive = Truth::kNo;
         FailTwice(e);
       },
       kRefuse, "Connect would ignore a restart"},
      {11, "a restart under way",
       [](Estate& e) {
         e.Set("sink", 0, "RESTARTING");
         e.Passes(2);
       },
       kWait, "under way"},
      {11, "a restart that does not end",
       [](Estate& e) {
         e.Set("sink", 0, "RESTARTING");
         e.Passes(20);
       },
       kRefuse, "RESTARTING for longer than 1m30s"},
      {26, "no tasks",
       [](Estate& e) {
         e.Of("sink").items.resize(1);
         e.Of("sink").zero_tasks = true;
         e.Passes(3);
       },
       kRefuse, "runs without tasks"},
      {27, "no data moves",
       [](Estate& e) {
         e.Of("sink").zombie = true;
         e.Passes(3);
       },
       kRefuse, "moves no data"},
      {27, "no data moves, and it may be restarted",
       [](Estate& e) {
         e.policy.settings.restart_zombies = true;
         e.Settle("sink", e.policy.settings);
         e.Of("sink").zombie = true;
         e.Passes(3);
       },
       kRestart, "restart 1"},
      {28, "the failed task is no more",
       [](Estate& e) {
         FailTwice(e);
         e.Of("sink").items.erase(e.Of("sink").items.begin() + 1);
         e.Pass(5);
       },
       kNothing, "it runs"},
  };
  return situations;
}

}  // namespace klaxon::recovery
