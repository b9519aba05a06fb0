#include <algorithm>
#include <charconv>
#include <limits>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "agent/simulator/registry_state.h"

namespace klaxon::simulator {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kSchemasCap = 1000;  // schema.search.max.limit of Confluent's

RegistryAnswer Ok(const Json& json) {
  return {.status = 200, .body = json.dump()};
}

RegistryAnswer Fault(int code, const std::string& message) {
  return {.status = code / 100, .body = Json{{"error_code", code}, {"message", message}}.dump()};
}

/// What the implementation has no resource for.
RegistryAnswer Lacking(const RegistryState& state) {
  switch (state.flavor) {
    case RegistryFlavor::kConfluent:
      return {.status = 404, .body = R"({"error_code":404,"message":"HTTP 404 Not Found"})"};
    case RegistryFlavor::kKarapace:
      return {.status = 404, .body = R"("Not Found")"};
    case RegistryFlavor::kApicurio:
      return {.status = 404, .body = R"({"error_code":0,"message":"Operation not supported."})"};
  }
  std::abort();
}

struct Asked {
  const RegistryState& state;
  const RegistryQuery& query;

  bool Is(const std::string& name) const {
    const auto found = query.find(name);
    return found != query.end() && found->second == "true";
  }

  size_t Number(const std::string& name, size_t absent) const {
    const auto found = query.find(name);
    size_t number = absent;
    if (found != query.end()) {
      const std::string& text = found->second;
      std::from_chars(text.data(), text.data() + text.size(), number);
    }
    return number;
  }

