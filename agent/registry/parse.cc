#include "agent/registry/parse.h"

#include <algorithm>
#include <exception>
#include <limits>
#include <utility>

#include <nlohmann/json.hpp>

#include "agent/base/mask.h"
#include "agent/base/text.h"

namespace klaxon::registry {
namespace {

using nlohmann::json;

constexpr int kDeepest = 16;
constexpr size_t kMostValues = 2'000'000;
constexpr size_t kWordLimit = 40;
constexpr size_t kLongestMessage = 200;

/// Thrown within this file to end the reading; caught by Read.
class Unfit final : public std::exception {
 public:
  explicit Unfit(std::string what) : what_(std::move(what)) {}

  const char* what() const noexcept override { return what_.c_str(); }

 private:
  std::string what_;
};

json Parse(std::string_view bytes) {
  size_t values = 0;
  return json::parse(bytes, [&](int depth, json::parse_event_t, const json&) {
    if (depth > kDeepest) {
      throw Unfit("nested too deeply");
    }
    if (++values > kMostValues) {
      throw Unfit("more values than a registry would send");
    }
    return true;
  });
}

/// Parses and hands the document to `read`, whose Unfit becomes an error.
template <class ReadRoot>
auto Read(std::string_view bytes, ReadRoot read) -> Result<decltype(read(json()))> {
  try {
    return read(Parse(bytes));
  } catch (const json::exception& exception) {
    // Its text begins with a name of its own in brackets.
    std::string_view text = exception.what();
    if (const size_t end = text.find("] "); end != std::string_view::npos) {
      text.remove_prefix(end + 2);
    }
    return Error(Reason::kBadAnswer, "not JSON: " + Printable(MaskSecrets(text), 120));
  } catch (const Unfit& unfit) {
    return Error(Reason::kBadAnswer, unfit.what());
  }
}

[[noreturn]] void Complain(const std::string& place, const json& value, std::string_view wanted) {
  throw Unfit((place.empty() ? "the answer" : place) + " is " + value.type_name() + " instead of " +
              std::string(wanted));
}

const std::string& Text(const json& value, const std::string& place) {
  const auto* text = value.get_ptr<const std::string*>();
  if (text == nullptr) {
    Complain(place, value, "text");
  }
  return *text;
}

int32_t Number(const json& value, const std::string& place) {
  if (!value.is_number_integer()) {
    Complain(place, value, "a number");
  }
  const auto number = value.is_number_unsigned() && value.get<uint64_t>() > INT64_MAX
                          ? std::numeric_limits<int64_t>::max()
                          : value.get<int64_t>();
  if (number < 0 || number > std::numeric_limits<int32_t>::max()) {
    throw Unfit(place + " is not a number of 0 to 2147483647");
  }
  return static_cast<int32_t>(number);
}

void RequireObject(const json& value, const std::string& place = "") {
  if (!value.is_object()) {
    Complain(place, value, "an object");
  }
}

const json::array_t& List(const json& value, std::string_view place = "") {
  if (!value.is_array()) {
    Complain(std::string(place), value, "a list");
  }
  return value.get_ref<const json::array_t&>();
}

/// The member, or null if it is not there or null.
const json* Find(const json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

const json& Need(const json& object, const char* key, const std::string& place) {
  const json* found = Find(object, key);
  if (found == nullptr) {
    throw Unfit(place + key + " is missing");
  }
  return *found;
}

std::string Word(const json& value, const std::string& place) {
  return Printable(Text(value, place), kWordLimit);
}

/// Of the answer itself.
std::string WordAt(const json& root, const char* key) {
  RequireObject(root);
  return Word(Need(root, key, ""), key);
}

std::vector<SchemaReference> References(const json& object, const std::string& place) {
  std::vector<SchemaReference> references;
  const json* list = Find(object, "references");
  if (list == nullptr) {
    return references;
  }
  for (const json& each : List(*list, place + "references")) {
    const std::string at = place + "references.";
    RequireObject(each, at);
    references.push_back({.name = Text(Need(each, "name", at), at + "name"),
                          .subject = Text(Need(each, "subject", at), at + "subject"),
                          .version = Number(Need(each, "version", at), at + "version")});
  }
  return references;
}

VersionedSchema OneSchema(const json& object, const std::string& place) {
  RequireObject(object, place);
  const std::string at = place.empty() ? "" : place + ".";
  VersionedSchema schema;
  if (const json* subject = Find(object, "subject")) {
    schema.subject = Text(*subject, at + "subject");
  }
  if (const json* version = Find(object, "version")) {
    schema.version = Number(*version, at + "version");
  }
  if (const json* id = Find(object, "id")) {
    schema.id = Number(*id, at + "id");
  }
  if (const json* type = Find(object, "schemaType")) {
    schema.type = Word(*type, at + "schemaType");
  }
  if (const json* deleted = Find(object, "deleted")) {
    if (!deleted->is_boolean()) {
      Complain(at + "deleted", *deleted, "true or false");
    }
    schema.deleted = deleted->get<bool>();
  }
  schema.text = Text(Need(object, "schema", at), at + "schema");
  schema.references = References(object, at);
  return schema;
}

}  // namespace

Result<std::vector<std::string>> ParseNames(std::string_view body) {
  return Read(body, [](const json& root) {
    std::vector<std::string> names;
    for (const json& each : List(root)) {
      names.push_back(Text(each, "a name"));
    }
    return names;
  });
}

Result<std::vector<int32_t>> ParseVersions(std::string_view body) {
  return Read(body, [](const json& root) {
    std::vector<int32_t> versions;
    for (const json& each : List(root)) {
      versions.push_back(Number(each, "a version"));
    }
    std::ranges::sort(versions);
    const auto rest = std::ranges::unique(versions);
    versions.erase(rest.begin(), rest.end());
    return versions;
  });
}

Result<VersionedSchema> ParseVersion(std::string_view body) {
  return Read(body, [](const json& root) {
    RequireObject(root);
    for (const char* key : {"subject", "version", "id"}) {
      Need(root, key, "");
    }
    return OneSchema(root, "");
  });
}

Result<std::vector<VersionedSchema>> ParseSchemas(std::string_view body) {
  return Read(body, [](const json& root) {
    std::vector<VersionedSchema> schemas;
    for (const json& each : List(root)) {
      schemas.push_back(OneSchema(each, "an item"));
    }
    return schemas;
  });
}

Result<SchemaById> ParseSchemaById(std::string_view body) {
  return Read(body, [](const json& root) {
    const VersionedSchema schema = OneSchema(root, "");
    SchemaById by_id{.type = schema.type, .text = schema.text};
    if (const json* max_id = Find(root, "maxId")) {
      by_id.max_id = Number(*max_id, "maxId");
    }
    return by_id;
  });
}

Result<std::vector<SubjectVersion>> ParseSubjectVersions(std::string_view body) {
  return Read(body, [](const json& root) {
    std::vector<SubjectVersion> versions;
    for (const json& each : List(root)) {
      RequireObject(each, "an item");
      versions.push_back({.subject = Text(Need(each, "subject", ""), "subject"),
                          .version = Number(Need(each, "version", ""), "version")});
    }
    return versions;
  });
}

Result<std::string> ParseCompatibility(std::string_view body) {
  return Read(body, [](const json& root) {
    RequireObject(root);
    const json* level = Find(root, "compatibilityLevel");
    level = level == nullptr ? &Need(root, "compatibility", "") : level;
    return Word(*level, "compatibilityLevel");
  });
}

Result<std::string> ParseMode(std::string_view body) {
  return Read(body, [](const json& root) { return WordAt(root, "mode"); });
}

Result<std::string> ParseServerVersion(std::string_view body) {
  return Read(body, [](const json& root) { return WordAt(root, "version"); });
}

Result<RegistryIds> ParseIds(std::string_view body) {
  return Read(body, [](const json& root) {
    RequireObject(root);
    const json& scope = Need(root, "scope", "");
    RequireObject(scope, "scope");
    const json& clusters = Need(scope, "clusters", "scope.");
    RequireObject(clusters, "scope.clusters");
    RegistryIds ids;
    if (const json* kafka = Find(clusters, "kafka-cluster")) {
      ids.kafka = Word(*kafka, "scope.clusters.kafka-cluster");
    }
    if (const json* registry = Find(clusters, "schema-registry-cluster")) {
      ids.registry = Word(*registry, "scope.clusters.schema-registry-cluster");
    }
    return ids;
  });
}

Result<KarapaceHealth> ParseKarapaceHealth(std::string_view body) {
  return Read(body, [](const json& root) {
    KarapaceHealth health{.version = WordAt(root, "karapace_version")};
    const json* status = Find(root, "status");
    if (status != nullptr) {
      RequireObject(*status, "status");
    }
    const json* primary = status == nullptr ? nullptr : Find(*status, "schema_registry_is_primary");
    if (primary != nullptr && primary->is_boolean()) {
      health.primary = primary->get<bool>();
    }
    return health;
  });
}

ErrorBody ParseErrorBody(std::string_view body) {
  Result<ErrorBody> error = Read(body, [](const json& root) {
    ErrorBody told;
    RequireObject(root);
    const json* code = Find(root, "error_code");
    if (code != nullptr && code->is_number_integer()) {
      told.code = Number(*code, "error_code");
    }
    const json* message = Find(root, "message");
    if (message != nullptr && message->is_array() && !message->empty()) {
      message = &message->front();
    }
    if (message != nullptr && message->is_string()) {
      told.message =
          Printable(MaskSecrets(message->get_ref<const std::string&>()), kLongestMessage);
    }
    return told;
  });
  return error ? *error : ErrorBody{};
}

}  // namespace klaxon::registry
