#include "agent/model/wire_verdict.h"

#include <array>
#include <cstdlib>
#include <limits>

namespace klaxon {
namespace {

constexpr size_t kPrefixEnd = 5;
constexpr unsigned kByte = 8;

using State = SchemaStanding::State;

SchemaStanding Ask(const SchemaKnowledge& known, int64_t id) {
  const bool possible = id >= 0 && id <= std::numeric_limits<int32_t>::max();
  if (!possible) {
    return {.state = State::kAbsent, .type = {}};
  }
  return known.by_id ? known.by_id(static_cast<int32_t>(id)) : SchemaStanding{};
}

uint32_t Reversed(uint32_t number) {
  uint32_t reversed = 0;
  for (size_t i = 0; i < sizeof(number); ++i) {
    reversed = reversed << kByte | (number & 0xFFU);
    number >>= kByte;
  }
  return reversed;
}

/// Another way in which the bytes can be meant.
struct Reading {
  WireKind kind = WireKind::kUnknownId;
  int64_t id = -1;
};

/// The likeliest first. 0 is not among them: bytes that are all zero can be anything.
std::array<Reading, 4> OtherReadings(const WirePrefix& prefix) {
  const auto id = static_cast<uint32_t>(prefix.id);
  const std::optional<uint32_t> after = BigEndianAt(prefix.head, kPrefixEnd);
  const std::optional<uint32_t> later = BigEndianAt(prefix.head, 2);
  const auto or_none = [](std::optional<uint32_t> number) {
    return number && *number > 0 ? int64_t{*number} : int64_t{-1};
  };
  const bool in_prefix = !prefix.in_header;
  return {{{WireKind::kEightByteId, in_prefix && id == 0 ? or_none(after) : -1},
           {WireKind::kLittleEndian, or_none(Reversed(id))},
           {WireKind::kExtraByte, in_prefix ? or_none(later) : -1},
           {WireKind::kMissingByte, in_prefix ? or_none(id >> kByte) : -1}}};
}

/// Nothing else fits: why the registry does not have this id.
WireVerdict JudgeAbsent(const WirePrefix& prefix, const SchemaKnowledge& known) {
  constexpr size_t kLong = 8;
  if (!prefix.in_header && prefix.size == kLong) {
    return {.kind = WireKind::kNumber};
  }
  if (prefix.id < 0 || !known.max_id) {
    return {.kind = WireKind::kUnknownId};
  }
  return {.kind = prefix.id > *known.max_id ? WireKind::kOtherRegistry : WireKind::kDeleted};
}

WireVerdict JudgeFound(const WirePrefix& prefix, const SchemaStanding& standing, int64_t id) {
  WireVerdict verdict{.kind = WireKind::kKnown, .meant = id, .type = standing.type};
  if (standing.type == "PROTOBUF" && !prefix.indexes) {
    verdict.kind = WireKind::kBadIndexes;
  } else if (standing.state == State::kSoftDeleted) {
    verdict.kind = WireKind::kSoftDeleted;
  }
  return verdict;
}

bool IsFound(const SchemaStanding& standing) {
  return standing.state == State::kLive || standing.state == State::kSoftDeleted;
}

WireVerdict JudgeId(const WirePrefix& prefix, const SchemaKnowledge& known) {
  const SchemaStanding standing = Ask(known, prefix.id);
  if (standing.state == State::kUnknown) {
    return {.kind = WireKind::kUnresolved, .meant = prefix.id};
  }
  if (IsFound(standing)) {
    return JudgeFound(prefix, standing, prefix.id);
  }
  for (const Reading& reading : OtherReadings(prefix)) {
    const SchemaStanding other = Ask(known, reading.id);
    if (other.state == State::kUnknown) {
      return {.kind = WireKind::kUnresolved, .meant = prefix.id};
    }
    if (IsFound(other)) {
      return {.kind = reading.kind, .meant = reading.id, .type = other.type};
    }
  }
  return JudgeAbsent(prefix, known);
}

WireVerdict JudgeGuid(const WirePrefix& prefix, const SchemaKnowledge& known) {
  const SchemaStanding standing = known.by_guid ? known.by_guid(prefix.guid) : SchemaStanding{};
  switch (standing.state) {
    case State::kUnknown:
      return {.kind = WireKind::kUnresolved};
    case State::kAbsent:
      return {.kind = WireKind::kUnknownId};
    case State::kLive:
    case State::kSoftDeleted:
      return JudgeFound(prefix, standing, -1);
  }
  std::abort();
}

/// A serializer of plain numbers writes 4 bytes, and most begin with 0.
WireVerdict JudgeShort(const WirePrefix& prefix) {
  constexpr size_t kInteger = 4;
  return {.kind = prefix.size == kInteger ? WireKind::kNumber : WireKind::kTooShort};
}

}  // namespace

WireVerdict Judge(const WirePrefix& prefix, const SchemaKnowledge& known) {
  switch (prefix.shape) {
    case WireShape::kNull:
      return {.kind = WireKind::kNull};
    case WireShape::kTooShort:
      return JudgeShort(prefix);
    case WireShape::kSchemaId:
      return JudgeId(prefix, known);
    case WireShape::kGuid:
      return JudgeGuid(prefix, known);
    case WireShape::kBadHeader:
      return {.kind = WireKind::kBadHeader};
    case WireShape::kApicurioHeaders:
      return {.kind = WireKind::kApicurioHeader};
    case WireShape::kGlue:
      return {.kind = WireKind::kGlue};
    case WireShape::kAvroFile:
      return {.kind = WireKind::kAvroFile};
    case WireShape::kJson:
      return {.kind = WireKind::kJson};
    case WireShape::kText:
      return {.kind = WireKind::kText};
    case WireShape::kBytes:
      return {.kind = WireKind::kUnknownMagic};
  }
  std::abort();
}

}  // namespace klaxon
