#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "agent/series/queryable.h"
#include "alerts/lifecycle/step.h"

namespace klaxon::alerts {

/// The series that rules write, as long as something may ask for them. One thread; what Select gave
/// is valid until the next Append or Trim.
class RuleSeries final : public SampleSink, public series::Queryable {
 public:
  void Append(const series::LabelsRef& labels, series::Sample sample) override;

  Result<series::Selected> Select(const series::Selection& selection) const override;

  /// Forgets samples from before `time` (ms), and series that have none left.
  void Trim(int64_t time);

  size_t size() const { return series_.size(); }

 private:
  using Samples = std::vector<series::Sample>;

  std::unordered_map<series::LabelsRef, Samples, series::LabelsHash, series::SameLabels> series_{};
};

/// Two sources as one. Of a series that both have, the first's samples count.
class JoinedSeries final : public series::Queryable {
 public:
  JoinedSeries(const series::Queryable& first, const series::Queryable& second)
      : first_(first), second_(second) {}

  Result<series::Selected> Select(const series::Selection& selection) const override;

 private:
  const series::Queryable& first_;
  const series::Queryable& second_;
};

}  // namespace klaxon::alerts
