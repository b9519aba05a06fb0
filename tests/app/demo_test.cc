#include "agent/app/demo.h"

#include <thread>

#include <catch2/catch_test_macros.hpp>

#include "agent/app/agent.h"
#include "agent/http/client.h"

namespace klaxon::app {
namespace {

using std::chrono::seconds;

TEST_CASE("the demo's page tells how records carry their schemas, of the REST proxy, and alerts",
          "[agent]") {
  SystemClock clock;
  const auto estate = simulator::Estate::Start({.incidents = false}, clock);
  REQUIRE(estate);
  QuickStart quick;
  PointAt(**estate, quick);
  quick.interval = "1s";
  AgentConfig config = ConfigFrom(quick).value();
  config.listen = {"127.0.0.1", 0};
  config.log_level = log::Level::kError;
  const auto agent = Agent::Start(config, clock);
  REQUIRE(agent);
  const std::unique_ptr<http::HttpClient> http = http::MakeHttpClient();
  const auto page = [&] {
    const auto got = http->Get({.url = (*agent)->Url() + "/"}, clock.Now().mono + seconds{60}, {});
    return got ? got->body : std::string();
  };
  // The payments' producer writes 6 the wrong way round; the others are right, or plain JSON.
  for (const char* text : {"carry their id little-endian: 6 reads as 100663296", "shop / proxy",
                           "json 30", "known id 60", "Watchdog"}) {
    INFO(text);
    const MonoTime limit = clock.Now().mono + seconds{60};
    std::string seen = page();
    while (seen.find(text) == std::string::npos && clock.Now().mono < limit) {
      std::this_thread::yield();
      seen = page();
    }
    INFO(seen.substr(0, 20'000));
    CHECK(seen.find(text) != std::string::npos);
  }
}

}  // namespace
}  // namespace klaxon::app
