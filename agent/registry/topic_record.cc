#include "agent/registry/topic_record.h"

#include <utility>

#include <nlohmann/json.hpp>

#include "agent/base/text.h"

namespace klaxon::registry {
namespace {

using Json = nlohmann::json;
using Kind = TopicRecord::Kind;

constexpr size_t kMostKeyBytes = size_t{16} * 1024;
constexpr size_t kMostValueBytes = size_t{16} << 20U;
constexpr size_t kMostSettingBytes = size_t{1} << 20U;  // newer ones hold rules too
constexpr size_t kLongestSetting = 40;

Error Misfit(std::string_view what) {
  return {Reason::kBadAnswer, "a record is not a schema registry's: " + std::string(what)};
}

std::string TextIn(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

/// 0 for what is not there, negative or too large.
int32_t VersionIn(const Json& object) {
  const auto found = object.find("version");
  if (found == object.end() || !found->is_number_integer()) {
    return 0;
  }
  const auto number = found->get<int64_t>();
  return number < 0 || number > INT32_MAX ? 0 : static_cast<int32_t>(number);
}

Kind KindOf(std::string_view type) {
  return type == "SCHEMA"           ? Kind::kSchema
         : type == "CONFIG"         ? Kind::kCompatibility
         : type == "MODE"           ? Kind::kMode
         : type == "DELETE_SUBJECT" ? Kind::kDeleteSubject
         : type == "CLEAR_SUBJECT"  ? Kind::kClearSubject
                                    : Kind::kOther;
}

/// An object out of bytes; null if they are none.
Json ObjectIn(std::string_view bytes, size_t most) {
  Json root = bytes.size() > most ? Json() : Json::parse(bytes, nullptr, false);
  return root.is_object() ? root : Json();
}

Result<TopicRecord> TakeSchema(TopicRecord record, std::optional<std::string_view> value) {
  if (record.subject.empty() || record.version <= 0) {
    return Misfit("the key of a schema lacks subject or version");
  }
  if (!value) {
    return record;
  }
  if (value->size() > kMostValueBytes) {
    return Misfit("a schema of more than 16 MB");
  }
  Result<VersionedSchema> schema = ParseVersion(*value);
  if (!schema) {
    return Misfit(schema.error().message());
  }
  if (schema->subject != record.subject || schema->version != record.version || schema->id <= 0) {
    return Misfit("key and value of a schema differ");
  }
  schema->deleted = schema->deleted.value_or(false);
  record.schema = *std::move(schema);
  return record;
}

Result<TopicRecord> TakeSetting(TopicRecord record, std::optional<std::string_view> value) {
  if (!value) {
    return record;
  }
  const Json root = ObjectIn(*value, kMostSettingBytes);
  if (root.is_null()) {
    return Misfit("the value of a setting is no object");
  }
  const char* const name = record.kind == Kind::kMode ? "mode" : "compatibilityLevel";
  record.setting = Printable(TextIn(root, name), kLongestSetting);
  return record;
}

}  // namespace

Result<TopicRecord> ParseTopicRecord(std::string_view key, std::optional<std::string_view> value) {
  const Json root = ObjectIn(key, kMostKeyBytes);
  const std::string type = root.is_null() ? "" : TextIn(root, "keytype");
  if (type.empty()) {
    return Misfit("its key is no object with a keytype");
  }
  TopicRecord record{.kind = KindOf(type), .subject = TextIn(root, "subject")};
  record.version = VersionIn(root);
  switch (record.kind) {
    case Kind::kSchema:
      return TakeSchema(std::move(record), value);
    case Kind::kCompatibility:
    case Kind::kMode:
      return TakeSetting(std::move(record), value);
    case Kind::kDeleteSubject:
    case Kind::kClearSubject: {
      if (!value) {  // what it did was done when it was written
        record.kind = Kind::kOther;
        return record;
      }
      const Json told = ObjectIn(*value, kMostSettingBytes);
      if (told.is_null() || record.subject.empty()) {
        return Misfit("the deletion of a subject lacks its name or value");
      }
      record.version = VersionIn(told);
      return record;
    }
    case Kind::kOther:
      return record;
  }
  std::abort();
}

}  // namespace klaxon::registry
