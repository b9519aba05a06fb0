#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "agent/http/client.h"
#include "alerts/notify/hub.h"
#include "tests/alerts/notify/scene.h"
#include "tests/support/fake_clock.h"

namespace klaxon::notify {
namespace {

/// A team that has its own route, what has no team goes to all; without threads.
struct Reloading {
  Reloading() {
    Use("a", 0);
    Found("a", 0);
    hub.DecideNow();
  }

  void Use(const std::string& team, uint64_t edition) {
    Settings settings;
    settings.edition = edition;
    settings.route.receiver = "all";
    settings.route.group_wait = {};
    Route child = settings.route;
    child.receiver = "team";
    child.matchers = MatchersOf("team=" + team);
    child.key = "{}/" + ToString(child.matchers);
    settings.route.routes.push_back(std::move(child));
    for (const std::string name : {"all", "team"}) {
      settings.integrations.push_back({.id = name, .receiver = name, .kind = "log", .make = {}});
    }
    hub.SetSettings(std::move(settings));
  }

  /// An alert that fires, found under that edition.
  void Found(const std::string& team, uint64_t edition) {
    hub.Take({.alerts = {Firing({{"alertname", "Stuck"}, {"team", team}}, 0)},
              .at = clock.Now(),
              .edition = edition});
  }

  void Accept(const std::string& integration) {
    const std::optional<Work> work = hub.NextWork(integration, {}, never.get_token());
    REQUIRE(work);
    hub.Finish(integration, *work, Delivery::Accepted("ok"));
  }

  /// "all 0 team 1": how many groups each has to be told of.
  std::string Waiting() const {
    std::string text;
    for (const SenderReport& sender : hub.GetReport().senders) {
      text += (text.empty() ? "" : " ") + sender.id + " " + std::to_string(sender.waiting);
    }
    return text;
  }

  testing::FakeClock clock{};
  std::unique_ptr<http::HttpClient> http = http::MakeHttpClient();
  Hub hub{Resources{.clock = clock, .http = *http, .missing = "none"}};
  std::stop_source never{};
};

TEST_CASE("New routes decide on what was found under the same configuration") {
  Reloading scene;
  CHECK(scene.Waiting() == "all 0 team 1");
  scene.Accept("team");
  scene.Use("b", 1);
  scene.hub.DecideNow();
  CHECK(scene.Waiting() == "all 0 team 0");
  SECTION("which the evaluation that was under way is not") {
    scene.Found("a", 0);
    scene.hub.DecideNow();
    CHECK(scene.Waiting() == "all 0 team 0");
    scene.Found("b", 1);
    scene.hub.DecideNow();
    CHECK(scene.Waiting() == "all 0 team 1");
  }
  SECTION("or, when nothing comes for a minute, on what there is") {
    scene.clock.Advance(std::chrono::seconds{59});
    scene.hub.DecideNow();
    CHECK(scene.Waiting() == "all 0 team 0");
    scene.clock.Advance(std::chrono::seconds{2});
    scene.hub.DecideNow();
    CHECK(scene.Waiting() == "all 1 team 0");
  }
}

}  // namespace
}  // namespace klaxon::notify
