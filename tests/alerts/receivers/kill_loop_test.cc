#include <array>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include "tests/alerts/receivers/killing.h"

namespace klaxon::receivers {
namespace {

TEST_CASE("Killed at 200 random instants, every firing and every end is told in order") {
  constexpr int kKills = 200;
  const char* const given = std::getenv("KLAXON_SEED");
  const uint32_t seed = given == nullptr ? std::random_device{}()
                                         : static_cast<uint32_t>(std::strtoul(given, nullptr, 10));
  fmt::print("seed {}\n", seed);
  CAPTURE(seed);
  std::mt19937 random(seed);
  std::mt19937 refusals(seed + 1);
  std::mutex mutex;
  const std::string paths = "ab";
  Incident incident(paths, [&] {
    const std::scoped_lock lock(mutex);
    return refusals() % 20 == 0;
  });
  const std::string url = incident.server.Url("");
  auto victim = std::make_unique<Victim>(incident.folder.path(), url, paths);
  const std::array<std::string, 3> names{"a", "b", "c"};
  std::array<bool, 3> fires{};
  int firings = 0;
  int ends = 0;
  for (int kill = 0; kill < kKills; ++kill) {
    const size_t which = random() % names.size();
    fires.at(which) = !fires.at(which);
    fires.at(which) ? incident.Fire(names.at(which)) : incident.Resolve(names.at(which));
    ++(fires.at(which) ? firings : ends);
    // The instant is chance: nothing is waited for.
    std::this_thread::sleep_for(std::chrono::microseconds{random() % 60'000});
    victim->Kill();
    victim = std::make_unique<Victim>(incident.folder.path(), url, paths);
    REQUIRE(incident.Heard(names.at(which), fires.at(which)));
  }
  for (const auto& [path, accepted] : incident.accepted()) {
    fmt::print("{}: {} kills, {} firings, {} ends: {} messages accepted, {} of them twice\n", path,
               kKills, firings, ends, accepted.messages.size(), accepted.duplicates);
    CHECK(accepted.disorder.empty());
    CHECK(accepted.duplicates <= kKills);
  }
}

}  // namespace
}  // namespace klaxon::receivers
