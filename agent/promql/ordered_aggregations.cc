#include "agent/promql/ordered_aggregations.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include <fmt/format.h>

#include "agent/promql/groups.h"
#include "agent/promql/numbers.h"
#include "agent/promql/quoted.h"

namespace klaxon::promql {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();
constexpr double kNoNumber = std::numeric_limits<double>::quiet_NaN();

/// Smaller first, NaN first of all.
bool NanFirst(double left, double right) {
  return std::isnan(left) ? !std::isnan(right) : left < right;
}

std::vector<Vector> SplitByGroup(const Aggregate& aggregate, Vector&& operand) {
  Groups groups(GroupingOf(aggregate));
  std::vector<Vector> split;
  for (VectorSample& sample : operand) {
    const auto [number, is_new] = groups.Find(*sample.labels);
    if (is_new) split.emplace_back();
    split[number].push_back(std::move(sample));
  }
  return split;
}

}  // namespace

Result<Vector> TopOf(const AggregateFrame& frame, Vector operand) {
  const double wanted = std::get<double>(frame.parameter);
  if (std::isnan(wanted)) return Error(Reason::kInvalid, "Parameter value is NaN");
  if (wanted < 1) return Vector{};
  const bool top = frame.aggregate.op == Aggregator::kTopk;
  const auto better = [top](const VectorSample& left, const VectorSample& right) {
    if (std::isnan(left.value) || std::isnan(right.value))
      return !std::isnan(left.value) && std::isnan(right.value);
    return top ? left.value > right.value : left.value < right.value;
  };
  Vector result;
  std::vector<Vector> groups = SplitByGroup(frame.aggregate, std::move(operand));
  for (Vector& group : groups) {
    const size_t count =
        wanted < static_cast<double>(group.size()) ? static_cast<size_t>(wanted) : group.size();
    const auto end = group.begin() + static_cast<std::ptrdiff_t>(count);
    std::ranges::partial_sort(group, end, better);
    result.insert(result.end(), std::make_move_iterator(group.begin()),
                  std::make_move_iterator(end));
  }
  return result;
}

double Quantile(double q, std::vector<double> values) {
  if (values.empty() || std::isnan(q)) return kNoNumber;
  if (q < 0) return -kInfinite;
  if (q > 1) return kInfinite;
  std::ranges::sort(values, NanFirst);
  const double last = static_cast<double>(values.size() - 1);
  const double rank = q * last;
  const double lower = std::floor(rank);
  const double upper = std::min(last, lower + 1);
  const double weight = rank - lower;
  return values[static_cast<size_t>(lower)] * (1 - weight) +
         values[static_cast<size_t>(upper)] * weight;
}

void CheckQuantile(double q, const Expr& at, Annotations& annotations) {
  if (q >= 0 && q <= 1) return;
  annotations.Warn(at,
                   fmt::format("quantile value should be between 0 and 1, got {}", FormatPlain(q)));
}

Result<Vector> QuantileOf(const AggregateFrame& frame, const Vector& operand) {
  const double q = std::get<double>(frame.parameter);
  CheckQuantile(q, *frame.aggregate.parameter, frame.annotations);
  Groups groups(GroupingOf(frame.aggregate));
  Vector result;
  std::vector<std::vector<double>> values;
  for (const VectorSample& sample : operand) {
    const auto [number, is_new] = groups.Find(*sample.labels);
    if (is_new) {
      values.emplace_back();
      result.push_back(
          {.labels = std::make_shared<const series::Labels>(groups.LabelsOf(*sample.labels))});
    }
    result[number].drop_name |= sample.drop_name;
    values[number].push_back(sample.value);
  }
  for (size_t i = 0; i < result.size(); ++i)
    result[i].value = Quantile(q, std::move(values[i]));
  return result;
}

Result<Vector> CountValues(const AggregateFrame& frame, const Vector& operand) {
  const auto& label = std::get<std::string>(frame.parameter);
  if (label.empty() || !IsUtf8(label)) {
    return Error(Reason::kInvalid, fmt::format("invalid label name \"{}\"", label));
  }
  // `without` loses the label of the value, too, if it names it; `by` keeps it.
  Aggregate aggregate{.without = frame.aggregate.without, .labels = frame.aggregate.labels};
  if (!aggregate.without) aggregate.labels.push_back(label);
  const series::LabelFilter grouping = GroupingOf(aggregate);
  Groups groups(series::LabelFilter::Without({}));
  Vector result;
  for (const VectorSample& sample : operand) {
    series::LabelsBuilder builder(*sample.labels);
    builder.Set(label, FormatPlain(sample.value));
    const series::Labels labels = grouping.Apply(builder.Build());
    const auto [number, is_new] = groups.Find(labels);
    if (is_new) {
      result.push_back({.labels = std::make_shared<const series::Labels>(labels)});
    }
    result[number].drop_name |= sample.drop_name;
    result[number].value += 1;
  }
  return result;
}

}  // namespace klaxon::promql
