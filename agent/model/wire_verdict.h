#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "agent/model/wire_format.h"

/// What is right or wrong with the way a key or value carries its schema, given which schemas a
/// registry has. Pure.
namespace klaxon {

/// What a registry has under an id or GUID.
struct SchemaStanding {
  enum class State : uint8_t {
    kUnknown,      ///< nobody can tell: no registry, or it does not answer
    kLive,         ///< at least one version of a subject has it
    kSoftDeleted,  ///< only deleted versions have it; consumers can still fetch it
    kAbsent,       ///< the registry does not have it
  };

  State state = State::kUnknown;
  std::string type{};  ///< "AVRO", "PROTOBUF", "JSON"; empty: not told
};

/// A registry, as far as judging needs it. Functions that are empty know nothing.
struct SchemaKnowledge {
  std::function<SchemaStanding(int32_t id)> by_id{};
  std::function<SchemaStanding(const std::string& guid)> by_guid{};
  std::optional<int32_t> max_id{};  ///< the highest id it ever gave
};

enum class WireKind : uint8_t {
  kNull,            ///< no bytes: nothing to judge
  kKnown,           ///< as it should be: an id or GUID that the registry has
  kUnresolved,      ///< well-formed; which schemas there are is not known
  kSoftDeleted,     ///< its schema is deleted, and can still be fetched
  kDeleted,         ///< the registry gave such ids and has this one no more
  kOtherRegistry,   ///< an id above all that the registry ever gave
  kUnknownId,       ///< the registry does not have it; why cannot be told
  kLittleEndian,    ///< its bytes are in the wrong order
  kEightByteId,     ///< an id of 8 bytes (Apicurio's older serializers)
  kMissingByte,     ///< one byte too few before the id: no magic byte, or an id of 3 bytes
  kExtraByte,       ///< one byte too many before the id
  kBadIndexes,      ///< a Protobuf schema, without message indexes
  kBadHeader,       ///< the header holds no id
  kTooShort,        ///< magic byte, and less than an id after it
  kApicurioHeader,  ///< the id is in a header that only Apicurio's deserializers read
  kGlue,            ///< written for AWS Glue's registry
  kAvroFile,        ///< a whole Avro file in a record
  kJson,            ///< JSON without a schema
  kText,            ///< plain text
  kNumber,          ///< a plain number of 4 or 8 bytes
  kUnknownMagic,    ///< begins with no magic byte that is known
};

inline constexpr size_t kWireKinds = size_t{1} + static_cast<size_t>(WireKind::kUnknownMagic);

/// "null", "known_id", "little_endian_id", ...: stable, for labels and APIs.
std::string_view Name(WireKind kind);

enum class WireGrade : uint8_t {
  kGood,
  kPlain,    ///< not in the registry's format; right where nobody expects a schema
  kUnknown,  ///< cannot be judged
  kBad,      ///< a consumer with the registry's deserializer fails, or soon will
};

WireGrade GradeOf(WireKind kind);

struct WireVerdict {
  WireKind kind = WireKind::kNull;
  int64_t meant = -1;  ///< the id that the writer meant; -1: there is none, or it is not known
  std::string type{};  ///< of the schema that is meant; empty: not told
};

/// The judgement. An id that the registry has is right, whatever else its bytes could mean; other
/// readings are tried only for one that it certainly does not have.
WireVerdict Judge(const WirePrefix& prefix, const SchemaKnowledge& known);

/// One sentence for people: "records of orders-value carry their id little-endian: 23 reads as
/// 385875968". `what`: "orders-value". No full stop at the end.
std::string Explain(std::string_view what, const WirePrefix& prefix, const WireVerdict& verdict);

}  // namespace klaxon
