#include "agent/analysis/view_loop.h"

#include <catch2/catch_test_macros.hpp>

namespace klaxon::analysis {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kPatience{10};

SectionRef SectionGoodFor(Duration good_for, const Instant& now) {
  auto facts = std::make_shared<ConnectFacts>();
  facts->listed = std::make_shared<const Answer>(
      Answer{.source = "test", .taken_at = now, .good_for = good_for, .error = {}});
  facts->answers = {facts->listed};
  return std::make_shared<const Section>(
      Section{.cluster = "main", .collector = "connect", .facts = std::move(facts)});
}

/// Whether a view with that many parts comes in time.
bool WaitForParts(size_t count, Clock& clock, const Latest<View>& views) {
  const MonoTime limit = clock.Now().mono + kPatience;
  uint64_t version = 0;
  while (views.Get()->parts.size() != count && clock.Now().mono < limit) {
    version = views.WaitNewer(version, limit, {});
  }
  return views.Get()->parts.size() == count;
}

TEST_CASE("a published section is in a view soon after", "[analysis]") {
  SystemClock clock;
  Latest<View> views(std::make_shared<const View>());
  ViewLoop loop(clock, views);
  loop.SetSources({7});
  loop.Publish(7, SectionGoodFor(seconds{60}, clock.Now()));
  REQUIRE(WaitForParts(1, clock, views));
}

TEST_CASE("a source that is dropped leaves the view, and its late poll is ignored", "[analysis]") {
  SystemClock clock;
  Latest<View> views(std::make_shared<const View>());
  ViewLoop loop(clock, views);
  loop.SetSources({1, 2});
  loop.Publish(1, SectionGoodFor(seconds{60}, clock.Now()));
  loop.Publish(2, SectionGoodFor(seconds{60}, clock.Now()));
  REQUIRE(WaitForParts(2, clock, views));
  loop.SetSources({2});
  loop.Publish(1, SectionGoodFor(seconds{60}, clock.Now()));
  REQUIRE(WaitForParts(1, clock, views));
}

TEST_CASE("a new view comes when an answer expires, without any collector", "[analysis]") {
  SystemClock clock;
  Latest<View> views(std::make_shared<const View>());
  ViewLoop loop(clock, views);
  loop.SetSources({7});
  loop.Publish(7, SectionGoodFor(milliseconds{100}, clock.Now()));
  uint64_t version = 0;
  ViewRef view = views.Get();
  const MonoTime limit = clock.Now().mono + kPatience;
  while (clock.Now().mono < limit &&
         (view->parts.empty() || IsFresh(view->parts[0].section->facts->answers[0], view->now))) {
    version = views.WaitNewer(version, limit, {});
    view = views.Get();
  }
  REQUIRE(view->parts.size() == 1);
  CHECK(FreshnessOf(view->parts[0].section->facts->answers[0], view->now) == Freshness::kStale);
}

}  // namespace
}  // namespace klaxon::analysis
