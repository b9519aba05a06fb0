#include "agent/recovery/loop.h"

#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "agent/http/client.h"
#include "agent/simulator/connect_worker.h"
#include "agent/state/connection.h"
#include "agent/state/database.h"
#include "agent/state/folder.h"
#include "tests/analysis/connect/estate.h"
#include "tests/support/temporary_folder.h"

namespace klaxon::recovery {
namespace {

constexpr Duration kPatience = std::chrono::seconds{60};

class StandingClock final : public Clock {
 public:
  explicit StandingClock(Instant now) : now_(now) {}

  Instant Now() override { return now_; }

  bool SleepUntil(MonoTime, const std::stop_token&) override { return false; }

 private:
  const Instant now_;
};

/// Two connectors on one worker, each with a failed task; the loop that cares for them is up to the
/// test.
class Room {
 public:
  Room() {
    simulator::ConnectState state{.kafka_cluster_id = "k1"};
    for (const std::string name : {"first", "second"}) {
      simulator::Connector connector{.name = name, .type = "sink", .worker_id = "w1:8083"};
      connector.tasks = {{.id = 0, .worker_id = "w1:8083"}};
      state.connectors.push_back(connector);
      simulator::FailTask(state, name, 0, "java.net.ConnectException: Connection refused");
      estate_.Connector(name, "sink", 1);
      estate_.connectors.back().tasks[0].state = "FAILED";
    }
    auto started = simulator::ConnectWorker::Start(std::move(state));
    REQUIRE(started);
    worker_ = *std::move(started);
    estate_.tells_workers = true;
    estate_.worker_url = worker_->url();
    auto opened = state::Database::Open(folder_.path(), {});
    REQUIRE(opened);
    database_ = *std::move(opened);
    estate_.Pass(5);
    clock_.emplace(Instant{estate_.Now().wall + std::chrono::seconds{10},
                           estate_.Now().mono + std::chrono::seconds{10}});
  }

  static Ward WardOf(uint64_t id, RecoveryMode mode) {
    Ward ward{.id = id, .cluster = "main", .connect = "etl"};
    ward.policy.settings.mode = mode;
    ward.policy.settings.debounce_polls = 1;
    ward.policy.quiet_polls = 0;
    ward.policy.in_flight_a_worker = 2;
    return ward;
  }

  std::unique_ptr<Loop> Begin() {
    return std::make_unique<Loop>(
        Resources{.clock = *clock_, .http = *http_, .database = database_.get()}, views_,
        [this](uint64_t, SectionRef section) { told_.Set(std::move(section)); });
  }

  /// How many sections were published, when there are that many. The loop must have a newer view
  /// to look at.
  uint64_t Told(uint64_t wanted) {
    return told_.WaitNewer(wanted - 1, std::chrono::steady_clock::now() + kPatience, {});
  }

  void Poll() { views_.Set(std::make_shared<const View>(estate_.Pass(5))); }

  std::vector<std::string> Restarts() const { return worker_->Snapshot().restarts; }

  const std::string& folder() const { return folder_.path(); }

