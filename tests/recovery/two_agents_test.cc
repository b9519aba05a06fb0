#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "tests/recovery/scene.h"
#include "tests/recovery/situations.h"
#include "tests/support/temporary_folder.h"

/// Two Klaxons that may act on one Connect cluster and know nothing of each other.
namespace klaxon::recovery {
namespace {

using Catch::Matchers::ContainsSubstring;
using testing::TemporaryFolder;

/// What the worker was asked for, as its config topic tells it to whoever reads it.
void TakeConfigTopic(const simulator::ConnectWorker& worker, testing::ConnectEstate& estate) {
  ConnectConfigs configs;
  configs.connectors["sink"] = {};
  for (const std::string& resource : worker.Snapshot().restarts) {
    configs.changes.push_back({.sequence = configs.changes.size() + 1,
                               .kind = ConnectChangeKind::kRestart,
                               .connector = "sink",
                               .detail = resource,
                               .seen = true});
  }
  estate.configs = std::make_shared<const ConnectConfigs>(std::move(configs));
}

void TakeStates(const simulator::ConnectWorker& worker, testing::ConnectEstate& estate) {
  const simulator::ConnectState state = worker.Snapshot();
  ConnectorFacts& facts = estate.connectors[0];
  for (size_t i = 0; i < facts.tasks.size(); ++i) {
    facts.tasks[i].state = state.connectors[0].tasks[i].state;
  }
}

/// Two agents, each with a state directory of its own, that look one after the other.
class Two {
 public:
  Two(simulator::ConnectWorker& worker, const Policy& policy, bool topic)
      : worker_(worker),
        one_database_(OpenState(one_folder_.path())),
        other_database_(OpenState(other_folder_.path())),
        one(OptionsOf(topic), policy, one_database_.get()),
        other(OptionsOf(topic), policy, other_database_.get()) {}

  void Passes(int polls) {
    for (int i = 0; i < polls; ++i) {
      one.Pass();
      other.Pass();
    }
  }

  size_t Sent() const { return worker_.Snapshot().restarts.size(); }

 private:
  Live::Options OptionsOf(bool topic) {
    return {.url = worker_.url(), .look = [this, topic](testing::ConnectEstate& estate) {
              TakeStates(worker_, estate);
              if (topic) {
                TakeConfigTopic(worker_, estate);
              }
            }};
  }

  simulator::ConnectWorker& worker_;
  TemporaryFolder one_folder_{};
  TemporaryFolder other_folder_{};
  std::unique_ptr<state::Database> one_database_;
  std::unique_ptr<state::Database> other_database_;

