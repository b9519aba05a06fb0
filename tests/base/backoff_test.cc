#include "agent/base/backoff.h"

#include <catch2/catch_test_macros.hpp>

namespace klaxon {
namespace {

using std::chrono::milliseconds;

constexpr BackoffOptions kOptions{.base = milliseconds{100}, .cap = milliseconds{1000}};

TEST_CASE("waits double up to the cap, each between half and all of it", "[backoff]") {
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    Backoff backoff(kOptions, seed);
    for (const int64_t full : {100, 200, 400, 800, 1000, 1000}) {
      const Duration wait = backoff.Next();
      CHECK(wait >= milliseconds{full} / 2);
      CHECK(wait <= milliseconds{full});
    }
  }
}

TEST_CASE("after a success waits begin again at the base", "[backoff]") {
  Backoff backoff(kOptions, 7);
  for (int i = 0; i < 5; ++i) {
    backoff.Next();
  }
  backoff.Reset();
  CHECK(backoff.Next() <= milliseconds{100});
}

TEST_CASE("the same seed gives the same waits, another one different waits", "[backoff]") {
  Backoff one(kOptions, 1);
  Backoff same(kOptions, 1);
  Backoff other(kOptions, 99);
  const Duration first = one.Next();
  CHECK(first == same.Next());
  CHECK(first != other.Next());
}

}  // namespace
}  // namespace klaxon
