#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/app/schema_lookup.h"
#include "agent/base/clock.h"
#include "agent/model/wire_verdict.h"

namespace klaxon::app {

/// One half of a record, judged.
struct JudgedPart {
  RecordPart part = RecordPart::kKey;
  WirePrefix prefix{};
  WireVerdict verdict{};
  FoundSchema schema{};  ///< that is meant; standing kUnknown or kAbsent: there is none to show
};

/// One record, judged.
struct JudgedRecord {
  std::string topic{};
  int32_t partition = 0;
  int64_t offset = 0;
  std::optional<WallTime> written{};
  std::vector<JudgedPart> parts{};
};

/// Bytes that stand together, with what they mean: "00 00 00 17" is "id 23".
struct Segment {
  std::string hex{};
  std::string meaning{};
};

/// How the first bytes were read, in their order.
std::vector<Segment> SegmentsOf(const JudgedPart& part);

std::string RecordLines(const JudgedRecord& record);
std::string RecordAsJson(const JudgedRecord& record);

/// The registry's deserializer reads both halves, or there is nothing for it to read.
bool IsGood(const JudgedRecord& record);

}  // namespace klaxon::app
