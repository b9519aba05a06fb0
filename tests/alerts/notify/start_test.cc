// What the last process left in the outbox, and when it is sent.

#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

#include <catch2/catch_test_macros.hpp>

#include "agent/http/client.h"
#include "agent/state/database.h"
#include "alerts/notify/hub.h"
#include "tests/alerts/notify/scene.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temporary_folder.h"

namespace klaxon::notify {
namespace {

using std::chrono::seconds;

/// Stops whoever looks at it while somebody is to be stopped.
class StoppingClock final : public Clock {
 public:
  Instant Now() override {
    if (looker != nullptr) {
      looker->request_stop();
    }
    return clock.Now();
  }

  bool SleepUntil(MonoTime due, const std::stop_token& stop) override {
    return clock.SleepUntil(due, stop);
  }

  testing::FakeClock clock{};
  std::stop_source* looker = nullptr;
};

alerts::Alert StuckOf(const std::string& team) {
  return Firing({{"alertname", "Stuck"}, {"team", team}}, 0);
}

/// A page for all that the last process could not send; without threads.
struct AfterStart {
  AfterStart() {
    Result<std::unique_ptr<state::Database>> opened =
        state::Database::Open(folder.path(), clock.Now());
    REQUIRE(opened);
    database = *std::move(opened);
    const auto last = MakeHub();
    last->SetSettings(Routes());
    last->Take({.alerts = {StuckOf("a")}, .at = clock.Now()});
    last->DecideNow();
    REQUIRE(Ready(*last, "all") == " +Stuck");
  }

  std::unique_ptr<Hub> MakeHub() {
    return std::make_unique<Hub>(Resources{.clock = clock, .http = *http, .open = [this] {
                                             return Result<state::Database*>(database.get());
                                           }});
  }

  static Settings Routes() {
    Settings settings;
    settings.route.receiver = "all";
    settings.route.group_wait = {};
    settings.time_intervals["always"] = {TimeInterval{}};
    for (const std::string name : {"all", "team"}) {
      settings.integrations.push_back({.id = name, .receiver = name, .kind = "log", .make = {}});
    }
    return settings;
  }

  static Settings MutedRoutes() {
    Settings settings = Routes();
    settings.route.mute_time_intervals = {"always"};
    return settings;
  }

  /// The next start: the decider looks, and there is no evaluation yet.
  std::unique_ptr<Hub> Start(Settings settings) {
    auto hub = MakeHub();
    hub->SetSettings(std::move(settings));
    hub->DecideNow();
    return hub;
  }

  void Evaluated(Hub& hub) { hub.Take({.alerts = {StuckOf("a")}, .at = clock.Now()}); }

  /// What a sender would get at once.
  std::string Ready(Hub& hub, const std::string& integration) {
    std::stop_source stop;
    clock.looker = &stop;
    const std::optional<Work> work = hub.NextWork(integration, {}, stop.get_token());
    clock.looker = nullptr;
    return work ? Scene::Words(work->next.alerts) : "";
  }

  StoppingClock clock{};
  std::unique_ptr<http::HttpClient> http = http::MakeHttpClient();
  testing::TemporaryFolder folder{};
  std::unique_ptr<state::Database> database{};
};

TEST_CASE("After a start nothing is sent before it is decided what is so now") {
  AfterStart scene;

  SECTION("what still has to be told is") {
    const auto hub = scene.Start(AfterStart::Routes());
    scene.Evaluated(*hub);
    CHECK(scene.Ready(*hub, "all").empty());
    hub->DecideNow();
    CHECK(scene.Ready(*hub, "all") == " +Stuck");
  }
  SECTION("what is muted now is kept back") {
    const auto hub = scene.Start(AfterStart::MutedRoutes());
    scene.Evaluated(*hub);
    CHECK(scene.Ready(*hub, "all").empty());
    hub->DecideNow();
    CHECK(scene.Ready(*hub, "all").empty());
  }
  SECTION("routes that came with the start are asked first") {
    Settings settings = AfterStart::Routes();
    settings.route.receiver = "team";
    settings.integrations.erase(settings.integrations.begin());
    const auto hub = scene.Start(std::move(settings));
    scene.Evaluated(*hub);
    CHECK(scene.Ready(*hub, "all").empty());
    hub->DecideNow();
    CHECK(scene.Ready(*hub, "all").empty());
    CHECK(scene.Ready(*hub, "team") == " +Stuck");
  }
}

TEST_CASE("What was left is sent after a minute when nothing can be evaluated") {
  AfterStart scene;
  const auto after = [&](Hub& hub, seconds time) {
    scene.clock.clock.Advance(time);
    hub.DecideNow();
    return scene.Ready(hub, "all");
  };

  SECTION("and not before") {
    const auto hub = scene.Start(AfterStart::Routes());
    CHECK(after(*hub, seconds{59}).empty());
    CHECK(after(*hub, seconds{2}) == " +Stuck");
  }
  SECTION("unless it is in a mute interval") {
    const auto hub = scene.Start(AfterStart::MutedRoutes());
    CHECK(after(*hub, seconds{61}).empty());
    hub->SetSettings(AfterStart::Routes());
    CHECK(after(*hub, seconds{61}) == " +Stuck");
  }
  SECTION("unless all that fires of it is silenced, and then when the silence ends") {
    const auto hub = scene.Start(AfterStart::Routes());
    const WallTime now = scene.clock.Now().wall;
    REQUIRE(hub->SetSilence({.matchers = MatchersOf("alertname=Stuck"),
                             .starts_at = now,
                             .ends_at = now + seconds{90}}));
    CHECK(after(*hub, seconds{61}).empty());
    CHECK(after(*hub, seconds{30}) == " +Stuck");
  }
}

}  // namespace
}  // namespace klaxon::notify
