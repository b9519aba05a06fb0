#include "agent/app/schema_lookup.h"

#include <limits>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "agent/http/url.h"

namespace klaxon::app {
namespace {

using Json = nlohmann::json;
using State = SchemaStanding::State;

constexpr Duration kPatience = std::chrono::seconds{5};  // of one request
constexpr int kNotFound = 404;
constexpr int kSchemaNotFound = 40403;  // io.confluent.kafka.schemaregistry.rest.exceptions.Errors

Json Parsed(const std::string& body) {
  Json value = Json::parse(body, nullptr, false);
  return value.is_discarded() ? Json() : value;
}

std::string TextOf(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

int64_t NumberOf(const Json& object, const char* key, int64_t fallback) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number_integer() ? found->get<int64_t>() : fallback;
}

/// [{"subject":"s","version":1},...]; empty optional: something else.
std::optional<std::vector<std::pair<std::string, int32_t>>> VersionsIn(
    const http::HttpResponse& response) {
  const Json list = response.ok() ? Parsed(response.body) : Json();
  if (!list.is_array()) {
    return std::nullopt;
  }
  std::vector<std::pair<std::string, int32_t>> versions;
  for (const Json& each : list) {
    if (each.is_object()) {
      versions.emplace_back(TextOf(each, "subject"),
                            static_cast<int32_t>(NumberOf(each, "version", -1)));
    }
  }
  return versions;
}

}  // namespace

SchemaLookup::SchemaLookup(std::string url, http::HttpClient& http, Clock& clock)
    : url_(std::move(url)), http_(http), clock_(clock) {
  while (url_.ends_with('/')) {
    url_.pop_back();
  }
}

Result<http::HttpResponse> SchemaLookup::Get(const std::string& path) {
  http::HttpRequest request;
  request.url = url_ + path;
  request.headers = {{"Accept", "application/vnd.schemaregistry.v1+json, application/json"}};
  return http_.Get(request, clock_.Now().mono + kPatience, {});
}

FoundSchema SchemaLookup::Fetch(const std::string& path) {
  FoundSchema schema;
  if (url_.empty()) {
    return schema;
  }
  const auto unknown = [&](Error error) {
    error_ = error_.value_or(std::move(error));
    return schema;
  };
  const Result<http::HttpResponse> response = Get(path);
  if (!response) {
    return unknown(response.error());
  }
  const Json body = Parsed(response->body);
  if (response->status == kNotFound && body.is_object() &&
      NumberOf(body, "error_code", 0) == kSchemaNotFound) {
    schema.standing.state = State::kAbsent;
    return schema;
  }
  if (!response->ok() || !body.is_object() || TextOf(body, "schema").empty()) {
    const Result<http::Url> url = http::ParseUrl(url_ + path);
    return unknown({response->ok() ? Reason::kBadAnswer : Reason::kRefused,
                    fmt::format("{} answers {} and no schema; is it the URL of a registry's API? "
                                "Apicurio's ends in /apis/ccompat/v7",
                                url ? url->ForPeople() : url_, response->status)});
  }
  schema.text = TextOf(body, "schema");
  schema.standing = {.state = State::kLive, .type = TextOf(body, "schemaType")};
  if (schema.standing.type.empty()) {
    schema.standing.type = "AVRO";  // the API leaves it out for Avro
  }
  const int64_t max_id = NumberOf(body, "maxId", -1);
  if (max_id >= 0 && max_id <= std::numeric_limits<int32_t>::max()) {
    max_id_ = static_cast<int32_t>(max_id);
  }
  return schema;
}

void SchemaLookup::FetchVersions(FoundSchema& schema) {
  const std::string path = fmt::format("/schemas/ids/{}/versions", schema.id);
  const Result<http::HttpResponse> live = Get(path);
  const auto versions = live ? VersionsIn(*live) : std::nullopt;
  if (versions && !versions->empty()) {
    schema.versions = *versions;
    return;
  }
  const Result<http::HttpResponse> all = Get(path + "?deleted=true");
  const auto deleted = all ? VersionsIn(*all) : std::nullopt;
  // Where both lists are there and empty, no version has it and it is only still remembered.
  if (deleted && (versions || !deleted->empty())) {
    schema.versions = *deleted;
    schema.standing.state = State::kSoftDeleted;
  }
}

void SchemaLookup::FetchMaxId() {
  if (std::exchange(max_id_asked_, true) || max_id_) {
    return;
  }
  const Result<http::HttpResponse> listed = Get("/subjects");
  const Json subjects = listed && listed->ok() ? Parsed(listed->body) : Json();
  if (!subjects.is_array() || subjects.empty() || !subjects.front().is_string()) {
    return;
  }
  const std::string subject = http::PercentEncode(subjects.front().get<std::string>());
  const Result<http::HttpResponse> told = Get("/subjects/" + subject + "/versions/latest");
  const Json version = told && told->ok() ? Parsed(told->body) : Json();
  const int64_t id = version.is_object() ? NumberOf(version, "id", -1) : -1;
  if (id >= 0 && id <= std::numeric_limits<int32_t>::max()) {
    ById(static_cast<int32_t>(id));
  }
}

const FoundSchema& SchemaLookup::ById(int32_t id) {
  const auto known = by_id_.find(id);
  if (known != by_id_.end()) {
    return known->second;
  }
  FoundSchema schema = Fetch(fmt::format("/schemas/ids/{}?fetchMaxId=true", id));
  schema.id = id;
  if (schema.standing.state == State::kLive) {
    FetchVersions(schema);
  } else if (schema.standing.state == State::kAbsent) {
    FetchMaxId();
  }
  return by_id_[id] = std::move(schema);
}

const FoundSchema& SchemaLookup::ByGuid(const std::string& guid) {
  const auto known = by_guid_.find(guid);
  return known != by_guid_.end() ? known->second : by_guid_[guid] = Fetch("/schemas/guids/" + guid);
}

SchemaKnowledge SchemaLookup::Knowledge() {
  return {.by_id = [this](int32_t id) { return ById(id).standing; },
          .by_guid = [this](const std::string& guid) { return ByGuid(guid).standing; },
          .max_id = max_id_};
}

}  // namespace klaxon::app
