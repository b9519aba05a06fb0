#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include "agent/metrics/own.h"

namespace klaxon::metrics {
namespace {

/// Keeps samples with their labels sorted: a registry has no order of its own.
class SortingWriter final : public MetricWriter {
 public:
  void BeginFamily(const MetricInfo& info) override { info_ = info; }

  void Sample(LabelValues values, double value) override {
    REQUIRE(values.size() == info_.labels.size());
    std::map<std::string, std::string> labels;
    for (size_t i = 0; i < values.size(); ++i) {
      labels.emplace(info_.labels[i], values[i]);
    }
    std::string series(info_.name);
    for (const auto& [name, text] : labels) {
      series.append(" ").append(name).append("=").append(text);
    }
    series += info_.type == MetricType::kCounter ? " (counter)" : " (gauge)";
    samples[series] = value;
  }

  void Unknown(LabelValues /*first_values*/, const AnswerRef& /*answer*/) override {}

  std::map<std::string, double> samples{};

 private:
  MetricInfo info_{};
};

TEST_CASE("a registry's counters and gauges are replayed with their labels", "[metrics]") {
  prometheus::Registry registry;
  auto& reloads =
      prometheus::BuildCounter().Name("klaxon_reloads_total").Help("x").Register(registry);
  reloads.Add({{"result", "ok"}}).Increment(3);
  reloads.Add({{"result", "failed"}, {"why", "syntax"}}).Increment();
  prometheus::BuildGauge().Name("klaxon_clients").Help("x").Register(registry).Add({}).Set(2.5);
  prometheus::BuildHistogram()
      .Name("klaxon_seconds")
      .Help("x")
      .Register(registry)
      .Add({}, prometheus::Histogram::BucketBoundaries{1.0})
      .Observe(1);

  SortingWriter out;
  Replay(registry, out);

  CHECK(out.samples == std::map<std::string, double>{
                           {"klaxon_clients (gauge)", 2.5},
                           {"klaxon_reloads_total result=failed why=syntax (counter)", 1},
                           {"klaxon_reloads_total result=ok why= (counter)", 3}});
}

}  // namespace
}  // namespace klaxon::metrics
