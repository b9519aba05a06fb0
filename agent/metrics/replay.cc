#include <algorithm>
#include <string>
#include <vector>

#include <prometheus/registry.h>

#include "agent/metrics/own.h"

namespace klaxon::metrics {
namespace {

using Labels = std::vector<prometheus::ClientMetric::Label>;

/// Every label name in use in the family: the metrics of one may differ.
std::vector<std::string_view> NamesOf(const prometheus::MetricFamily& family) {
  std::vector<std::string_view> names;
  for (const prometheus::ClientMetric& metric : family.metric) {
    for (const prometheus::ClientMetric::Label& label : metric.label) {
      if (std::ranges::find(names, label.name) == names.end()) {
        names.push_back(label.name);
      }
    }
  }
  return names;
}

/// A label that is not there is the same as an empty one.
std::vector<std::string_view> ValuesOf(const Labels& labels,
                                       const std::vector<std::string_view>& names) {
  std::vector<std::string_view> values(names.size());
  for (const prometheus::ClientMetric::Label& label : labels) {
    values[static_cast<size_t>(std::ranges::find(names, label.name) - names.begin())] = label.value;
  }
  return values;
}

}  // namespace

void Replay(const prometheus::Registry& registry, MetricWriter& writer) {
  std::vector<prometheus::MetricFamily> families = registry.Collect();
  std::ranges::sort(families, {}, &prometheus::MetricFamily::name);
  for (const prometheus::MetricFamily& family : families) {
    const bool counter = family.type == prometheus::MetricType::Counter;
    if (!counter && family.type != prometheus::MetricType::Gauge) {
      continue;
    }
    const std::vector<std::string_view> names = NamesOf(family);
    writer.BeginFamily({.name = family.name,
                        .help = family.help,
                        .type = counter ? MetricType::kCounter : MetricType::kGauge,
                        .unit = {},
                        .labels = names,
                        .source = {}});
    for (const prometheus::ClientMetric& metric : family.metric) {
      writer.Sample(ValuesOf(metric.label, names),
                    counter ? metric.counter.value : metric.gauge.value);
    }
  }
}

}  // namespace klaxon::metrics
