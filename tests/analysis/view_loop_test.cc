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

TEST_CASE("a published section is in a view soon after", "[analysis]") {
  SystemClock clock;
  Latest<View> views(std::make_shared<const View>());
  ViewLoop loop(1, clock, views);
  loop.Publish(0, SectionGoodFor(seconds{60}, clock.Now()));
  views.WaitNewer(0, clock.Now().mono + kPatience, {});
  CHECK(views.Get()->parts.size() == 1);
}

TEST_CASE("a new view comes when an answer expires, without any collector", "[analysis]") {
  SystemClock clock;
  Latest<View> views(std::make_shared<const View>());
  ViewLoop loop(1, clock, views);
  loop.Publish(0, SectionGoodFor(milliseconds{100}, clock.Now()));
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
