#include <array>
#include <string>
#include <string_view>

#include <catch2/catch_test_macros.hpp>

#include "tests/alerts/receivers/killing.h"

namespace klaxon::receivers {
namespace {

struct Point {
  std::string_view name{};
  size_t duplicates = 0;  ///< of the message that was on its way, at the most
};

// Between acceptance and commit a message may come twice; nowhere else. Once it is committed the
// sender is at work too, and may be there.
constexpr std::array<Point, 5> kPoints{
    {{"decided", 0}, {"committed", 1}, {"sending", 0}, {"answered", 1}, {"removed", 0}}};

TEST_CASE("A notifier that is killed at any step loses neither a firing nor its end") {
  for (const Point& point : kPoints) {
    for (const std::string kind : {"firing", "resolved"}) {
      CAPTURE(point.name, kind);
      const std::string paths = "a";  // another would be killed at a step of its own
      Incident incident(paths);
      const std::string url = incident.server.Url("");
      const std::string& folder = incident.folder.path();
      const std::string name(point.name);
      incident.Fire("a");
      Victim first(folder, url, paths, kind == "firing" ? name : "removed");
      REQUIRE(first.Died());
      if (kind == "resolved") {
        incident.Resolve("a");
        Victim second(folder, url, paths, name, kind);
        REQUIRE(second.Died());
      }
      Victim after(folder, url, paths);
      REQUIRE(incident.Heard("a", kind == "firing"));
      incident.Fire("b");  // whatever is still on its way comes before this
      REQUIRE(incident.Heard("b", true));
      for (const auto& [path, accepted] : incident.accepted()) {
        CAPTURE(path, accepted.messages);
        CHECK(accepted.disorder.empty());
        CHECK(accepted.duplicates <= point.duplicates);
      }
    }
  }
}

}  // namespace
}  // namespace klaxon::receivers
