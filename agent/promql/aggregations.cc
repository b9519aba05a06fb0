#include "agent/promql/aggregations.h"

#include <cmath>
#include <cstdlib>
#include <limits>
#include <memory>

#include "agent/promql/groups.h"
#include "agent/promql/kahan.h"
#include "agent/promql/ordered_aggregations.h"

namespace klaxon::promql {
namespace {

/// What a group has come to so far.
struct Running {
  series::LabelsRef labels{};
  bool drop_name = false;
  double count = 0;
  double value = 0;  ///< of min and max
  KahanSum sum{};
  KahanMean mean{};
  double welford_mean = 0;
  double welford_squares = 0;
};

/// Welford's way to a variance. The first infinite value spoils it, as in Prometheus.
void AddToVariance(Running& group, double value) {
  if (group.count == 1) {
    group.welford_mean = value;
    group.welford_squares = std::isfinite(value) ? 0 : std::numeric_limits<double>::quiet_NaN();
    return;
  }
  const double delta = value - group.welford_mean;
  group.welford_mean += delta / group.count;
  group.welford_squares += delta * (value - group.welford_mean);
}

void AddTo(Running& group, Aggregator op, double value) {
  ++group.count;
  const bool first = group.count == 1;
  switch (op) {
    case Aggregator::kSum:
      return group.sum.Add(value);
    case Aggregator::kAvg:
      return group.mean.Add(value);
    case Aggregator::kMin:
      if (first || value < group.value || std::isnan(group.value)) group.value = value;
      return;
    case Aggregator::kMax:
      if (first || value > group.value || std::isnan(group.value)) group.value = value;
      return;
    case Aggregator::kStddev:
    case Aggregator::kStdvar:
      return AddToVariance(group, value);
    case Aggregator::kCount:
    case Aggregator::kGroup:
    case Aggregator::kTopk:
    case Aggregator::kBottomk:
    case Aggregator::kQuantile:
    case Aggregator::kCountValues:
      return;
  }
  std::abort();
}

double ResultOf(const Running& group, Aggregator op) {
  switch (op) {
    case Aggregator::kSum:
      return group.sum.Total();
    case Aggregator::kAvg:
      return group.mean.Mean();
    case Aggregator::kMin:
    case Aggregator::kMax:
      return group.value;
    case Aggregator::kCount:
      return group.count;
    case Aggregator::kGroup:
      return 1;
    case Aggregator::kStddev:
      return std::sqrt(group.welford_squares / group.count);
    case Aggregator::kStdvar:
      return group.welford_squares / group.count;
    case Aggregator::kTopk:
    case Aggregator::kBottomk:
    case Aggregator::kQuantile:
    case Aggregator::kCountValues:
      break;  // ordered_aggregations.h
  }
  std::abort();
}

Vector Folded(const Aggregate& aggregate, const Vector& operand) {
  Groups groups(GroupingOf(aggregate));
  std::vector<Running> running;
  for (const VectorSample& sample : operand) {
    const auto [number, is_new] = groups.Find(*sample.labels);
    if (is_new) {
      running.push_back(
          {.labels = std::make_shared<const series::Labels>(groups.LabelsOf(*sample.labels))});
    }
    running[number].drop_name |= sample.drop_name;
    AddTo(running[number], aggregate.op, sample.value);
  }
  Vector result;
  result.reserve(running.size());
  for (const Running& group : running) {
    result.push_back({.labels = group.labels,
                      .value = ResultOf(group, aggregate.op),
                      .drop_name = group.drop_name});
  }
  return result;
}

}  // namespace

Result<Vector> ApplyAggregate(const AggregateFrame& frame, Vector operand) {
  switch (frame.aggregate.op) {
    case Aggregator::kTopk:
    case Aggregator::kBottomk:
      return TopOf(frame, std::move(operand));
    case Aggregator::kQuantile:
      return QuantileOf(frame, operand);
    case Aggregator::kCountValues:
      return CountValues(frame, operand);
    default:
      return Folded(frame.aggregate, operand);
  }
}

}  // namespace klaxon::promql
