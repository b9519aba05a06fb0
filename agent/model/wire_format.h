#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// How the key or the value of a record says which schema it was written with, read out of its
/// first bytes. Pure; the bytes are hostile. Which ids there are is not known here: wire_verdict.h
/// judges.
namespace klaxon {

enum class RecordPart : uint8_t { kKey, kValue };

/// "key", "value".
std::string_view Name(RecordPart part);

/// Source: confluentinc/schema-registry 8.x, serializers/schema/id/SchemaId.java and
/// DualSchemaIdDeserializer.java; Apicurio's and Glue's from their own serializers.
enum class WireShape : uint8_t {
  kNull,             ///< no bytes: the value of a tombstone, a record without a key
  kTooShort,         ///< a magic byte, and less than an id after it; or no byte at all
  kSchemaId,         ///< V0: 0, then an id of 4 bytes, big-endian
  kGuid,             ///< V1: 1, then a GUID of 16 bytes
  kBadHeader,        ///< a header of V1 that holds neither of the two
  kApicurioHeaders,  ///< Apicurio's serializer put the id into headers of its own
  kGlue,             ///< AWS Glue: 3, 0 or 5 (compression), then a UUID of 16 bytes
  kAvroFile,         ///< "Obj" and 1: a whole Avro container file
  kJson,             ///< begins as JSON does: '{', '[' or '"'
  kText,             ///< printable UTF-8 otherwise
  kBytes,            ///< anything else: an unknown magic byte
};

/// A record's header as it came.
struct WireHeader {
  std::string_view name{};
  std::optional<std::string_view> value{};
};

/// What the first bytes say. Small: kept once for many records that say the same.
struct WirePrefix {
  WireShape shape = WireShape::kNull;
  bool in_header = false;  ///< id or GUID came in the header, which wins over a prefix
  int32_t id = -1;         ///< kSchemaId: signed, as Java reads it
  std::string guid{};      ///< kGuid, kGlue: "6d0e..." in the form 8-4-4-4-12
  /// Protobuf message indexes could follow the id. True of many other bytes as well: only that
  /// they could not says something, and only when the schema is Protobuf.
  bool indexes = false;
  size_t size = 0;     ///< of the whole key or value, bytes
  std::string head{};  ///< its first bytes, kWireHead at most
};

constexpr size_t kWireHead = 24;  ///< prefix of 17 bytes, and some of what follows

/// The name of the header that carries the id of `part`.
std::string_view SchemaIdHeader(RecordPart part);

/// Reads one key or value. `bytes` empty: null.
WirePrefix ReadPrefix(RecordPart part, std::optional<std::string_view> bytes,
                      std::span<const WireHeader> headers = {});

/// The bytes that Protobuf message indexes take at the start of `bytes`: a zig-zag varint count,
/// then as many zig-zag varints; [0] is written as the one byte 0. Empty: there are none that make
/// sense.
std::optional<size_t> MessageIndexesAt(std::string_view bytes);

/// Unsigned big-endian number of 4 bytes at `at`; empty when the bytes end before.
std::optional<uint32_t> BigEndianAt(std::string_view bytes, size_t at);

}  // namespace klaxon
