#include "agent/base/latest.h"

#include <thread>

#include <catch2/catch_test_macros.hpp>

namespace klaxon {
namespace {

using std::chrono::seconds;

TEST_CASE("a reader keeps the version it took", "[latest]") {
  Latest<int> latest(std::make_shared<const int>(1));
  const auto held = latest.Get();
  latest.Set(std::make_shared<const int>(2));
  CHECK(*held == 1);
  CHECK(*latest.Get() == 2);
}

TEST_CASE("a waiter sees the value that another thread sets", "[latest]") {
  Latest<int> latest(std::make_shared<const int>(0));
  const std::jthread writer([&] { latest.Set(std::make_shared<const int>(5)); });
  CHECK(latest.WaitNewer(0, std::chrono::steady_clock::now() + seconds{30}, {}) == 1);
  CHECK(*latest.Get() == 5);
}

TEST_CASE("a waiter comes back when it is asked to stop", "[latest]") {
  const Latest<int> latest(std::make_shared<const int>(0));
  std::stop_source stop;
  stop.request_stop();
  CHECK(latest.WaitNewer(0, std::chrono::steady_clock::now() + seconds{30}, stop.get_token()) == 0);
}

TEST_CASE("a waiter comes back when its time is up", "[latest]") {
  const Latest<int> latest(std::make_shared<const int>(0));
  CHECK(latest.WaitNewer(0, std::chrono::steady_clock::now(), {}) == 0);
}

TEST_CASE("many writers and readers see only whole values", "[latest]") {
  Latest<std::pair<int, int>> latest(std::make_shared<const std::pair<int, int>>(0, 0));
  int torn = 0;
  {
    const std::jthread writer([&](const std::stop_token& stop) {
      for (int i = 0; !stop.stop_requested(); ++i) {
        latest.Set(std::make_shared<const std::pair<int, int>>(i, i));
      }
    });
    for (int i = 0; i < 10'000; ++i) {
      const auto pair = latest.Get();
      torn += pair->first == pair->second ? 0 : 1;
    }
  }
  CHECK(torn == 0);
}

}  // namespace
}  // namespace klaxon
