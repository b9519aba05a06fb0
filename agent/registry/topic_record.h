#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "agent/base/result.h"
#include "agent/registry/parse.h"

namespace klaxon::registry {

/// A record of the topic in which Confluent's registry and Karapace keep everything, `_schemas`.
struct TopicRecord {
  enum class Kind : uint8_t {
    kSchema,         ///< a version as it is now, or that it is gone
    kCompatibility,  ///< a level was set, or taken back
    kMode,           ///< the same of a mode
    kDeleteSubject,  ///< every version up to `version` is deleted softly
    kClearSubject,   ///< the versions that are deleted softly are forgotten
    kOther,          ///< nothing that we keep: NOOP, CONTEXT, ASSOC, ...
  };

  Kind kind = Kind::kOther;
  std::string subject{};  ///< empty: the whole registry
  int32_t version = 0;
  std::optional<VersionedSchema> schema{};  ///< of kSchema; nullopt: deleted for good
  std::string setting{};                    ///< level or mode; empty: taken back
};

/// Reads hostile bytes. Pure. `value` empty: a tombstone. Error: kBadAnswer, the record is none of
/// a registry's. Sources: SchemaRegistryKey, SchemaValue and their like in
/// io.confluent.kafka.schemaregistry.storage 5.0 to 8.5, and Karapace's schema_reader.
Result<TopicRecord> ParseTopicRecord(std::string_view key, std::optional<std::string_view> value);

}  // namespace klaxon::registry
