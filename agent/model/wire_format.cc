#include "agent/model/wire_format.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include <fmt/format.h>

#include "agent/base/text.h"

namespace klaxon {
namespace {

constexpr size_t kIdEnd = 5;  // magic byte and id
constexpr size_t kGuidSize = 16;
constexpr size_t kGuidEnd = 1 + kGuidSize;
constexpr size_t kGlueEnd = 2 + kGuidSize;
constexpr size_t kTextLooked = 256;  // bytes that tell text from other bytes

std::string GuidAt(std::string_view bytes, size_t at) {
  std::string text;
  for (size_t i = 0; i < kGuidSize; ++i) {
    const bool dash = i == 4 || i == 6 || i == 8 || i == 10;
    text += fmt::format("{}{:02x}", dash ? "-" : "", static_cast<unsigned char>(bytes[at + i]));
  }
  return text;
}

bool IsContinuation(char letter) {
  return (static_cast<unsigned char>(letter) & 0xC0U) == 0x80U;
}

/// Printable UTF-8, as far as is looked.
bool IsText(std::string_view bytes) {
  std::string_view looked = bytes.substr(0, kTextLooked);
  if (looked.size() < bytes.size()) {  // not in the middle of a letter
    while (!looked.empty() && IsContinuation(looked.back())) {
      looked.remove_suffix(1);
    }
    if (!looked.empty() && static_cast<unsigned char>(looked.back()) >= 0xC0) {
      looked.remove_suffix(1);
    }
  }
  const bool controls = std::ranges::any_of(looked, [](char letter) {
    const auto code = static_cast<unsigned char>(letter);
    return (code < 0x20 && letter != '\t' && letter != '\n' && letter != '\r') || code == 0x7F;
  });
  return !controls && !looked.empty() && ToUtf8(looked) == looked;
}

bool IsGlue(std::string_view bytes) {
  return bytes.size() >= kGlueEnd && bytes[0] == 3 && (bytes[1] == 0 || bytes[1] == 5);
}

/// What begins with one of the magic bytes; false if `bytes` does not.
bool ReadMagic(std::string_view bytes, WirePrefix& prefix) {
  if (bytes.empty() || bytes[0] == 0) {
    prefix.shape = bytes.size() < kIdEnd ? WireShape::kTooShort : WireShape::kSchemaId;
    if (prefix.shape == WireShape::kSchemaId) {
      prefix.id = static_cast<int32_t>(*BigEndianAt(bytes, 1));
    }
    return true;
  }
  if (bytes[0] == 1 && bytes.size() >= kGuidEnd) {
    prefix.shape = WireShape::kGuid;
    prefix.guid = GuidAt(bytes, 1);
    return true;
  }
  return false;
}

void ReadPlain(std::string_view bytes, WirePrefix& prefix) {
  if (IsGlue(bytes)) {
    prefix.shape = WireShape::kGlue;
    prefix.guid = GuidAt(bytes, 2);
  } else if (bytes.starts_with("Obj\x01")) {
    prefix.shape = WireShape::kAvroFile;
  } else if (bytes[0] == '{' || bytes[0] == '[' || bytes[0] == '"') {
    prefix.shape = WireShape::kJson;
  } else {
    prefix.shape = IsText(bytes) ? WireShape::kText : WireShape::kBytes;
  }
}

/// A header holds the prefix of V0 or V1 and nothing else but, of Protobuf, the message indexes.
void ReadHeader(std::string_view value, WirePrefix& prefix) {
  prefix.in_header = true;
  const bool known = !value.empty() && ReadMagic(value, prefix);
  const size_t end = prefix.shape == WireShape::kGuid ? kGuidEnd : kIdEnd;
  const bool whole = known && prefix.shape != WireShape::kTooShort;
  const std::string_view rest = whole ? value.substr(end) : "";
  const std::optional<size_t> indexes = MessageIndexesAt(rest);
  prefix.indexes = indexes && *indexes == rest.size();
  if (!whole || (!rest.empty() && !prefix.indexes)) {
    prefix.shape = WireShape::kBadHeader;
  }
}

/// Apicurio's KafkaSerdeHeaders: "apicurio.value.globalId", "apicurio.key.contentId", ...
bool HasApicurioId(RecordPart part, std::span<const WireHeader> headers) {
  const std::string start = fmt::format("apicurio.{}.", Name(part));
  return std::ranges::any_of(headers, [&](const WireHeader& header) {
    return header.name.starts_with(start) &&
           (header.name.ends_with(".globalId") || header.name.ends_with(".contentId"));
  });
}

/// A zig-zag varint of 32 bits, taken off `bytes`.
std::optional<int32_t> TakeVarint(std::string_view& bytes) {
  uint64_t value = 0;
  constexpr size_t kMostBytes = 5;
  for (size_t i = 0; i < kMostBytes && i < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    value |= uint64_t{byte & 0x7FU} << (7 * i);
    if ((byte & 0x80U) == 0) {
      bytes.remove_prefix(i + 1);
      const auto raw = static_cast<uint32_t>(value);
      return static_cast<int32_t>(raw >> 1U) ^ -static_cast<int32_t>(raw & 1U);
    }
  }
  return std::nullopt;
}

}  // namespace

std::string_view Name(RecordPart part) {
  switch (part) {
    case RecordPart::kKey:
      return "key";
    case RecordPart::kValue:
      return "value";
  }
  std::abort();
}

std::string_view SchemaIdHeader(RecordPart part) {
  return part == RecordPart::kKey ? "__key_schema_id" : "__value_schema_id";
}

std::optional<uint32_t> BigEndianAt(std::string_view bytes, size_t at) {
  if (bytes.size() < at + 4) {
    return std::nullopt;
  }
  uint32_t number = 0;
  for (const char byte : bytes.substr(at, 4)) {
    number = number << 8U | static_cast<unsigned char>(byte);
  }
  return number;
}

std::optional<size_t> MessageIndexesAt(std::string_view bytes) {
  std::string_view left = bytes;
  const std::optional<int32_t> count = TakeVarint(left);
  if (!count || *count < 0 || static_cast<size_t>(*count) > left.size()) {
    return std::nullopt;
  }
  for (int32_t i = 0; i < *count; ++i) {
    const std::optional<int32_t> index = TakeVarint(left);
    if (!index || *index < 0) {
      return std::nullopt;
    }
  }
  return bytes.size() - left.size();
}

WirePrefix ReadPrefix(RecordPart part, std::optional<std::string_view> bytes,
                      std::span<const WireHeader> headers) {
  WirePrefix prefix;
  if (!bytes) {
    return prefix;
  }
  prefix.size = bytes->size();
  prefix.head = bytes->substr(0, kWireHead);
  // As the deserializer does it: the last header of the name counts.
  const WireHeader* found = nullptr;
  for (const WireHeader& header : headers) {
    found = header.name == SchemaIdHeader(part) && header.value ? &header : found;
  }
  if (found != nullptr) {
    ReadHeader(*found->value, prefix);
    return prefix;
  }
  if (HasApicurioId(part, headers)) {
    prefix.shape = WireShape::kApicurioHeaders;
  } else if (!ReadMagic(*bytes, prefix)) {
    ReadPlain(*bytes, prefix);
  }
  if (prefix.shape == WireShape::kSchemaId || prefix.shape == WireShape::kGuid) {
    const size_t end = prefix.shape == WireShape::kGuid ? kGuidEnd : kIdEnd;
    prefix.indexes = MessageIndexesAt(bytes->substr(end)).has_value();
  }
  return prefix;
}

}  // namespace klaxon
