#include "alerts/api/alert_api.h"

#include <memory>
#include <string>
#include <utility>

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

#include "agent/http/client.h"
#include "tests/alerts/notify/scene.h"

namespace klaxon::alert_api {
namespace {

using nlohmann::json;
using notify::Route;

/// An alert that goes to "all" by two routes and to "team" by one; nobody is told of it.
struct TwoReceivers {
  static notify::Settings Routes() {
    notify::Settings settings;
    settings.route.receiver = "all";
    Route first = settings.route;
    first.key = "{}/{}";
    first.continues = true;
    Route team = first;
    team.receiver = "team";
    settings.route.routes = {first, first, team};
    return settings;
  }

  /// How many alerts each group has, by its receiver: "all 1, team 1".
  std::string Groups(std::vector<std::pair<std::string, std::string>> query) {
    http::Request request;
    request.query = std::move(query);
    const http::Response response = ListGroups(desk, request);
    std::string text;
    for (const json& group : json::parse(response.body)) {
      text += (text.empty() ? "" : ", ") + group["receiver"]["name"].get<std::string>() + " " +
              std::to_string(group["alerts"].size());
    }
    return text;
  }

  SystemClock clock{};
  std::unique_ptr<http::HttpClient> http = http::MakeHttpClient();
  notify::Notifier notifier{{.clock = clock, .http = *http, .missing = "a test"}, Routes()};
  Desk desk{.clock = clock, .notifier = [this] { return &notifier; }};
};

TEST_CASE("Groups are those of the receivers that are asked for, an alert once in each") {
  TwoReceivers scene;
  scene.notifier.Tell(
      {.alerts = {notify::Firing({{"alertname", "Stuck"}}, 0)}, .at = scene.clock.Now()});
  CHECK(scene.Groups({}) == "all 1, team 1");
  CHECK(scene.Groups({{"receiver", "team"}}) == "team 1");
  CHECK(scene.Groups({{"receiver", "nobody"}}).empty());
  CHECK(ListGroups(scene.desk, {.query = {{"receiver", "("}}}).status == 400);
}

}  // namespace
}  // namespace klaxon::alert_api
