#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "agent/metrics/writer.h"

namespace klaxon::testing {

/// Keeps what tables emit, as text: samples "name{a=x,b=y}", and the families that had one.
class RecordingWriter final : public metrics::MetricWriter {
 public:
  void BeginFamily(const metrics::MetricInfo& info) override { info_ = info; }

  void Sample(metrics::LabelValues values, double value) override {
    std::string series(info_.name);
    for (size_t i = 0; i < values.size(); ++i) {
      series += i == 0 ? "{" : ",";
      series += std::string(info_.labels[i]) + "=" + std::string(values[i]);
    }
    series += values.empty() ? "" : "}";
    if (!samples_.emplace(series, value).second) {
      twice_.push_back(series);
    }
    if (values.size() != info_.labels.size()) {
      misfits_.push_back(series);
    }
    families_.emplace(info_.name);
  }

  void Unknown(metrics::LabelValues /*first_values*/, const AnswerRef& /*answer*/) override {}

  const std::map<std::string, double>& samples() const { return samples_; }

  const std::set<std::string>& families() const { return families_; }

  /// Series that came twice.
  const std::vector<std::string>& twice() const { return twice_; }

  /// Series with another number of values than the metric has labels.
  const std::vector<std::string>& misfits() const { return misfits_; }

 private:
  metrics::MetricInfo info_{};
  std::map<std::string, double> samples_{};
  std::set<std::string> families_{};
  std::vector<std::string> twice_{};
  std::vector<std::string> misfits_{};
};

}  // namespace klaxon::testing
