#include "agent/series/store.h"

#include <string>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "agent/promql/parser.h"
#include "agent/promql/query.h"

namespace klaxon::series {
namespace {

constexpr std::string_view kLagLabels[] = {"topic", "group"};
constexpr metrics::MetricInfo kLag{.name = "lag", .help = "Lag", .labels = kLagLabels};
constexpr metrics::MetricInfo kUp{.name = "up", .help = "Up"};

struct Row {
  std::string topic{};
  std::string group{};
  double value = 0;
};

void Scrape(Store& store, int64_t time, const std::vector<Row>& rows) {
  metrics::MetricWriter& writer = store.BeginScrape(time);
  writer.BeginFamily(kLag);
  for (const Row& row : rows) {
    const std::string_view values[] = {row.topic, row.group};
    writer.Sample(values, row.value);
  }
  writer.BeginFamily(kUp);
  writer.Sample({}, 1);
  store.EndScrape({});
}

struct Answer {
  std::string text{};
  std::vector<std::string> warnings{};
};

Answer Ask(const Store& store, const std::string& text, int64_t time) {
  const promql::Parsed parsed = promql::Parse(text);
  REQUIRE(parsed.expression != nullptr);
  const auto result = promql::InstantQuery(*parsed.expression, store, time);
  REQUIRE(result);
  Answer answer{.warnings = result->warnings};
  for (const promql::VectorSample& sample : result->vector)
    answer.text += ToString(*sample.labels) + " " + std::to_string(sample.value) + "\n";
  return answer;
}

TEST_CASE("queries see what the last scrape had, and nothing older") {
  Store store({});
  Scrape(store, 15'000, {{"a", "g", 1}, {"b", "g", 2}, {"", "h", 3}});
  CHECK(store.numbers().live == 4);
  CHECK(Ask(store, "lag", 15'000).text ==
        "{__name__=\"lag\", group=\"g\", topic=\"a\"} 1.000000\n"
        "{__name__=\"lag\", group=\"g\", topic=\"b\"} 2.000000\n"
        "{__name__=\"lag\", group=\"h\"} 3.000000\n");
  // In another order, one gone, one new.
  Scrape(store, 30'000, {{"", "h", 4}, {"a", "g", 5}, {"c", "g", 6}});
  CHECK(Ask(store, "sum(lag)", 30'000).text == "{} 15.000000\n");
  CHECK(Ask(store, "lag{topic=\"b\"}", 30'000).text.empty());
  Scrape(store, 45'000, {{"b", "g", 7}});
  CHECK(Ask(store, "lag", 50'000).text ==
        "{__name__=\"lag\", group=\"g\", topic=\"b\"} 7.000000\n");
  CHECK(Ask(store, "up", 45'000).text == "{__name__=\"up\"} 1.000000\n");
  CHECK(store.numbers().live == 2);
}

TEST_CASE("series that come back in another order after others went are the ones they were") {
  Store store({.history = {{"lag", 600'000}}});
  const auto row = [](int64_t i, double value) {
    return Row{.topic = "t" + std::to_string(i), .group = "g", .value = value};
  };
  for (int64_t scrape = 1; scrape <= 200; ++scrape) {
    std::vector<Row> rows;
    for (int64_t i = 0; i < 30; ++i) {  // each is there for some time, then away for longer
      const int64_t topic = (i * 7 + scrape) % 30;
      if ((topic + scrape / 10) % 3 == 0) {
        rows.push_back(row(topic, static_cast<double>(topic * 1000 + scrape)));
      }
    }
    Scrape(store, scrape * 15'000, rows);
    CHECK(store.numbers().live == rows.size() + 1);
    for (int64_t topic = 0; topic < 30; ++topic) {
      if ((topic + scrape / 10) % 3 != 0) continue;
      const std::string text = "lag{topic=\"t" + std::to_string(topic) + "\"}";
      CHECK(Ask(store, text, scrape * 15'000).text ==
            "{__name__=\"lag\", group=\"g\", topic=\"t" + std::to_string(topic) + "\"} " +
                std::to_string(static_cast<double>(topic * 1000 + scrape)) + "\n");
    }
  }
}

TEST_CASE("history is kept of what was named, as long as was said") {
  Store store({.history = {{"lag", 600'000}}});
  for (int64_t i = 1; i <= 200; ++i) {
    std::vector<Row> rows = {{"a", "g", static_cast<double>(i)}};
    if (i % 2 == 0 || i > 150) rows.push_back({"b", "g", static_cast<double>(i)});
    Scrape(store, i * 15'000, rows);
  }
  const int64_t now = 3'000'000;
  const Answer rate = Ask(store, "rate(lag[5m]) * 15", now);
  CHECK(rate.text == "{group=\"g\", topic=\"a\"} 1.000000\n{group=\"g\", topic=\"b\"} 1.000000\n");
  CHECK(rate.warnings.empty());
  CHECK(Ask(store, "count_over_time(lag{topic=\"a\"}[10m])", now).text ==
        "{group=\"g\", topic=\"a\"} 40.000000\n");
  CHECK(Ask(store, "lag{topic=\"a\"} offset 5m", now).text ==
        "{__name__=\"lag\", group=\"g\", topic=\"a\"} 180.000000\n");
  CHECK(Ask(store, "rate(lag[1h])", now).warnings ==
        std::vector<std::string>{"history of lag is kept for 10m only, the query reaches 1h back"});
  CHECK(Ask(store, "rate(up[5m])", now).warnings ==
        std::vector<std::string>{"no history is kept of up: only its newest values are seen"});
  CHECK(Ask(store, "up", now).warnings.empty());
  // A series that has ended goes with its history, and gives its memory back.
  for (int64_t i = 201; i <= 260; ++i)
    Scrape(store, i * 15'000, {});
  CHECK(Ask(store, "count_over_time(lag[1h])", 3'900'000).text.empty());
  CHECK(store.numbers().history_bytes == 0);
}

const Labels kRecorded({std::pair<std::string, std::string>("__name__", "recorded")});

TEST_CASE("a query is refused before more samples are made for it than it may hold") {
  Store store({.history = {{"lag", 600'000}, {"recorded", 600'000}}});
  for (int64_t i = 1; i <= 40; ++i) {
    Scrape(store, i * 15'000, {{"a", "g", 1}, {"b", "g", 2}});
    store.Append(kRecorded, {.time = i * 15'000, .value = 1});
  }

  struct Case {
    std::string query{};
    size_t most_held = 0;
    bool refused = false;
  };

  const Case cases[] = {
      {"lag", 2, false},
      {"lag", 1, true},
      {"sum(count_over_time(lag[10m]))", 80, false},
      {"sum(count_over_time(lag[10m]))", 79, true},
      {"sum(count_over_time(lag[10m])) + sum(count_over_time(lag[10m]))", 159, true},
      {"sum(count_over_time({__name__=~\"lag|recorded\"}[10m]))", 119, true},
      {"count_over_time(recorded[10m])", 40, false},
      {"count_over_time(recorded[10m])", 39, true},
      {"recorded[10m]", 80, false},  // the answer is a copy
      {"recorded[10m]", 79, true},
  };
  for (const Case& one : cases) {
    CAPTURE(one.query, one.most_held);
    const promql::Parsed parsed = promql::Parse(one.query);
    REQUIRE(parsed.expression != nullptr);
    const auto result =
        promql::InstantQuery(*parsed.expression, store, 600'000, {.most_held = one.most_held});
    CHECK(!result == one.refused);
    if (!result) CHECK(result.error().reason() == Reason::kRefused);
  }
  Selected selected = store.Select({.after = 0, .until = 600'000, .most = 10}).value();
  CHECK(selected.made > 10);
  CHECK(selected.made < 60);  // cut short at the first series after the limit
}

TEST_CASE("what was recorded last before its history began belongs to it") {
  Store store({});
  store.Append(kRecorded, {.time = 15'000, .value = 1});
  store.SetHistory({{"recorded", 600'000}});
  store.Append(kRecorded, {.time = 30'000, .value = 4});
  CHECK(Ask(store, "count_over_time(recorded[30s])", 30'000).text == "{} 2.000000\n");
}

TEST_CASE("the budget is kept by dropping what is oldest, which is counted and told") {
  constexpr size_t kBudget = 10'000;
  Store store({.history = {{"lag", 86'400'000}}, .budget = kBudget});
  for (int64_t i = 1; i <= 2000; ++i) {
    std::vector<Row> rows;
    rows.reserve(5);
    for (int64_t topic = 0; topic < 5; ++topic)
      rows.push_back({std::to_string(topic), "g", static_cast<double>(i * topic * 7919 % 10'007)});
    Scrape(store, i * 15'000, rows);
    REQUIRE(store.numbers().history_bytes <= kBudget);
  }
  CHECK(store.numbers().dropped_samples > 0);
  const Answer counted = Ask(store, "min(count_over_time(lag[8h]))", 30'000'000);
  REQUIRE(counted.warnings.size() == 1);
  CHECK(counted.warnings[0].find("may lack its oldest part") != std::string::npos);
  CHECK(Ask(store, "min(count_over_time(lag[5m]))", 30'000'000).text == "{} 20.000000\n");
}

}  // namespace
}  // namespace klaxon::series
