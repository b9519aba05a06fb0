#include "agent/series/keeper.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "agent/promql/parser.h"
#include "agent/promql/query.h"
#include "tests/metrics/estate.h"
#include "tests/support/fake_clock.h"

namespace klaxon::series {
namespace {

struct Kept {
  testing::FakeClock clock{};
  Keeper keeper{{}, clock, [this](metrics::MetricWriter& writer) { keeper.Emit(writer); }};

  /// The values of an expression at a time, in any order, as text.
  std::string Ask(const std::string& text, int64_t time) const {
    const promql::Parsed parsed = promql::Parse(text);
    REQUIRE(parsed.expression != nullptr);
    const auto result = promql::InstantQuery(*parsed.expression, keeper.queryable(), time);
    REQUIRE(result);
    std::string answer;
    for (const promql::VectorSample& sample : result->vector)
      answer += ToString(*sample.labels) + " " + std::to_string(sample.value) + "\n";
    return answer;
  }
};

TEST_CASE("what /metrics would show can be asked for, Klaxon's own metrics too") {
  Kept kept;
  const int64_t time = kept.keeper.Sample(testing::EstateView(), kept.clock.Now());
  CHECK(time == 1'767'225'600'000);
  CHECK(kept.Ask("kafka_brokers", time) ==
        "{__name__=\"kafka_brokers\", cluster=\"main\"} 3.000000\n");
  CHECK(kept.Ask("klaxon_series_unknown_scopes", time) ==
        "{__name__=\"klaxon_series_unknown_scopes\"} 0.000000\n");
  CHECK(
      kept.Ask("klaxon_series_sampled_timestamp_seconds", time).empty());  // there was none before
  CHECK(kept.keeper.numbers().live > 100);
  CHECK_FALSE(kept.keeper.unknown()->empty());
}

TEST_CASE("a query of the moment before a scrape sees what was there then") {
  Kept kept;
  const int64_t first = kept.keeper.Sample(testing::EstateView(), kept.clock.Now());
  kept.clock.Advance(std::chrono::seconds{15});
  View view = testing::EstateView();
  const int64_t second = kept.keeper.Sample(view, kept.clock.Now());
  CHECK(second == first + 15'000);
  CHECK(kept.Ask("count(kafka_brokers)", second - 1) == "{} 1.000000\n");
  CHECK(kept.Ask("count(kafka_brokers)", first - 1).empty());
}

TEST_CASE("what has expired since the view was made is unknown, not old") {
  Kept kept;
  const View view = testing::EstateView();
  const int64_t first = kept.keeper.Sample(view, kept.clock.Now());
  kept.clock.Advance(std::chrono::hours{1});
  const int64_t late = kept.keeper.Sample(view, kept.clock.Now());
  CHECK(kept.Ask("kafka_brokers", late).empty());
  CHECK_FALSE(kept.Ask("kafka_brokers", first).empty());
}

TEST_CASE("a wall clock that is set back makes no time come twice") {
  Kept kept;
  const View view = testing::EstateView();
  Instant now = kept.clock.Now();
  const int64_t first = kept.keeper.Sample(view, now);
  now.wall -= std::chrono::hours{2};
  now.mono += std::chrono::seconds{15};
  CHECK(kept.keeper.Sample(view, now) == first + 15'000);
  CHECK(kept.keeper.Sample(view, now) == first + 15'001);
  CHECK(kept.keeper.newest() == first + 15'001);
}

TEST_CASE("a series of a rule is there at once and ends when its writer says so") {
  Kept kept;
  const int64_t time = kept.keeper.Sample(testing::EstateView(), kept.clock.Now());
  const Labels alerts({{"__name__", "ALERTS"}, {"alertname", "BrokerDown"}});
  kept.keeper.Append(alerts, {.time = time + 10, .value = 1});
  CHECK(kept.Ask("ALERTS", time + 10) ==
        "{__name__=\"ALERTS\", alertname=\"BrokerDown\"} 1.000000\n");
  CHECK(kept.Ask("ALERTS", time + 9).empty());
  kept.clock.Advance(std::chrono::seconds{15});
  const int64_t next = kept.keeper.Sample(testing::EstateView(), kept.clock.Now());
  CHECK_FALSE(kept.Ask("ALERTS", next).empty());
  kept.keeper.Append(alerts, {.time = next, .value = StaleMarker()});
  CHECK(kept.Ask("ALERTS", next).empty());
}

TEST_CASE("how much of the past was recalled is known by its newest sample") {
  Kept kept;
  CHECK(kept.keeper.RecalledUntil() == 0);
  const Labels one({std::pair<std::string, std::string>("__name__", "one")});
  const Labels other({std::pair<std::string, std::string>("__name__", "other")});
  kept.keeper.Recall(
      {{.labels = std::make_shared<const Labels>(one), .samples = {{.time = 5}, {.time = 70}}},
       {.labels = std::make_shared<const Labels>(other), .samples = {{.time = 60}}}});
  CHECK(kept.keeper.RecalledUntil() == 70);
}

TEST_CASE("history begins when it is asked for and adds to the configured one") {
  testing::FakeClock clock;
  Keeper keeper({.history = {{"kafka_brokers", 3'600'000}}}, clock, [](metrics::MetricWriter&) {});
  keeper.SetHistory({{"kafka_brokers", 60'000}, {"kafka_controller_id", 600'000}});
  int64_t time = 0;
  for (int i = 0; i < 41; ++i) {
    time = keeper.Sample(testing::EstateView(), clock.Now());
    clock.Advance(std::chrono::milliseconds{100});
  }
  const auto count = [&](const std::string& text) {
    const promql::Parsed parsed = promql::Parse(text);
    const auto result = promql::InstantQuery(*parsed.expression, keeper.queryable(), time);
    return result->vector.empty() ? 0 : result->vector[0].value;
  };
  CHECK(count("count_over_time(kafka_brokers[1h])") == 41);
  CHECK(count("count_over_time(kafka_controller_id[10m])") == 41);
  CHECK(count("max(count_over_time(kafka_broker_up[10m]))") == 2);
  keeper.SetHistory({});
  CHECK(count("count_over_time(kafka_controller_id[10m])") == 2);
  CHECK(count("count_over_time(kafka_brokers[1h])") == 41);
}

}  // namespace
}  // namespace klaxon::series
