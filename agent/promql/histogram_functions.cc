#include <cstdlib>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "agent/promql/buckets.h"
#include "agent/promql/functions.h"
#include "agent/promql/groups.h"
#include "agent/promql/numbers.h"
#include "agent/promql/ordered_aggregations.h"

namespace klaxon::promql {
namespace {

constexpr std::string_view kBound = "le";

struct Histogram {
  series::LabelsRef labels{};  ///< without the bound
  std::vector<Bucket> buckets{};
};

std::optional<double> BoundOf(std::string_view text) {
  const std::string_view digits =
      text.starts_with('+') || text.starts_with('-') ? text.substr(1) : text;
  const bool infinite = digits == "Inf" || digits == "inf" || digits == "INF";
  if (!infinite && (digits.empty() || NumberLength(digits) != digits.size())) return std::nullopt;
  return ParseNumber(infinite ? std::string(text[0] == '-' ? "-inf" : "inf") : std::string(text));
}

/// The series of a vector put together to histograms; those without a bound are told of.
std::vector<Histogram> HistogramsOf(const Vector& vector, const Expr& at,
                                    Annotations& annotations) {
  Groups groups(series::LabelFilter::Without({std::string(kBound)}));
  std::vector<Histogram> histograms;
  for (const VectorSample& sample : vector) {
    const std::string_view text = sample.labels->Get(kBound);
    const std::optional<double> bound = BoundOf(text);
    if (!bound) {
      annotations.Warn(at, fmt::format("bucket label \"le\" is missing or has a malformed value of "
                                       "\"{}\" for metric name \"{}\"",
                                       text, sample.labels->metric_name()));
      continue;
    }
    const auto [number, is_new] = groups.Find(*sample.labels);
    if (is_new) {
      histograms.push_back(
          {.labels = std::make_shared<const series::Labels>(groups.LabelsOf(*sample.labels))});
    }
    histograms[number].buckets.push_back({.upper = *bound, .count = sample.value});
  }
  return histograms;
}

Result<Value> HistogramQuantile(CallFrame& frame) {
  const double q = std::get<double>(frame.arguments[0]);
  const Expr& vector_at = *frame.call.arguments[1];
  CheckQuantile(q, *frame.call.arguments[0], frame.annotations);
  Vector result;
  for (Histogram& histogram :
       HistogramsOf(std::get<Vector>(frame.arguments[1]), vector_at, frame.annotations)) {
    const BucketQuantileResult found = BucketQuantile(q, std::move(histogram.buckets));
    if (found.forced_monotonic) {
      frame.annotations.Inform(
          vector_at,
          fmt::format("input to histogram_quantile needed to be fixed for monotonicity (see "
                      "https://prometheus.io/docs/prometheus/latest/querying/functions/"
                      "#histogram_quantile) for metric name \"{}\"",
                      histogram.labels->metric_name()));
    }
    result.push_back({.labels = histogram.labels, .value = found.value, .drop_name = true});
  }
  return Value(std::move(result));
}

Result<Value> HistogramFraction(CallFrame& frame) {
  const double lower = std::get<double>(frame.arguments[0]);
  const double upper = std::get<double>(frame.arguments[1]);
  Vector result;
  for (Histogram& histogram : HistogramsOf(std::get<Vector>(frame.arguments[2]),
                                           *frame.call.arguments[2], frame.annotations)) {
    result.push_back({.labels = histogram.labels,
                      .value = BucketFraction(lower, upper, std::move(histogram.buckets)),
                      .drop_name = true});
  }
  return Value(std::move(result));
}

constexpr Implemented kHistograms[] = {
    {"histogram_fraction", FrameFunction(HistogramFraction)},
    {"histogram_quantile", FrameFunction(HistogramQuantile)},
};

}  // namespace

std::span<const Implemented> HistogramFunctions() {
  return kHistograms;
}

}  // namespace klaxon::promql