 public:
  Live one;
  Live other;
};

TEST_CASE("25: with Connect's config topic two agents restart as often as one may", "[recovery]") {
  const auto worker = StartWorker();
  Two two(*worker, Live::Acting(), true);
  two.Passes(2);
  FailTaskOf(*worker, true);
  two.Passes(2);
  CHECK(two.Sent() == 1);
  CHECK(two.one.decision().acted);
  CHECK(two.other.decision().action == RecoveryAction::kWait);
  CHECK_THAT(two.other.decision().why, ContainsSubstring("back-off after restart 1 of 5"));
  two.Passes(200);
  CHECK(two.Sent() == 5);
  CHECK(two.one.decision().action == RecoveryAction::kExhausted);
  CHECK(two.other.decision().action == RecoveryAction::kExhausted);
}

TEST_CASE("25: a person's restart is counted once, by topic and states", "[recovery]") {
  const TemporaryFolder folder;
  const auto database = OpenState(folder.path());
  const auto worker = StartWorker();
  Policy policy = Live::Acting();
  policy.settings.backoff_base = std::chrono::minutes{2};
  Live live({.url = worker->url(),
             .look =
                 [&](testing::ConnectEstate& estate) {
                   TakeStates(*worker, estate);
                   TakeConfigTopic(*worker, estate);
                 }},
            policy, database.get());
  live.Passes(1);
  FailTaskOf(*worker);
  live.Passes(1);
  worker->Change([](simulator::ConnectState& state) {
    state.restarts.emplace_back("/connectors/sink/restart");
    simulator::HealTask(state, "sink", 0);
  });
  live.Passes(4);
  CHECK(live.decision().attempts == 1);
  FailTaskOf(*worker);
  live.Passes(2);
  CHECK(worker->Snapshot().restarts.size() == 1);  // its back-off is not over
  CHECK_THAT(live.decision().why, ContainsSubstring("back-off after restart 1 of 5"));
}

TEST_CASE("25: a restart of ours that the config topic tells a minute later is ours",
          "[recovery]") {
  Estate estate;
  estate.Add("sink");
  estate.Fail("sink", 0);
  estate.Pass(60);
  estate.Pass(60);
  REQUIRE(estate.About("sink").action == RecoveryAction::kRestart);
  estate.Answer("sink", RestartOutcome::kAccepted);
  estate.Of("sink").asked = 1;
  estate.Set("sink", 0, "RUNNING");
  estate.Pass(60);
  CHECK(estate.About("sink").attempts == 1);
}

TEST_CASE("25: a person's restart is counted once with a poll in two minutes, too", "[recovery]") {
  Estate estate;
  estate.Add("sink");
  estate.Fail("sink", 0);
  estate.Pass(120);
  estate.Of("sink").asked = 1;
  estate.Pass(120);
  estate.Set("sink", 0, "RUNNING");
  estate.Pass(120);
  CHECK(estate.About("sink").attempts == 1);
}

TEST_CASE("25: a restart that is told and shown at once is not awaited any more", "[recovery]") {
  Estate estate;
  estate.Add("sink");
  estate.Fail("sink", 0);
  estate.Passes(2);
  estate.Of("sink").asked = 1;
  estate.Set("sink", 0, "RUNNING");
  estate.Pass(5);
  REQUIRE(estate.About("sink").attempts == 1);
  estate.Fail("sink", 0);
  estate.Pass(5);
  estate.Set("sink", 0, "RUNNING");  // a task's own restart: no topic tells it
  estate.Pass(5);
  CHECK(estate.About("sink").attempts == 2);
}

TEST_CASE("25: a restart of many tasks that is told first and shows in two polls counts once",
          "[recovery]") {
  Estate estate;
  estate.Add("sink");
  estate.Fail("sink", 0);
  estate.Fail("sink", 1);
  estate.Passes(2);
  estate.Of("sink").asked = 1;
  estate.Pass(5);
  estate.Set("sink", 0, "RUNNING");
  estate.Pass(5);
  estate.Set("sink", 1, "RUNNING");
  estate.Pass(5);
  CHECK(estate.About("sink").attempts == 1);
}

TEST_CASE("25: what the config topic told before a start or a reload is of before", "[recovery]") {
  Estate estate;
  estate.Add("sink").asked = 7;
  estate.Pass(5);
  CHECK(estate.About("sink").attempts == 0);
  estate.Of("sink").asked = 8;
  estate.Pass(5);
  CHECK(estate.About("sink").attempts == 1);
}

TEST_CASE("25: without the topic two agents see each other's restarts once they show",
          "[recovery]") {
  const auto worker = StartWorker();
  Policy policy = Live::Acting();
  policy.settings.soak = std::chrono::hours{1};
  Two two(*worker, policy, false);
  two.Passes(2);
  for (int i = 0; i < 8; ++i) {  // each restart helps for a while
    FailTaskOf(*worker);
    for (int polls = 0; polls < 100 && two.one.decision().action != RecoveryAction::kNothing;
         ++polls) {
      two.Passes(1);
    }
    two.Passes(3);
  }
  CHECK(two.Sent() == 5);
  CHECK(two.one.decision().action == RecoveryAction::kExhausted);
  CHECK(two.other.decision().action == RecoveryAction::kExhausted);
}

}  // namespace
}  // namespace klaxon::recovery
