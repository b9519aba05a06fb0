#include "agent/app/schema_lookup.h"

#include <utility>

namespace klaxon::app {
namespace {

using State = SchemaStanding::State;
using Versions = std::vector<std::pair<std::string, int32_t>>;

constexpr Duration kLookupPatience = std::chrono::seconds{5};  // of one request

/// Empty optional: there is no list.
std::optional<Versions> ListIn(
    const Result<std::optional<std::vector<registry::SubjectVersion>>>& told) {
  if (!told || !*told) {
    return std::nullopt;
  }
  Versions versions;
  for (const registry::SubjectVersion& each : **told) {
    versions.emplace_back(each.subject, each.version);
  }
  return versions;
}

}  // namespace

SchemaLookup::SchemaLookup(std::optional<registry::RegistryClient> registry, Clock& clock)
    : registry_(std::move(registry)), clock_(clock) {
}

registry::Patience SchemaLookup::Next() const {
  return {.deadline = clock_.Now().mono + kLookupPatience, .stop = {}};
}

FoundSchema SchemaLookup::Take(const Result<std::optional<registry::SchemaById>>& told) {
  FoundSchema schema;
  if (!told) {
    error_ = error_.value_or(told.error());
    return schema;
  }
  if (!*told) {
    schema.standing.state = State::kAbsent;
    return schema;
  }
  schema.text = (*told)->text;
  schema.standing = {.state = State::kLive, .type = (*told)->type};
  max_id_ = (*told)->max_id ? (*told)->max_id : max_id_;
  return schema;
}

void SchemaLookup::FetchVersions(FoundSchema& schema) {
  const auto versions = ListIn(registry_->VersionsOf(schema.id, false, Next()));
  if (versions && !versions->empty()) {
    schema.versions = *versions;
    return;
  }
  const auto deleted = ListIn(registry_->VersionsOf(schema.id, true, Next()));
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
  const auto subjects = registry_->Subjects({.offset = 0, .limit = 1}, false, Next());
  if (!subjects || subjects->empty()) {
    return;
  }
  const auto latest = registry_->Latest(subjects->front(), Next());
  if (latest && *latest && (*latest)->id > 0) {
    ById((*latest)->id);
  }
}

const FoundSchema& SchemaLookup::ById(int32_t id) {
  const auto known = by_id_.find(id);
  if (known != by_id_.end()) {
    return known->second;
  }
  FoundSchema schema;
  if (registry_) {
    schema = Take(registry_->Schema(id, "", Next()));
  }
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
  if (known != by_guid_.end()) {
    return known->second;
  }
  FoundSchema& schema = by_guid_[guid];
  if (!registry_) {
    return schema;
  }
  const auto told = registry_->SchemaByGuid(guid, Next());
  if (!told && told.error().reason() == Reason::kUnsupported) {
    error_ = error_.value_or(
        Error(Reason::kUnsupported, registry_->url() + " resolves no GUIDs; Confluent's does"));
    return schema;
  }
  return schema = Take(told);
}

SchemaKnowledge SchemaLookup::Knowledge() {
  return {.by_id = [this](int32_t id) { return ById(id).standing; },
          .by_guid = [this](const std::string& guid) { return ByGuid(guid).standing; },
          .max_id = max_id_};
}

}  // namespace klaxon::app
