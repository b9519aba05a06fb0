#include "agent/promql/function_table.h"

#include <algorithm>

namespace klaxon::promql {
namespace {

constexpr auto kS = ValueType::kScalar;
constexpr auto kV = ValueType::kVector;
constexpr auto kM = ValueType::kMatrix;
constexpr auto kT = ValueType::kString;

constexpr ValueType kScalarOnly[] = {kS};
constexpr ValueType kVectorOnly[] = {kV};
constexpr ValueType kMatrixOnly[] = {kM};
constexpr ValueType kVectorScalar[] = {kV, kS};
constexpr ValueType kVectorTwoScalars[] = {kV, kS, kS};
constexpr ValueType kMatrixScalar[] = {kM, kS};
constexpr ValueType kScalarMatrix[] = {kS, kM};
constexpr ValueType kScalarVector[] = {kS, kV};
constexpr ValueType kTwoScalarsVector[] = {kS, kS, kV};
constexpr ValueType kReplace[] = {kV, kT, kT, kT, kT};
constexpr ValueType kJoin[] = {kV, kT, kT, kT};

/// Sorted by name. From prometheus/promql/parser/functions.go (3.x), without those that are
/// experimental there.
constexpr FunctionInfo kFunctions[] = {
    {"abs", kV, kVectorOnly},
    {"absent", kV, kVectorOnly},
    {"absent_over_time", kV, kMatrixOnly},
    {"acos", kV, kVectorOnly},
    {"acosh", kV, kVectorOnly},
    {"asin", kV, kVectorOnly},
    {"asinh", kV, kVectorOnly},
    {"atan", kV, kVectorOnly},
    {"atanh", kV, kVectorOnly},
    {"avg_over_time", kV, kMatrixOnly},
    {"ceil", kV, kVectorOnly},
    {"changes", kV, kMatrixOnly},
    {"clamp", kV, kVectorTwoScalars},
    {"clamp_max", kV, kVectorScalar},
    {"clamp_min", kV, kVectorScalar},
    {"cos", kV, kVectorOnly},
    {"cosh", kV, kVectorOnly},
    {"count_over_time", kV, kMatrixOnly},
    {"day_of_month", kV, kVectorOnly, 1},
    {"day_of_week", kV, kVectorOnly, 1},
    {"day_of_year", kV, kVectorOnly, 1},
    {"days_in_month", kV, kVectorOnly, 1},
    {"deg", kV, kVectorOnly},
    {"delta", kV, kMatrixOnly},
    {"deriv", kV, kMatrixOnly},
    {"exp", kV, kVectorOnly},
    {"floor", kV, kVectorOnly},
    {"histogram_fraction", kV, kTwoScalarsVector},
    {"histogram_quantile", kV, kScalarVector},
    {"hour", kV, kVectorOnly, 1},
    {"idelta", kV, kMatrixOnly},
    {"increase", kV, kMatrixOnly},
    {"irate", kV, kMatrixOnly},
    {"label_join", kV, kJoin, 0, true},
    {"label_replace", kV, kReplace},
    {"last_over_time", kV, kMatrixOnly},
    {"ln", kV, kVectorOnly},
    {"log10", kV, kVectorOnly},
    {"log2", kV, kVectorOnly},
    {"max_over_time", kV, kMatrixOnly},
    {"min_over_time", kV, kMatrixOnly},
    {"minute", kV, kVectorOnly, 1},
    {"month", kV, kVectorOnly, 1},
    {"pi", kS, {}},
    {"predict_linear", kV, kMatrixScalar},
    {"present_over_time", kV, kMatrixOnly},
    {"quantile_over_time", kV, kScalarMatrix},
    {"rad", kV, kVectorOnly},
    {"rate", kV, kMatrixOnly},
    {"resets", kV, kMatrixOnly},
    {"round", kV, kVectorScalar, 1},
    {"scalar", kS, kVectorOnly},
    {"sgn", kV, kVectorOnly},
    {"sin", kV, kVectorOnly},
    {"sinh", kV, kVectorOnly},
    {"sort", kV, kVectorOnly},
    {"sort_desc", kV, kVectorOnly},
    {"sqrt", kV, kVectorOnly},
    {"stddev_over_time", kV, kMatrixOnly},
    {"stdvar_over_time", kV, kMatrixOnly},
    {"sum_over_time", kV, kMatrixOnly},
    {"tan", kV, kVectorOnly},
    {"tanh", kV, kVectorOnly},
    {"time", kS, {}},
    {"timestamp", kV, kVectorOnly},
    {"vector", kV, kScalarOnly},
    {"year", kV, kVectorOnly, 1},
};

constexpr std::string_view kNative = "needs native histograms, which are not supported";
constexpr std::string_view kExperimental = "is experimental in Prometheus and not supported";

struct LeftOut {
  std::string_view name{};
  std::string_view why{};
};

/// Works in Prometheus (some behind a feature flag), not here.
constexpr LeftOut kLeftOut[] = {
    {"double_exponential_smoothing", kExperimental},
    {"end", kExperimental},
    {"first_over_time", kExperimental},
    {"histogram_avg", kNative},
    {"histogram_count", kNative},
    {"histogram_quantiles", kExperimental},
    {"histogram_stddev", kNative},
    {"histogram_stdvar", kNative},
    {"histogram_sum", kNative},
    {"holt_winters", "was renamed in Prometheus 3 and is not supported"},
    {"info", kExperimental},
    {"limit_ratio", kExperimental},
    {"limitk", kExperimental},
    {"mad_over_time", kExperimental},
    {"max_of", kExperimental},
    {"min_of", kExperimental},
    {"range", kExperimental},
    {"sort_by_label", kExperimental},
    {"sort_by_label_desc", kExperimental},
    {"start", kExperimental},
    {"step", kExperimental},
    {"ts_of_first_over_time", kExperimental},
    {"ts_of_last_over_time", kExperimental},
    {"ts_of_max_over_time", kExperimental},
    {"ts_of_min_over_time", kExperimental},
};

}  // namespace

const FunctionInfo* FindFunction(std::string_view name) {
  const auto* const found = std::ranges::lower_bound(kFunctions, name, {}, &FunctionInfo::name);
  return found != std::end(kFunctions) && found->name == name ? found : nullptr;
}

std::span<const FunctionInfo> AllFunctions() {
  return kFunctions;
}

std::string_view WhyLeftOut(std::string_view name) {
  const auto* const found = std::ranges::find(kLeftOut, name, &LeftOut::name);
  return found == std::end(kLeftOut) ? std::string_view() : found->why;
}

}  // namespace klaxon::promql
