#include <algorithm>
#include <cmath>

#include "agent/promql/functions.h"
#include "agent/promql/kahan.h"
#include "agent/promql/ordered_aggregations.h"

namespace klaxon::promql {
namespace {

std::optional<double> AvgOverTime(const Window& window) {
  KahanMean mean;
  for (const series::Sample& sample : window.samples)
    mean.Add(sample.value);
  return mean.Mean();
}

std::optional<double> SumOverTime(const Window& window) {
  KahanSum sum;
  for (const series::Sample& sample : window.samples)
    sum.Add(sample.value);
  return sum.Total();
}

/// NaN only when all are.
std::optional<double> MinOverTime(const Window& window) {
  double best = window.samples.front().value;
  for (const series::Sample& sample : window.samples) {
    if (sample.value < best || std::isnan(best)) best = sample.value;
  }
  return best;
}

std::optional<double> MaxOverTime(const Window& window) {
  double best = window.samples.front().value;
  for (const series::Sample& sample : window.samples) {
    if (sample.value > best || std::isnan(best)) best = sample.value;
  }
  return best;
}

std::optional<double> CountOverTime(const Window& window) {
  return static_cast<double>(window.samples.size());
}

std::optional<double> LastOverTime(const Window& window) {
  return window.samples.back().value;
}

std::optional<double> PresentOverTime(const Window& /*window*/) {
  return 1;
}

std::optional<double> QuantileOverTime(const Window& window) {
  std::vector<double> values;
  values.reserve(window.samples.size());
  for (const series::Sample& sample : window.samples)
    values.push_back(sample.value);
  return Quantile(window.parameter, std::move(values));
}

std::optional<double> StdvarOverTime(const Window& window) {
  double count = 0;
  KahanSum mean;
  KahanSum squares;
  for (const series::Sample& sample : window.samples) {
    ++count;
    const double delta = sample.value - mean.Total();
    mean.Add(delta / count);
    squares.Add(delta * (sample.value - mean.Total()));
  }
  return squares.Total() / count;
}

std::optional<double> StddevOverTime(const Window& window) {
  return std::sqrt(*StdvarOverTime(window));
}

constexpr Implemented kOverTime[] = {
    {"avg_over_time", WindowFunction(AvgOverTime)},
    {"count_over_time", WindowFunction(CountOverTime)},
    {"last_over_time", WindowFunction(LastOverTime)},
    {"max_over_time", WindowFunction(MaxOverTime)},
    {"min_over_time", WindowFunction(MinOverTime)},
    {"present_over_time", WindowFunction(PresentOverTime)},
    {"quantile_over_time", WindowFunction(QuantileOverTime)},
    {"stddev_over_time", WindowFunction(StddevOverTime)},
    {"stdvar_over_time", WindowFunction(StdvarOverTime)},
    {"sum_over_time", WindowFunction(SumOverTime)},
};

}  // namespace

std::span<const Implemented> OverTimeFunctions() {
  return kOverTime;
}

}  // namespace klaxon::promql
