#include <array>
#include <cstdlib>

#include <fmt/format.h>

#include "agent/model/wire_verdict.h"

namespace klaxon {
namespace {

/// What each kind is called, and how good it is. {what}: "orders-value"; {id}: as it reads,
/// {meant}: as it was meant; {named}: "id 23", "GUID 6d0e...", "id 23 in a header".
struct Row {
  WireKind kind = WireKind::kNull;
  std::string_view name{};
  WireGrade grade = WireGrade::kUnknown;
  std::string_view words{};
};

constexpr std::array<Row, kWireKinds> kRows{{
    {WireKind::kNull, "null", WireGrade::kGood, "records of {what} are null"},
    {WireKind::kKnown, "known_id", WireGrade::kGood,
     "records of {what} carry {named}, which the registry has"},
    {WireKind::kUnresolved, "unresolved_id", WireGrade::kUnknown,
     "records of {what} carry {named}; whether the registry has it is not known"},
    {WireKind::kSoftDeleted, "soft_deleted_id", WireGrade::kBad,
     "records of {what} carry {named}, whose schema is deleted: it can still be fetched, until it "
     "is deleted for good"},
    {WireKind::kDeleted, "deleted_id", WireGrade::kBad,
     "records of {what} carry {named}, which the registry does not have, though it has given "
     "higher "
     "ones: deleted for good, or of another registry"},
    {WireKind::kOtherRegistry, "other_registry", WireGrade::kBad,
     "records of {what} carry {named}, above every id that the registry ever gave: they were "
     "written with another registry"},
    {WireKind::kUnknownId, "unknown_id", WireGrade::kBad,
     "records of {what} carry {named}, which the registry does not have: deleted for good, or of "
     "another registry"},
    {WireKind::kLittleEndian, "little_endian", WireGrade::kBad,
     "records of {what} carry their id little-endian: {meant} reads as {id}"},
    {WireKind::kEightByteId, "eight_byte_id", WireGrade::kBad,
     "records of {what} carry an id of 8 bytes: {meant} reads as {id}; set Apicurio's serializer "
     "to ids of 4 bytes (Default4ByteIdHandler)"},
    {WireKind::kMissingByte, "missing_byte", WireGrade::kBad,
     "records of {what} lack a byte before their id, such as the magic byte: {meant} reads as "
     "{id}"},
    {WireKind::kExtraByte, "extra_byte", WireGrade::kBad,
     "records of {what} have a byte too many before their id: {meant} reads as {id}"},
    {WireKind::kBadIndexes, "no_indexes", WireGrade::kBad,
     "records of {what} carry {named}, a Protobuf schema, without the message indexes that come "
     "next"},
    {WireKind::kBadHeader, "bad_header", WireGrade::kBad,
     "records of {what} have a schema id header that holds no id"},
    {WireKind::kTooShort, "too_short", WireGrade::kBad,
     "records of {what} end before their id: {size} bytes"},
    {WireKind::kApicurioHeader, "apicurio_header", WireGrade::kPlain,
     "records of {what} carry their id in headers that only Apicurio's deserializers read"},
    {WireKind::kGlue, "glue", WireGrade::kPlain,
     "records of {what} are written for AWS Glue's registry, schema version {guid}"},
    {WireKind::kAvroFile, "avro_file", WireGrade::kPlain,
     "records of {what} are whole Avro files, with their schema in them"},
    {WireKind::kJson, "json", WireGrade::kPlain, "records of {what} are JSON without a schema id"},
    {WireKind::kText, "text", WireGrade::kPlain, "records of {what} are plain text"},
    {WireKind::kNumber, "number", WireGrade::kPlain,
     "records of {what} are plain numbers of {size} bytes"},
    {WireKind::kUnknownMagic, "unknown_magic", WireGrade::kPlain,
     "records of {what} begin with 0x{first:02x}, which is no magic byte"},
}};

consteval bool InOrder() {
  for (size_t i = 0; i < kRows.size(); ++i) {
    if (static_cast<size_t>(kRows[i].kind) != i) {
      return false;
    }
  }
  return true;
}

static_assert(InOrder());

const Row& RowOf(WireKind kind) {
  return kRows.at(static_cast<size_t>(kind));
}

std::string Named(const WirePrefix& prefix) {
  std::string name =
      prefix.shape == WireShape::kGuid ? "GUID " + prefix.guid : fmt::format("id {}", prefix.id);
  return name + (prefix.in_header ? " in a header" : "");
}

}  // namespace

std::string_view Name(WireKind kind) {
  return RowOf(kind).name;
}

WireGrade GradeOf(WireKind kind) {
  return RowOf(kind).grade;
}

std::string Explain(std::string_view what, const WirePrefix& prefix, const WireVerdict& verdict) {
  const auto first = prefix.head.empty() ? 0U : static_cast<unsigned char>(prefix.head[0]);
  return fmt::format(fmt::runtime(RowOf(verdict.kind).words), fmt::arg("what", what),
                     fmt::arg("id", prefix.id), fmt::arg("meant", verdict.meant),
                     fmt::arg("named", Named(prefix)), fmt::arg("guid", prefix.guid),
                     fmt::arg("size", prefix.size), fmt::arg("first", first));
}

}  // namespace klaxon
