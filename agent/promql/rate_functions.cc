#include <algorithm>
#include <cmath>
#include <limits>

#include "agent/promql/functions.h"
#include "agent/promql/kahan.h"

namespace klaxon::promql {
namespace {

struct Growth {
  bool counter = false;     ///< falls are restarts from 0
  bool per_second = false;  ///< else over the whole window
};

double SecondsBetween(int64_t from, int64_t to) {
  return static_cast<double>(to - from) / 1000;
}

double Difference(std::span<const series::Sample> samples, bool counter) {
  double difference = samples.back().value - samples.front().value;
  if (!counter) return difference;
  double before = samples.front().value;
  for (const series::Sample& sample : samples) {
    if (sample.value < before) difference += before;
    before = sample.value;
  }
  return difference;
}

/// The difference between the first and the last sample, stretched to the window's edges as
/// Prometheus does (extrapolatedRate): all the way when the series seems to go on there, that is
/// when the edge is nearer than 1.1 distances between samples, else half a distance. A counter is
/// not stretched to before it was 0.
template <Growth kGrowth>
std::optional<double> Extrapolated(const Window& window) {
  const auto& samples = window.samples;
  if (samples.size() < 2) return std::nullopt;
  const double difference = Difference(samples, kGrowth.counter);
  const double sampled = SecondsBetween(samples.front().time, samples.back().time);
  const double distance = sampled / static_cast<double>(samples.size() - 1);
  double to_start = SecondsBetween(window.start, samples.front().time);
  double to_end = SecondsBetween(samples.back().time, window.end);
  if (to_start >= distance * 1.1) to_start = distance / 2;
  if (kGrowth.counter && difference > 0 && samples.front().value >= 0) {
    to_start = std::min(to_start, sampled * (samples.front().value / difference));
  }
  if (to_end >= distance * 1.1) to_end = distance / 2;
  double factor = (sampled + to_start + to_end) / sampled;
  if (kGrowth.per_second) factor /= SecondsBetween(window.start, window.end);
  return difference * factor;
}

/// From the last two samples only.
template <Growth kGrowth>
std::optional<double> FromLastTwo(const Window& window) {
  if (window.samples.size() < 2) return std::nullopt;
  const series::Sample& last = window.samples.back();
  const series::Sample& before = window.samples[window.samples.size() - 2];
  const bool restarted = kGrowth.counter && last.value < before.value;
  const double difference = restarted ? last.value : last.value - before.value;
  return kGrowth.per_second ? difference / SecondsBetween(before.time, last.time) : difference;
}

struct Line {
  double slope = 0;
  double at_origin = 0;
};

/// The line of least squares; x in seconds from `origin`.
Line Regression(std::span<const series::Sample> samples, int64_t origin) {
  KahanSum x;
  KahanSum y;
  KahanSum xy;
  KahanSum xx;
  bool constant = true;
  for (const series::Sample& sample : samples) {
    const double seconds = SecondsBetween(origin, sample.time);
    constant = constant && sample.value == samples.front().value;
    x.Add(seconds);
    y.Add(sample.value);
    xy.Add(seconds * sample.value);
    xx.Add(seconds * seconds);
  }
  if (constant) {
    constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
    const double level = samples.front().value;
    return std::isinf(level) ? Line{kNan, kNan} : Line{0, level};
  }
  const auto count = static_cast<double>(samples.size());
  const double covariance = xy.Total() - x.Total() * y.Total() / count;
  const double variance = xx.Total() - x.Total() * x.Total() / count;
  const double slope = covariance / variance;
  return {.slope = slope, .at_origin = y.Total() / count - slope * x.Total() / count};
}

std::optional<double> Derivative(const Window& window) {
  if (window.samples.size() < 2) return std::nullopt;
  return Regression(window.samples, window.samples.front().time).slope;
}

std::optional<double> PredictLinear(const Window& window) {
  if (window.samples.size() < 2) return std::nullopt;
  const Line line = Regression(window.samples, window.now);
  return line.slope * window.parameter + line.at_origin;
}

std::optional<double> Changes(const Window& window) {
  double changes = 0;
  double before = window.samples.front().value;
  for (const series::Sample& sample : window.samples) {
    const bool same = sample.value == before || (std::isnan(sample.value) && std::isnan(before));
    if (!same) ++changes;
    before = sample.value;
  }
  return changes;
}

std::optional<double> Resets(const Window& window) {
  double resets = 0;
  double before = window.samples.front().value;
  for (const series::Sample& sample : window.samples) {
    if (sample.value < before) ++resets;
    before = sample.value;
  }
  return resets;
}

constexpr Growth kCounter{.counter = true, .per_second = false};
constexpr Growth kCounterRate{.counter = true, .per_second = true};
constexpr Growth kGauge{};

constexpr Implemented kRates[] = {
    {"changes", WindowFunction(Changes)},
    {"delta", WindowFunction(Extrapolated<kGauge>)},
    {"deriv", WindowFunction(Derivative)},
    {"idelta", WindowFunction(FromLastTwo<kGauge>)},
    {"increase", WindowFunction(Extrapolated<kCounter>)},
    {"irate", WindowFunction(FromLastTwo<kCounterRate>)},
    {"predict_linear", WindowFunction(PredictLinear)},
    {"rate", WindowFunction(Extrapolated<kCounterRate>)},
    {"resets", WindowFunction(Resets)},
};

}  // namespace

std::span<const Implemented> RateFunctions() {
  return kRates;
}

}  // namespace klaxon::promql
