#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "agent/series/labels.h"
#include "agent/series/sample.h"

namespace klaxon::promql {

/// A series at one time.
struct VectorSample {
  series::LabelsRef labels = series::NoLabels();
  double value = 0;
  /// The metric's name no longer fits the value and goes at the end of the query. Until then it can
  /// still be matched and grouped by (Prometheus 3's delayed name removal).
  bool drop_name = false;
};

using Vector = std::vector<VectorSample>;

/// A series over a span of time.
struct RangeSeries {
  series::LabelsRef labels = series::NoLabels();
  std::vector<series::Sample> samples{};
  bool drop_name = false;
};

using Matrix = std::vector<RangeSeries>;

/// What an expression that is no range vector is worth at one time.
using Value = std::variant<double, std::string, Vector>;

}  // namespace klaxon::promql