 private:
  const testing::TemporaryFolder folder_{};
  testing::ConnectEstate estate_{};
  std::unique_ptr<simulator::ConnectWorker> worker_{};
  std::unique_ptr<http::HttpClient> http_ = http::MakeHttpClient();
  std::unique_ptr<state::Database> database_{};
  std::optional<StandingClock> clock_{};
  Latest<View> views_{std::make_shared<const View>()};
  Latest<Section> told_{nullptr};
};

TEST_CASE("a reload to observe ends a plan that is being done", "[recovery]") {
  Room room;
  std::unique_ptr<Loop> loop = room.Begin();
  Ward ward = Room::WardOf(1, RecoveryMode::kAct);
  SECTION("without a reload all of it is done") {
    loop->SetWards({ward});
    room.Poll();
    CHECK(room.Told(1) == 1);
    CHECK(room.Restarts().size() == 2);
  }
  SECTION("with one the rest is left") {
    ward.access = [&] {  // asked for while the first restart is sent
      loop->SetWards({Room::WardOf(1, RecoveryMode::kObserve)});
      return http::ClientAccess{};
    };
    loop->SetWards({ward});
    room.Poll();
    CHECK(room.Told(1) >= 1);
    room.Poll();
    CHECK(room.Told(2) >= 2);
    CHECK(room.Restarts() == std::vector<std::string>{"/connectors/first/restart"});
  }
}

TEST_CASE("a Connect cluster that does not answer holds up no other", "[recovery]") {
  Room room;
  std::promise<void> answers;
  const std::shared_future<void> answered = answers.get_future().share();
  std::unique_ptr<Loop> loop = room.Begin();
  Ward stuck = Room::WardOf(1, RecoveryMode::kAct);
  stuck.connect = "other";  // nothing is polled of it, so it only waits for orders
  Ward slow = Room::WardOf(2, RecoveryMode::kAct);
  slow.access = [answered] {  // asked for while the first restart is sent
    answered.wait();
    return http::ClientAccess{};
  };
  loop->SetWards({stuck, slow, Room::WardOf(3, RecoveryMode::kAct)});
  room.Poll();
  // By the third. How many restarts it sends depends on whether it has read what the second, of the
  // same name here, intends.
  CHECK(room.Told(1) == 1);
  const auto soon = std::chrono::steady_clock::now() + std::chrono::milliseconds{100};
  const RecoveryOrder order{.verb = RecoveryVerb::kPause, .who = "alice", .why = "a test"};
  CHECK(loop->Carry(order, soon).error().message().starts_with("more than one Connect cluster"));
  RecoveryOrder other = order;
  other.connect = "other";
  other.verb = RecoveryVerb::kRestart;
  CHECK(loop->Carry(other, soon + kPatience).error().message() ==
        "Connect cluster main/other has not answered yet");
  other.connect = "nobody";
  CHECK(loop->Carry(other, soon).error().reason() == Reason::kInvalid);
  answers.set_value();
  CHECK(room.Told(2) >= 2);
}

TEST_CASE("an order that is not done in time says so, and is done before anything else",
          "[recovery]") {
  Room room;
  std::promise<void> answers;
  const std::shared_future<void> answered = answers.get_future().share();
  std::unique_ptr<Loop> loop = room.Begin();
  Ward slow = Room::WardOf(1, RecoveryMode::kAct);
  std::promise<void> asked;
  slow.access = [&asked, answered] {
    asked.set_value();
    answered.wait();
    return http::ClientAccess{};
  };
  loop->SetWards({slow});
  room.Poll();
  asked.get_future().wait();
  const RecoveryOrder order{.verb = RecoveryVerb::kPause, .who = "alice", .why = "a test"};
  const auto now = std::chrono::steady_clock::now();
  const Result<std::string> late = loop->Carry(order, now + std::chrono::milliseconds{200});
  REQUIRE(!late);
  CHECK(late.error().reason() == Reason::kTimeout);
  answers.set_value();
  RecoveryOrder resume = order;
  resume.verb = RecoveryVerb::kResume;
  CHECK(loop->Carry(resume, now + kPatience));  // so it was paused
  CHECK(room.Restarts().size() <= 2);           // the one that was being sent, and what is resumed
}

TEST_CASE("it ends between two wards while the disk makes it wait", "[recovery]") {
  constexpr uint64_t kWards = 20;  // each waits for the lock
  Room room;
  Result<state::Connection> other =
      state::Connection::Open(state::DatabaseIn(room.folder()), state::Connection::Access::kWrite);
  REQUIRE(other);
  REQUIRE(other->Run({.sql = "BEGIN IMMEDIATE"}));
  std::unique_ptr<Loop> loop = room.Begin();
  std::vector<Ward> wards;
  for (uint64_t id = 1; id <= kWards; ++id) {
    wards.push_back(Room::WardOf(id, RecoveryMode::kAct));
  }
  loop->SetWards(wards);
  room.Poll();
  REQUIRE(room.Told(1) >= 1);
  loop.reset();
  CHECK(room.Told(1) < kWards);
  CHECK(room.Restarts().empty());
}

}  // namespace
}  // namespace klaxon::recovery