  bool pages() const { return state.flavor == RegistryFlavor::kConfluent; }
};

template <class Item>
std::vector<Item> PageOf(const std::vector<Item>& all, const Asked& asked, size_t cap) {
  if (!asked.pages()) {
    return all;
  }
  const size_t from = std::min(asked.Number("offset", 0), all.size());
  const size_t limit = std::min(asked.Number("limit", cap), cap);
  return {all.begin() + static_cast<std::ptrdiff_t>(from),
          all.begin() + static_cast<std::ptrdiff_t>(from + std::min(limit, all.size() - from))};
}

bool Shown(const RegisteredSubject& subject, bool deleted) {
  return std::ranges::any_of(subject.versions, [&](const RegisteredVersion& version) {
    return deleted || !version.deleted;
  });
}

RegistryAnswer Subjects(const Asked& asked) {
  std::vector<std::string> names;
  for (const auto& [name, subject] : asked.state.subjects) {
    if (Shown(subject, asked.Is("deleted"))) {
      names.push_back(name);
    }
  }
  return Ok(PageOf(names, asked, std::numeric_limits<size_t>::max()));
}

Json VersionJson(const std::string& name, const RegisteredVersion& version) {
  Json json{{"subject", name}, {"version", version.version}, {"id", version.id}};
  if (version.type != "AVRO") {
    json["schemaType"] = version.type;
  }
  if (!version.references.empty()) {
    json["references"] = Json::array();
    for (const RegisteredReference& each : version.references) {
      json["references"].push_back(
          {{"name", each.name}, {"subject", each.subject}, {"version", each.version}});
    }
  }
  json["schema"] = version.text;
  return json;
}

RegistryAnswer Schemas(const Asked& asked) {
  if (asked.state.flavor == RegistryFlavor::kApicurio) {
    return Lacking(asked.state);
  }
  const bool deleted = asked.Is("deleted") && asked.state.flavor == RegistryFlavor::kConfluent;
  std::vector<std::pair<const std::string*, const RegisteredVersion*>> all;
  for (const auto& [name, subject] : asked.state.subjects) {
    for (const RegisteredVersion& version : subject.versions) {
      if (deleted || !version.deleted) {
        all.emplace_back(&name, &version);
      }
    }
  }
  Json json = Json::array();
  for (const auto& [name, version] : PageOf(all, asked, kSchemasCap)) {
    json.push_back(VersionJson(*name, *version));
    if (version->deleted) {
      json.back()["deleted"] = true;
    }
  }
  return Ok(json);
}

RegistryAnswer Versions(const Asked& asked, const std::string& name) {
  const auto found = asked.state.subjects.find(name);
  if (found == asked.state.subjects.end() || !Shown(found->second, asked.Is("deleted"))) {
    return Fault(40401, fmt::format("Subject '{}' not found.", name));
  }
  Json json = Json::array();
  for (const RegisteredVersion& version : found->second.versions) {
    if (asked.Is("deleted") || !version.deleted) {
      json.push_back(version.version);
    }
  }
  return Ok(json);
}

RegistryAnswer OneVersion(const Asked& asked, const std::string& name, std::string_view number) {
  const auto found = asked.state.subjects.find(name);
  if (found == asked.state.subjects.end()) {
    return Fault(40401, fmt::format("Subject '{}' not found.", name));
  }
  for (const RegisteredVersion& version : found->second.versions) {
    const bool latest = number == "latest" && &version == &found->second.versions.back();
    if ((latest || fmt::format("{}", version.version) == number) &&
        (asked.Is("deleted") || !version.deleted)) {
      return Ok(VersionJson(name, version));
    }
  }
  return Fault(40402, fmt::format("Version {} not found.", number));
}

RegistryAnswer ById(const Asked& asked, std::string_view rest) {
  constexpr std::string_view kVersions = "/versions";
  const bool versions = rest.ends_with(kVersions);
  rest.remove_suffix(versions ? kVersions.size() : 0);
  int id = 0;
  std::from_chars(rest.data(), rest.data() + rest.size(), id);
  Json json = Json::array();
  const RegisteredVersion* any = nullptr;
  for (const auto& [name, subject] : asked.state.subjects) {
    for (const RegisteredVersion& version : subject.versions) {
      if (version.id == id) {
        any = &version;
        if (asked.Is("deleted") || !version.deleted) {
          json.push_back({{"subject", name}, {"version", version.version}});
        }
      }
    }
  }
  if (any == nullptr) {
    return versions && asked.state.flavor == RegistryFlavor::kKarapace
               ? Ok(json)
               : Fault(40403, fmt::format("Schema {} not found", rest));
  }
  if (versions) {
    return Ok(json);
  }
  Json schema{{"schema", any->text}};
  if (any->type != "AVRO") {
    schema["schemaType"] = any->type;
  }
  if (asked.Is("fetchMaxId") && asked.state.flavor != RegistryFlavor::kApicurio) {
    schema["maxId"] = asked.state.max_id;
  }
  return Ok(schema);
}

RegistryAnswer Setting(const Asked& asked, std::string_view name, bool mode) {
  if (mode && asked.state.flavor == RegistryFlavor::kApicurio) {
    return Lacking(asked.state);
  }
  const char* key = mode ? "mode" : "compatibilityLevel";
  if (name.empty()) {
    return Ok({{key, mode ? asked.state.mode : asked.state.compatibility}});
  }
  const auto found = asked.state.subjects.find(std::string(name));
  const std::string own = found == asked.state.subjects.end() ? ""
                          : mode                              ? found->second.mode
                                                              : found->second.compatibility;
  if (own.empty() && asked.state.flavor == RegistryFlavor::kApicurio) {
    return Ok({{key, "NONE"}});
  }
  if (own.empty()) {
    return mode ? Fault(40409, fmt::format("Subject '{}' does not have subject-level mode "
                                           "configured",
                                           name))
                : Fault(40408, fmt::format("Subject '{}' does not have subject-level "
                                           "compatibility configured",
                                           name));
  }
  return Ok({{key, own}});
}

RegistryAnswer Contexts(const Asked& asked) {
  std::set<std::string> contexts{"."};
  for (const auto& [name, subject] : asked.state.subjects) {
    if (name.starts_with(":.")) {
      contexts.insert(name.substr(1, name.find(':', 1) - 1));
    }
  }
  return Ok(Json(contexts));
}

/// What only one implementation has.
RegistryAnswer Own(const Asked& asked, std::string_view path) {
  const RegistryFlavor flavor = asked.state.flavor;
  if (path == "/v1/metadata/version" && flavor == RegistryFlavor::kConfluent) {
    return Ok({{"version", asked.state.version}, {"commitId", "6bb3f4a2"}});
  }
  if (path == "/v1/metadata/id" && flavor == RegistryFlavor::kConfluent) {
    return Ok({{"id", ""},
               {"scope",
                {{"path", Json::array()},
                 {"clusters",
                  {{"kafka-cluster", asked.state.kafka_cluster_id},
                   {"schema-registry-cluster", "schema-registry"}}}}}});
  }
  if (path == "/_health" && flavor == RegistryFlavor::kKarapace) {
    return Ok({{"karapace_version", asked.state.version},
               {"status", {{"schema_registry_ready", true}, {"schema_registry_is_primary", true}}},
               {"healthy", true}});
  }
  if (path == "/contexts" && flavor != RegistryFlavor::kKarapace) {
    return Contexts(asked);
  }
  return Lacking(asked.state);
}

}  // namespace

RegistryAnswer AnswerOf(const RegistryState& state, std::string_view path,
                        const RegistryQuery& query) {
  const Asked asked{.state = state, .query = query};
  const auto rest = [&](std::string_view prefix) {
    return path.starts_with(prefix) ? std::optional(path.substr(prefix.size())) : std::nullopt;
  };
  if (path == "/") {
    return {.status = 200, .body = "{}"};
  }
  if (path == "/subjects") {
    return Subjects(asked);
  }
  if (path == "/schemas") {
    return Schemas(asked);
  }
  if (const auto id = rest("/schemas/ids/")) {
    return ById(asked, *id);
  }
  if (const auto subject = rest("/subjects/")) {
    const size_t at = subject->rfind("/versions");
    if (at == std::string_view::npos) {
      return Lacking(state);
    }
    const std::string name(subject->substr(0, at));
    const std::string_view after = subject->substr(at + std::string_view("/versions").size());
    return after.empty() ? Versions(asked, name) : OneVersion(asked, name, after.substr(1));
  }
  for (const bool mode : {false, true}) {
    const std::string_view resource = mode ? "/mode" : "/config";
    if (path == resource) {
      return Setting(asked, "", mode);
    }
    if (const auto name = rest(std::string(resource) + "/")) {
      return Setting(asked, *name, mode);
    }
  }
  return Own(asked, path);
}

}  // namespace klaxon::simulator
