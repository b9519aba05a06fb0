#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "agent/base/result.h"
#include "agent/series/labels.h"

namespace klaxon::promql {

/// A series as Prometheus' tests and promtool's `input_series` write it:
/// `up{job="a"} 1+2x3 _ stale NaN` is 1 3 5 7, no sample, a staleness marker, NaN.
struct SeriesNotation {
  series::Labels labels{};
  std::vector<std::optional<double>> values{};
  /// It holds native histograms, which are not supported; `values` is empty then.
  bool native_histograms = false;
};

/// At most a million values. Error: kInvalid, what could not be read.
Result<SeriesNotation> ParseSeriesNotation(std::string_view text);

/// Only its first part, e.g. `up{job="a"}` or `{}`.
Result<series::Labels> ParseSeriesLabels(std::string_view text);

}  // namespace klaxon::promql
