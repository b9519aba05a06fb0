#include "agent/simulator/story.h"

#include <chrono>

#include <catch2/catch_test_macros.hpp>

namespace klaxon::simulator {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

TEST_CASE("every trouble of the story comes, goes, and comes again", "[simulator]") {
  for (size_t i = 0; i < kTroubles; ++i) {
    const auto trouble = static_cast<Trouble>(i);
    INFO("trouble " << i);
    int on = 0;
    int total = 0;
    for (Duration at{}; at < kStoryLength; at += seconds{1}) {
      on += IsOn(trouble, at) ? 1 : 0;
      ++total;
      CHECK(IsOn(trouble, at) == IsOn(trouble, at + 3 * kStoryLength));
    }
    CHECK(on >= 10);
    CHECK(on < total);
  }
}

TEST_CASE("the story begins with something broken and has a quiet end", "[simulator]") {
  CHECK(IsOn(Trouble::kTaskFailed, Duration{}));
  CHECK(IsOn(Trouble::kReplicaStuck, Duration{}));
  CHECK(IsOn(Trouble::kGroupFallsBehind, Duration{}));
  for (size_t i = 0; i < kTroubles; ++i) {
    CHECK_FALSE(IsOn(static_cast<Trouble>(i), kStoryLength - seconds{1}));
  }
}

}  // namespace
}  // namespace klaxon::simulator
