#include "agent/simulator/registry_state.h"

#include <algorithm>

#include <fmt/format.h>

namespace klaxon::simulator {
namespace {

constexpr const char* kOrder =
    R"({"type":"record","name":"Order","namespace":"shop","fields":[{"name":"id","type":"long"},{"name":"customer","type":"long"},{"name":"total","type":"double"})";

int IdOf(const RegistryState& state, const std::string& text) {
  for (const auto& [name, subject] : state.subjects) {
    for (const RegisteredVersion& version : subject.versions) {
      if (version.text == text) {
        return version.id;
      }
    }
  }
  return 0;
}

}  // namespace

int Register(RegistryState& state, const std::string& subject, const std::string& text,
             const std::string& type) {
  RegisteredSubject& entry = state.subjects[subject];
  for (const RegisteredVersion& version : entry.versions) {
    if (version.text == text && !version.deleted) {
      return version.id;
    }
  }
  const int known = IdOf(state, text);
  const int id = known > 0 ? known : ++state.max_id;
  const int next = entry.versions.empty() ? 1 : entry.versions.back().version + 1;
  entry.versions.push_back({.version = next, .id = id, .type = type, .text = text});
  return id;
}

bool DeleteVersion(RegistryState& state, const std::string& subject, int version, bool hard) {
  const auto found = state.subjects.find(subject);
  if (found == state.subjects.end()) {
    return false;
  }
  auto& versions = found->second.versions;
  const auto place = std::ranges::find(versions, version, &RegisteredVersion::version);
  if (place == versions.end()) {
    return false;
  }
  if (hard) {
    versions.erase(place);
  } else {
    place->deleted = true;
  }
  if (versions.empty()) {
    state.subjects.erase(found);
  }
  return true;
}

bool DeleteSubject(RegistryState& state, const std::string& subject, bool hard) {
  const auto found = state.subjects.find(subject);
  if (found == state.subjects.end()) {
    return false;
  }
  if (hard) {
    state.subjects.erase(found);
    return true;
  }
  for (RegisteredVersion& version : found->second.versions) {
    version.deleted = true;
  }
  return true;
}

bool ReplaceSchema(RegistryState& state, int id, const std::string& text) {
  bool found = false;
  for (auto& [name, subject] : state.subjects) {
    for (RegisteredVersion& version : subject.versions) {
      if (version.id == id) {
        version.text = text;
        found = true;
      }
    }
  }
  return found;
}

RegistryState ShopRegistry() {
  RegistryState state;
  const std::string order = kOrder;
  Register(state, "orders-value", order + "]}");
  Register(state, "orders-value",
           order + R"(,{"name":"currency","type":"string","default":"EUR"}]})");
  Register(
      state, "order-items-value",
      R"({"type":"record","name":"Item","namespace":"shop","fields":[{"name":"order","type":"long"},{"name":"sku","type":"string"},{"name":"count","type":"int"}]})");
  Register(
      state, "customers-value",
      R"({"type":"record","name":"Customer","namespace":"shop","fields":[{"name":"id","type":"long"},{"name":"name","type":"string"}]})");
  Register(state, "customers-key", R"("long")");
  Register(
      state, "payments-value",
      R"({"$schema":"http://json-schema.org/draft-07/schema#","title":"Payment","type":"object","properties":{"order":{"type":"integer"},"amount":{"type":"number"}}})",
      "JSON");
  Register(state, "page-views-value",
           "syntax = \"proto3\";\npackage shop;\n\nmessage Click {\n  string page = 1;\n}\n",
           "PROTOBUF");
  state.subjects["payments-value"].compatibility = "FULL";
  return state;
}

RegistryState SizedRegistry(int subjects, int versions) {
  RegistryState state;
  for (int s = 0; s < subjects; ++s) {
    RegisteredSubject& subject = state.subjects[fmt::format("topic-{:05}-value", s)];
    for (int v = 1; v <= versions; ++v) {
      subject.versions.push_back(
          {.version = v,
           .id = ++state.max_id,
           .text = fmt::format(
               R"({{"type":"record","name":"R{}","fields":[{{"name":"f{}","type":"long"}}]}})", s,
               v)});
    }
  }
  return state;
}

}  // namespace klaxon::simulator
