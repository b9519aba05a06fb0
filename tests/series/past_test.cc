#include "agent/series/past.h"

#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "agent/promql/parser.h"
#include "agent/promql/query.h"
#include "agent/series/store.h"

namespace klaxon::series {
namespace {

constexpr int64_t kMinute = 60'000;
constexpr metrics::MetricInfo kBrokers{.name = "brokers", .help = "Brokers"};
constexpr metrics::MetricInfo kOther{.name = "other", .help = "Something else"};

/// One sample a minute of `brokers` (with a history) and `other` (without one).
void ScrapeBrokers(Store& store, int64_t minute, double brokers) {
  metrics::MetricWriter& writer = store.BeginScrape(minute * kMinute);
  writer.BeginFamily(kBrokers);
  writer.Sample({}, brokers);
  writer.BeginFamily(kOther);
  writer.Sample({}, 1);
  store.EndScrape({});
}

std::string ValuesOf(const Store& store, const std::string& text, int64_t minute) {
  const promql::Parsed parsed = promql::Parse(text);
  REQUIRE(parsed.expression != nullptr);
  const auto result = promql::InstantQuery(*parsed.expression, store, minute * kMinute);
  REQUIRE(result);
  std::string answer;
  for (const promql::VectorSample& sample : result->vector) {
    answer += ToString(*sample.labels) + " " + std::to_string(static_cast<int>(sample.value));
  }
  return answer;
}

StoreOptions WithHistory(int64_t minutes) {
  return {.history = {{"brokers", minutes * kMinute}}};
}

Labels Recorded() {
  return Labels({std::pair<std::string, std::string>("__name__", "worst")});
}

/// What a process of 30 minutes leaves: three brokers, two of them since minute 20.
std::vector<KeptSeries> Left(StoreOptions options = WithHistory(60)) {
  Store store(std::move(options));
  for (int64_t minute = 1; minute <= 30; ++minute) {
    ScrapeBrokers(store, minute, minute < 20 ? 3 : 2);
    store.Append(Recorded(), {.time = minute * kMinute, .value = 7});
  }
  return store.SamplesSince(0);
}

TEST_CASE("what looks back goes on looking back over a restart") {
  Store store(WithHistory(60));
  store.Recall(Left());
  ScrapeBrokers(store, 32, 2);
  ScrapeBrokers(store, 33, 2);
  CHECK(ValuesOf(store, "brokers < max_over_time(brokers[1h])", 33) == "{__name__=\"brokers\"} 2");
  CHECK(ValuesOf(store, "count_over_time(brokers[10m])", 33) == "{} 9");
  CHECK(ValuesOf(store, "max_over_time(brokers[10m])", 33) == "{} 2");
  CHECK(ValuesOf(store, "brokers offset 30m", 33) == "{__name__=\"brokers\"} 3");
  CHECK(ValuesOf(store, "changes(brokers[1h])", 33) == "{} 1");
}

TEST_CASE("an old value of a table is never seen as a new one") {
  Store store(WithHistory(60));
  store.Recall(Left());
  metrics::MetricWriter& writer = store.BeginScrape(31 * kMinute);
  writer.BeginFamily(kOther);
  writer.Sample({}, 1);
  store.EndScrape({});
  CHECK(ValuesOf(store, "brokers", 31).empty());
  CHECK(ValuesOf(store, "max_over_time(brokers[1h])", 31) == "{} 3");
}

TEST_CASE("what a rule recorded stands until the rule is evaluated again, for five minutes") {
  Store store(WithHistory(60));
  store.Recall(Left());
  ScrapeBrokers(store, 31, 2);
  CHECK(ValuesOf(store, "worst", 31) == "{__name__=\"worst\"} 7");
  store.Append(Recorded(), {.time = 32 * kMinute, .value = 8});
  CHECK(ValuesOf(store, "worst", 32) == "{__name__=\"worst\"} 8");
  CHECK(ValuesOf(store, "worst", 31) == "{__name__=\"worst\"} 7");

  Store late(WithHistory(60));
  late.Recall(Left());
  ScrapeBrokers(late, 36, 2);
  CHECK(ValuesOf(late, "worst", 36).empty());
}

TEST_CASE("what is older than any history is forgotten, and the budget takes it first") {
  Store kept(WithHistory(10));
  kept.Recall(Left());
  const size_t recalled = kept.numbers().history_bytes;
  CHECK(recalled > 0);
  for (int64_t minute = 31; minute <= 60; ++minute) {
    ScrapeBrokers(kept, minute, 2);
  }
  CHECK(ValuesOf(kept, "count_over_time(brokers[1h])", 60) == "{} 11");

  StoreOptions tight = WithHistory(60);
  tight.budget = recalled;
  Store full(std::move(tight));
  full.Recall(Left());
  for (int64_t minute = 31; minute <= 40; ++minute) {
    ScrapeBrokers(full, minute, 2);
  }
  CHECK(ValuesOf(full, "count_over_time(brokers[1h])", 40) == "{} 10");
}

TEST_CASE("a clock that was set back between two processes mixes nothing up") {
  Store store(WithHistory(60));
  store.Recall(Left());
  ScrapeBrokers(store, 15, 5);
  ScrapeBrokers(store, 16, 5);
  CHECK(ValuesOf(store, "count_over_time(brokers[1h])", 16) == "{} 16");
  CHECK(ValuesOf(store, "max_over_time(brokers[90s])", 16) == "{} 5");
}

TEST_CASE("only what has a history, or comes from a rule, is left to the next process") {
  const std::vector<KeptSeries> left = Left();
  REQUIRE(left.size() == 2);
  CHECK(left[0].labels->metric_name() == "brokers");
  CHECK_FALSE(left[0].by_rule);
  CHECK(left[0].samples.size() == 30);
  CHECK(left[1].labels->metric_name() == "worst");
  CHECK(left[1].by_rule);
}

}  // namespace
}  // namespace klaxon::series
