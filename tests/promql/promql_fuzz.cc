// Any text as an expression over a few series: a mistake with its place, or an answer within the
// query's limits in which no series stands twice. A text after '|' is a series in test notation.

#include <cstdint>
#include <cstdlib>
#include <set>
#include <string_view>

#include "agent/promql/parser.h"
#include "agent/promql/query.h"
#include "agent/promql/series_notation.h"
#include "agent/series/memory_store.h"

namespace {

using namespace klaxon;  // NOLINT(google-build-using-namespace): a program of its own

void Require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

const series::MemoryStore& Store() {
  static series::MemoryStore store;
  static const bool filled = [] {
    for (const std::string_view line :
         {"m 0+1x50", "m{a=\"x\"} 5 4 stale 3 NaN 2 Inf -Inf 1 _ _ 7", "m{a=\"y\",b=\"z\"} 1 2 3",
          "n{a=\"x\"} 1x50", "n{a=\"y\"} 1e300x50", "c_total{a=\"x\"} 0+10x20 0+5x20",
          "h_bucket{le=\"1\"} 0+1x50", "h_bucket{le=\"2\"} 0+3x50",
          "h_bucket{le=\"+Inf\"} 0+2x50"}) {
      const auto series = promql::ParseSeriesNotation(line);
      for (size_t i = 0; i < series->values.size(); ++i) {
        if (!series->values[i]) continue;
        store.Append(series->labels,
                     {.time = static_cast<int64_t>(i) * 60'000, .value = *series->values[i]});
      }
    }
    return true;
  }();
  Require(filled);
  return store;
}

void CheckUnique(const promql::QueryResult& result) {
  std::set<series::Labels> seen;
  for (const promql::VectorSample& sample : result.vector)
    Require(seen.insert(*sample.labels).second);
  for (const promql::RangeSeries& one : result.matrix)
    Require(!one.samples.empty());
}

void Evaluate(const promql::Expr& expr) {
  const promql::QueryOptions options{.most_samples = 20'000, .most_held = 20'000};
  const auto instant = promql::InstantQuery(expr, Store(), 1'830'000, options);
  if (instant) CheckUnique(*instant);
  const auto range = promql::RangeQuery(
      expr, Store(), {.start = 600'000, .end = 1'200'000, .step = 150'000}, options);
  if (range) CheckUnique(*range);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): bytes as text
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (text.starts_with('|')) {
    const auto series = promql::ParseSeriesNotation(text.substr(1));
    if (series) Require(series->values.size() <= 1'000'000);
    return 0;
  }
  const promql::Parsed parsed = promql::Parse(text);
  Require((parsed.expression == nullptr) == parsed.mistake.has_value());
  if (parsed.mistake) {
    Require(parsed.mistake->line > 0 && parsed.mistake->column > 0);
    Require(parsed.mistake->offset <= size && !parsed.mistake->message.empty());
    return 0;
  }
  Require(parsed.expression->depth <= promql::kDeepest);
  Evaluate(*parsed.expression);
  return 0;
}
