#pragma once

#include <map>
#include <string>
#include <vector>

#include "agent/kafka/record_reader.h"
#include "agent/model/record_samples.h"

namespace klaxon::record_samples_collector {

/// Counts what the records of one topic say of their schemas. Bounded: keeps kMostWireCounts kinds
/// of first bytes of keys and of values, and nothing else of a record.
class Tally {
 public:
  void Add(const kafka::RecordView& record);

  uint64_t records() const { return records_; }

  /// What was counted, most records first.
  std::array<SampledPart, kRecordParts> Take() &&;

 private:
  struct Part {
    std::map<std::string, WireCount> counts{};  ///< by all that tells two of them apart
    uint64_t uncounted = 0;
  };

  static void AddPart(const WirePrefix& prefix, const kafka::RecordView& record, Part& part);

  std::array<Part, kRecordParts> parts_{};
  uint64_t records_ = 0;
};

}  // namespace klaxon::record_samples_collector
