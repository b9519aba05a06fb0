#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"
#include "agent/model/schema_registry_facts.h"

/// Answers of a schema registry, read out of hostile bytes. Pure.
///
/// Every function gives kBadAnswer with the place for what is not the JSON that a registry sends:
/// not JSON or not UTF-8, wrong types, deeper than 16 levels, more than 2,000,000 values. Sources:
/// the classes of io.confluent.kafka.schemaregistry.client.rest.entities 5.0 to 8.5, and what
/// Karapace 6.2 and Apicurio 2.6 and 3.3 answered.
namespace klaxon::registry {

/// A longer name is no name: it would only fill memory and pages.
constexpr size_t kLongestName = 1024;

/// One version of a subject with its schema.
struct VersionedSchema {
  std::string subject{};      ///< empty: not told (Apicurio 3 leaves it out of GET /schemas)
  int32_t version = 0;        ///< 0: not told
  int32_t id = 0;             ///< 0: not told
  std::string type = "AVRO";  ///< left out by registries where it is AVRO
  std::string text{};
  std::vector<SchemaReference> references{};
  std::optional<bool> deleted{};  ///< softly; nullopt: not told
};

/// `GET /schemas/ids/{id}?fetchMaxId=true`.
struct SchemaById {
  std::string type = "AVRO";
  std::string text{};
  std::optional<int32_t> max_id{};  ///< the highest id given out; nullopt: not told
};

struct SubjectVersion {
  std::string subject{};
  int32_t version = 0;
};

/// What Karapace's `GET /_health` tells.
struct KarapaceHealth {
  std::string version{};
  std::optional<bool> primary{};
};

/// `GET /subjects`, `/contexts`: texts, as they came.
Result<std::vector<std::string>> ParseNames(std::string_view body);

/// `GET /subjects/{s}/versions`: ascending, each once.
Result<std::vector<int32_t>> ParseVersions(std::string_view body);

/// `GET /subjects/{s}/versions/{v}`; all of subject, version and id are there.
Result<VersionedSchema> ParseVersion(std::string_view body);

/// `GET /schemas`.
Result<std::vector<VersionedSchema>> ParseSchemas(std::string_view body);

Result<SchemaById> ParseSchemaById(std::string_view body);

/// `GET /schemas/ids/{id}/versions`.
Result<std::vector<SubjectVersion>> ParseSubjectVersions(std::string_view body);

/// `GET /config[/{s}]`: the level. Read from `compatibilityLevel`, or `compatibility`.
Result<std::string> ParseCompatibility(std::string_view body);

/// `GET /mode[/{s}]`.
Result<std::string> ParseMode(std::string_view body);

/// The version out of `GET /v1/metadata/version` or Apicurio's `system/info`.
Result<std::string> ParseServerVersion(std::string_view body);

/// Whose registry it is.
struct RegistryIds {
  std::string kafka{};     ///< the id of its Kafka cluster; empty: not told
  std::string registry{};  ///< the name of the group of its nodes; empty: not told
};

/// `GET /v1/metadata/id`: out of `scope.clusters`.
Result<RegistryIds> ParseIds(std::string_view body);

Result<KarapaceHealth> ParseKarapaceHealth(std::string_view body);

/// `{"error_code": 40401, "message": "..."}`; Karapace's message may be a list of texts.
struct ErrorBody {
  int32_t code = 0;       ///< 0: none was told
  std::string message{};  ///< one printable line; empty: none was told
};

ErrorBody ParseErrorBody(std::string_view body);

}  // namespace klaxon::registry
