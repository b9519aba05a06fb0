#pragma once

#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "agent/series/queryable.h"

namespace klaxon::series {

/// Plain series in memory, uncompressed and without a limit: for unit tests of rules and for small
/// sets that are made to be asked once. Filled by one thread, then read by any.
class MemoryStore final : public Queryable {
 public:
  /// Samples of a series come in the order of their times; one at a time that is there already
  /// replaces it, an older one is dropped.
  void Append(const Labels& labels, Sample sample);

  Result<Selected> Select(const Selection& selection) const override;

 private:
  struct Series {
    LabelsRef labels{};
    std::vector<Sample> samples{};
  };

  std::vector<std::unique_ptr<Series>> series_{};
  std::map<std::string, std::vector<Series*>, std::less<>> by_name_{};
  std::unordered_map<LabelsRef, Series*, LabelsHash, SameLabels> by_labels_{};
};

}  // namespace klaxon::series
