#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "agent/promql/functions.h"

namespace klaxon::promql {
namespace {

constexpr double kNotANumber = std::numeric_limits<double>::quiet_NaN();

double ScalarAt(const CallFrame& frame, size_t index) {
  return std::get<double>(frame.arguments[index]);
}

/// Go's math.Min and math.Max: NaN when one of them is.
double NanOrMin(double left, double right) {
  return std::isnan(left) || std::isnan(right) ? kNotANumber : std::min(left, right);
}

double NanOrMax(double left, double right) {
  return std::isnan(left) || std::isnan(right) ? kNotANumber : std::max(left, right);
}

Value Clamped(CallFrame& frame, double lowest, double highest) {
  Vector result = std::get<Vector>(std::move(frame.arguments[0]));
  for (VectorSample& sample : result) {
    sample.value = NanOrMax(lowest, NanOrMin(highest, sample.value));
    sample.drop_name = true;
  }
  return result;
}

Result<Value> Clamp(CallFrame& frame) {
  if (ScalarAt(frame, 2) < ScalarAt(frame, 1)) return Value(Vector{});
  return Clamped(frame, ScalarAt(frame, 1), ScalarAt(frame, 2));
}

Result<Value> ClampMax(CallFrame& frame) {
  return Clamped(frame, -std::numeric_limits<double>::infinity(), ScalarAt(frame, 1));
}

Result<Value> ClampMin(CallFrame& frame) {
  return Clamped(frame, ScalarAt(frame, 1), std::numeric_limits<double>::infinity());
}

Result<Value> Round(CallFrame& frame) {
  // By the inverse, because 1/0.1 is exact where 0.1 is not.
  const double inverse = 1 / (frame.arguments.size() > 1 ? ScalarAt(frame, 1) : 1);
  Vector result = std::get<Vector>(std::move(frame.arguments[0]));
  for (VectorSample& sample : result) {
    sample.value = std::floor(sample.value * inverse + 0.5) / inverse;
    sample.drop_name = true;
  }
  return Value(std::move(result));
}

/// In an order, NaN last either way.
Value Sorted(CallFrame& frame, bool ascending) {
  Vector result = std::get<Vector>(std::move(frame.arguments[0]));
  std::ranges::sort(result, [ascending](const VectorSample& left, const VectorSample& right) {
    if (std::isnan(left.value)) return false;
    if (std::isnan(right.value)) return true;
    return ascending ? left.value < right.value : left.value > right.value;
  });
  return result;
}

Result<Value> Sort(CallFrame& frame) {
  return Sorted(frame, true);
}

Result<Value> SortDescending(CallFrame& frame) {
  return Sorted(frame, false);
}

Result<Value> ScalarOf(CallFrame& frame) {
  const auto& vector = std::get<Vector>(frame.arguments[0]);
  return Value(vector.size() == 1 ? vector[0].value : kNotANumber);
}

Result<Value> VectorOf(CallFrame& frame) {
  return Value(Vector{{.value = ScalarAt(frame, 0)}});
}

Result<Value> Time(CallFrame& frame) {
  return Value(static_cast<double>(frame.time) / 1000);
}

Result<Value> Pi(CallFrame& /*frame*/) {
  return Value(std::numbers::pi);
}

constexpr Implemented kVectors[] = {
    {"clamp", FrameFunction(Clamp)},        {"clamp_max", FrameFunction(ClampMax)},
    {"clamp_min", FrameFunction(ClampMin)}, {"pi", FrameFunction(Pi)},
    {"round", FrameFunction(Round)},        {"scalar", FrameFunction(ScalarOf)},
    {"sort", FrameFunction(Sort)},          {"sort_desc", FrameFunction(SortDescending)},
    {"time", FrameFunction(Time)},          {"vector", FrameFunction(VectorOf)},
};

}  // namespace

std::span<const Implemented> VectorFunctions() {
  return kVectors;
}

}  // namespace klaxon::promql
