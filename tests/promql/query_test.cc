#include "agent/promql/query.h"

#include <cmath>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "agent/promql/function_table.h"
#include "agent/promql/functions.h"
#include "agent/promql/parser.h"
#include "agent/promql/series_notation.h"
#include "agent/series/memory_store.h"

namespace klaxon::promql {
namespace {

/// One sample a minute from time 0 on.
void Fill(series::MemoryStore& store, const std::vector<std::string>& lines) {
  for (const std::string& line : lines) {
    const auto series = ParseSeriesNotation(line);
    REQUIRE(series);
    for (size_t i = 0; i < series->values.size(); ++i) {
      if (!series->values[i]) continue;
      store.Append(series->labels,
                   {.time = static_cast<int64_t>(i) * 60'000, .value = *series->values[i]});
    }
  }
}

std::string Shown(const QueryResult& result) {
  std::string text;
  for (const VectorSample& sample : result.vector)
    text += ToString(*sample.labels) + " " + std::to_string(sample.value) + "\n";
  return text;
}

/// The vector that a query gives ten minutes after the first sample, or its error.
std::string Ask(const series::MemoryStore& store, const std::string& text,
                const QueryOptions& options = {}) {
  const Parsed parsed = Parse(text);
  if (parsed.mistake) return ToString(*parsed.mistake);
  const auto result = InstantQuery(*parsed.expression, store, 600'000, options);
  return result ? Shown(*result)
                : std::string(Name(result.error().reason())) + ": " + result.error().message();
}

TEST_CASE("selectors look where offset and @ say") {
  series::MemoryStore store;
  Fill(store, {"m 0+1x30"});

  struct Case {
    std::string text{};
    double value = 0;
  };

  const Case cases[] = {
      {"m", 10},
      {"m offset 2m", 8},
      {"m offset -2m", 12},
      {"m @ 300", 5},
      {"m @ 300 offset 1m", 4},
      {"m offset 1m @ 300", 4},
      {"m @ start()", 10},
      {"sum_over_time(m[3m])", 27},
      {"sum_over_time(m[3m] offset 1m)", 24},
      {"sum_over_time(m[3m] @ 300)", 12},
      {"sum_over_time(m[3m:30s])", 7 + 8 + 8 + 9 + 9 + 10},
      {"max_over_time(sum_over_time(m[2m])[5m:1m] offset 1m)", 17},
      {"sum_over_time((m @ 300)[3m:1m])", 15},
      {"rate(m[5m]) * 60", 1},
      {"increase(m[5m] offset 2m)", 5},
  };
  for (const Case& one : cases) {
    INFO(one.text);
    const Parsed parsed = Parse(one.text);
    REQUIRE(parsed.expression != nullptr);
    const auto result = InstantQuery(*parsed.expression, store, 600'000);
    REQUIRE(result);
    REQUIRE(result->vector.size() == 1);
    CHECK(std::abs(result->vector[0].value - one.value) < 1e-9);
  }
}

TEST_CASE("the metric's name goes at the end of a query") {
  series::MemoryStore store;
  Fill(store, {"a{x=\"1\"} 1x20", "b{x=\"1\"} 2x20"});
  const std::string same = "invalid: vector cannot contain metrics with the same labelset";
  CHECK(Ask(store, "-a") == "{x=\"1\"} -1.000000\n");
  CHECK(Ask(store, "-{x=\"1\"}") == same);
  CHECK(Ask(store, "sum by (__name__) (-{x=\"1\"})") == same);
  CHECK(Ask(store, "sum by (__name__) (a)") == "{__name__=\"a\"} 1.000000\n");
  CHECK(Ask(store, "sum by (__name__) (a or label_replace(-a, \"y\", \"2\", \"\", \"\"))") ==
        "{} 0.000000\n");
  CHECK(Ask(store, "sum(-{x=\"1\"})") == "{} -3.000000\n");
  CHECK(Ask(store, "label_replace(-{x=\"1\"}, \"n\", \"$1\", \"__name__\", \"(.*)\")") ==
        "{n=\"a\", x=\"1\"} -1.000000\n{n=\"b\", x=\"1\"} -2.000000\n");
  CHECK(Ask(store, "label_replace(-a, \"__name__\", \"c\", \"\", \"\")") ==
        "{__name__=\"c\", x=\"1\"} -1.000000\n");
  CHECK(Ask(store, "a > 0") == "{__name__=\"a\", x=\"1\"} 1.000000\n");
  CHECK(Ask(store, "a > bool 0") == "{x=\"1\"} 1.000000\n");
  CHECK(Ask(store, "a < on (x) b") == "{x=\"1\"} 1.000000\n");
  CHECK(Ask(store, "last_over_time(a[5m])") == "{__name__=\"a\", x=\"1\"} 1.000000\n");
}

TEST_CASE("pairs match by labels, many to one only when asked") {
  series::MemoryStore store;
  Fill(store,
       {"many{g=\"1\",i=\"1\"} 1x20", "many{g=\"1\",i=\"2\"} 2x20", "many{g=\"2\"} 3x20",
        "one{g=\"1\",team=\"x\"} 10x20", "two{g=\"1\",k=\"1\"} 1x20", "two{g=\"1\",k=\"2\"} 1x20"});
  CHECK(Ask(store, "many * on (g) group_left (team) one") ==
        "{g=\"1\", i=\"1\", team=\"x\"} 10.000000\n{g=\"1\", i=\"2\", team=\"x\"} 20.000000\n");
  CHECK(Ask(store, "one - on (g) group_right () many") ==
        "{g=\"1\", i=\"1\"} 9.000000\n{g=\"1\", i=\"2\"} 8.000000\n");
  CHECK(Ask(store, "many * on (g) one") ==
        "invalid: multiple matches for labels: many-to-one matching must be explicit "
        "(group_left/group_right)");
  CHECK(Ask(store, "many * on (g) group_left () two").find("many-to-many matching not allowed") !=
        std::string::npos);
  CHECK(Ask(store, "one * ignoring (team, i) group_right (team) many") ==
        "{g=\"1\", i=\"1\", team=\"x\"} 10.000000\n{g=\"1\", i=\"2\", team=\"x\"} 20.000000\n");
  CHECK(Ask(store, "many and on (g) one") ==
        "{__name__=\"many\", g=\"1\", i=\"1\"} 1.000000\n"
        "{__name__=\"many\", g=\"1\", i=\"2\"} 2.000000\n");
  CHECK(Ask(store, "many unless on (g) one") == "{__name__=\"many\", g=\"2\"} 3.000000\n");
}

TEST_CASE("labels of interest match whatever other labels there are") {
  series::MemoryStore store;
  Fill(store, {"a{g=\"1\"} 1x20", "a{g=\"2\",h=\"1\"} 2x20", "a{b=\"9\",g=\"3\"} 3x20",
               "a{h=\"1\"} 4x20", "o{g=\"3\",z=\"1\"} 30x20", "o{h=\"1\"} 40x20",
               "o{g=\"2\",y=\"1\"} 20x20", "o{g=\"1\",h=\"1\"} 10x20"});
  CHECK(Ask(store, "a + on (g) o") ==
        "{g=\"1\"} 11.000000\n{g=\"2\"} 22.000000\n{g=\"3\"} 33.000000\n{} 44.000000\n");
  CHECK(Ask(store, "a + on (g, h) o") == "{g=\"3\"} 33.000000\n{h=\"1\"} 44.000000\n");
  CHECK(Ask(store, "a + ignoring (b, h, y, z) o") == Ask(store, "a + on (g) o"));
  CHECK(Ask(store, "sum by (h) (a)") == "{} 4.000000\n{h=\"1\"} 6.000000\n");
  CHECK(Ask(store, "sum without (g) ({__name__=~\"a|o\", b=\"\", y=\"\", z=\"\"})") ==
        "{} 1.000000\n{h=\"1\"} 56.000000\n");
}

TEST_CASE("what has nobody to be matched with is not wrong, whatever it repeats") {
  series::MemoryStore store;
  Fill(store, {"many{i=\"1\"} 1x20", "many{i=\"2\"} 2x20"});
  for (const std::string text :
       {"none - on () many", "many - on () none", "many * on () group_left () none",
        "none * on () group_left () many", "many == on () none"}) {
    CAPTURE(text);
    CHECK(Ask(store, text).empty());
  }
}

TEST_CASE("values are counted under a label that takes part in the grouping") {
  series::MemoryStore store;
  Fill(store, {"m{a=\"x\",b=\"1\"} 7x20", "m{a=\"y\",b=\"1\"} 7x20"});
  CHECK(Ask(store, "count_values(\"v\", m)") == "{v=\"7\"} 2.000000\n");
  CHECK(Ask(store, "count_values by (b) (\"v\", m)") == "{b=\"1\", v=\"7\"} 2.000000\n");
  CHECK(Ask(store, "count_values by (a) (\"a\", m)") == "{a=\"7\"} 2.000000\n");
  CHECK(Ask(store, "count_values without (a) (\"v\", m)") == "{b=\"1\", v=\"7\"} 2.000000\n");
  CHECK(Ask(store, "count_values without (a) (\"a\", m)") == "{b=\"1\"} 2.000000\n");
}

TEST_CASE("what many pairs give must differ") {
  series::MemoryStore store;
  Fill(store, {"a{g=\"1\"} 1x20", "b{g=\"1\"} 2x20", "one{g=\"1\",team=\"x\"} 10x20",
               "m{g=\"1\",team=\"1\"} 1x20", "m{g=\"1\",team=\"2\"} 20x20"});
  const std::string error =
      "invalid: multiple matches for labels: grouping labels must ensure unique matches";

  struct Case {
    std::string name{};
    std::string text{};
    std::string result{};
  };

  const Case cases[] = {
      {"a comparison keeps the names", "{__name__=~\"a|b\"} < on (g) group_left () one",
       "{__name__=\"a\", g=\"1\"} 1.000000\n{__name__=\"b\", g=\"1\"} 2.000000\n"},
      {"arithmetic loses them", "{__name__=~\"a|b\"} + on (g) group_left () one", error},
      {"the label that one gives is lost too", "m < on (g) group_left (team) one", error},
      {"also where the comparison keeps only one", "m > on (g) group_left (team) one", error},
      {"other labels are kept", "m < on (g) group_left () one",
       "{__name__=\"m\", g=\"1\", team=\"1\"} 1.000000\n"},
      {"names that are lost before",
       "({__name__=~\"a|b\"} + on (__name__, g) {__name__=~\"a|b\"}) "
       "< on (g) group_left () one",
       error},
  };
  for (const Case& one : cases) {
    INFO(one.name);
    CHECK(Ask(store, one.text) == one.result);
  }
}

TEST_CASE("a query ends where its limits are") {
  series::MemoryStore store;
  Fill(store, {"m 0+1x30"});
  CHECK(Ask(store, "sum_over_time(m[1h:1ms])", {.most_samples = 10'000})
            .starts_with("refused: the query touches more than 10000 samples"));
  CHECK(Ask(store, "sum_over_time(nothing[100y:1ms])", {.most_held = 50'000})
            .starts_with("refused: the query would hold more than 50000 samples"));
  CHECK(Ask(store, "sum_over_time(m[10m:10s])", {.most_held = 1281}).starts_with("{} "));
  size_t asked = 0;
  const QueryOptions impatient{.expired = [&asked] { return ++asked > 3; }};
  CHECK(Ask(store, "sum_over_time(nothing[100y:1ms])", impatient) ==
        "timeout: the query took too long");
  CHECK(asked == 4);
}

double ValueOf(const QueryResult& result, const series::Labels& labels) {
  for (const VectorSample& one : result.vector) {
    if (*one.labels == labels) return one.value;
  }
  return result.scalar;
}

TEST_CASE("a range query gives each step what an instant query gives") {
  series::MemoryStore store;
  Fill(store, {"m{a=\"1\"} 0+1x10 stale _x5 100+1x10", "m{a=\"2\"} 5 4 3 2 1 0+2x25"});
  for (const char* const text :
       {"m", "rate(m[5m])", "sum(m)", "m > 8", "max_over_time(m[3m:30s])", "m @ end()",
        "topk(1, m)", "m + on () group_left () sum(m)", "time()"}) {
    INFO(text);
    const Parsed parsed = Parse(text);
    REQUIRE(parsed.expression != nullptr);
    const QueryTimes times{.start = 0, .end = 1'500'000, .step = 45'000};
    const auto range = RangeQuery(*parsed.expression, store, times);
    REQUIRE(range);
    size_t values = 0;
    for (const RangeSeries& series : range->matrix) {
      values += series.samples.size();
      for (const series::Sample& sample : series.samples) {
        if (std::string(text) == "m @ end()") continue;  // the end differs
        const auto instant = InstantQuery(*parsed.expression, store, sample.time);
        REQUIRE(instant);
        CHECK(ValueOf(*instant, *series.labels) == sample.value);
      }
    }
    CHECK(values > 0);
  }
}

TEST_CASE("every function of the table does something") {
  for (const FunctionInfo& function : AllFunctions()) {
    const bool own = function.name == "absent" || function.name == "absent_over_time" ||
                     function.name == "timestamp";
    INFO(function.name);
    CHECK((FindImplementation(function.name).index() == 0) == own);
  }
}

}  // namespace
}  // namespace klaxon::promql
