#include "collectors/schema_registry/book.h"

#include <algorithm>

#include <fmt/format.h>

#include "agent/registry/schema_hash.h"

namespace klaxon::schema_registry_collector {
namespace {

constexpr size_t kMostSubjects = 200'000;
constexpr size_t kMostVersions = 2'000'000;
constexpr size_t kMostReferences = 1'000;
constexpr size_t kLongestText = size_t{64} * 1024;
constexpr size_t kMostText = size_t{64} << 20U;  // of all subjects together

}  // namespace

bool Book::Draft::deleted() const {
  return std::ranges::all_of(versions, &SchemaVersionFacts::deleted);
}

void Book::Change(Draft& draft) {
  draft.published = nullptr;
  changed_ = true;
}

SchemaRef Book::Share(const registry::VersionedSchema& schema) {
  const SchemaHash hash = registry::HashOf(schema.text);
  std::weak_ptr<const SchemaFacts>& slot =
      schemas_[{std::string(ContextOf(schema.subject)), schema.id}];
  SchemaFacts told{
      .id = schema.id, .type = schema.type, .hash = hash, .references = schema.references};
  SchemaRef known = slot.lock();
  if (known == nullptr || *known != told) {
    known = std::make_shared<const SchemaFacts>(std::move(told));
    slot = known;
  }
  return known;
}

void Book::KeepText(Draft& draft, registry::VersionedSchema&& schema) {
  if (schema.version < draft.text_version) {
    return;
  }
  draft.text_version = schema.version;
  if (draft.text != nullptr && *draft.text == schema.text) {
    return;
  }
  text_bytes_ -= draft.text == nullptr ? 0 : draft.text->size();
  draft.text = nullptr;
  if (schema.text.size() <= kLongestText && text_bytes_ + schema.text.size() <= kMostText) {
    text_bytes_ += schema.text.size();
    draft.text = std::make_shared<const std::string>(std::move(schema.text));
  }
}

std::string Book::WhyLeftOut(const registry::VersionedSchema& schema) const {
  if (schema.references.size() > kMostReferences) {
    return fmt::format("its version {} has more than {} references", schema.version,
                       kMostReferences);
  }
  if (versions_ >= kMostVersions) {
    return fmt::format("more than {} versions are registered", kMostVersions);
  }
  if (drafts_.size() >= kMostSubjects && !drafts_.contains(schema.subject)) {
    return fmt::format("more than {} subjects are registered", kMostSubjects);
  }
  return OddName(schema.subject);
}

bool Book::Take(registry::VersionedSchema schema) {
  auto found = drafts_.find(schema.subject);
  if (std::string why = WhyLeftOut(schema); !why.empty()) {
    unreadable_.Add(schema.subject, UnreadablePart::kLeftOut, std::move(why));
    return false;
  }
  if (found == drafts_.end()) {
    found = drafts_.emplace(schema.subject, Draft{}).first;
  }
  Draft& draft = found->second;
  const SchemaRef shared = Share(schema);
  auto place =
      std::ranges::lower_bound(draft.versions, schema.version, {}, &SchemaVersionFacts::version);
  const auto index = place - draft.versions.begin();
  if (place == draft.versions.end() || place->version != schema.version) {
    draft.versions.insert(
        place,
        {.version = schema.version, .deleted = schema.deleted.value_or(false), .schema = shared});
    draft.walks.insert(draft.walks.begin() + index, walk_);
    ++versions_;
    Change(draft);
  } else {
    const bool deleted = schema.deleted.value_or(place->deleted);
    rewritten_ += *place->schema != *shared ? 1U : 0U;
    if (*place->schema != *shared || place->deleted != deleted) {
      place->schema = shared;
      place->deleted = deleted;
      Change(draft);
    }
    draft.walks[static_cast<size_t>(index)] = walk_;
  }
  if (draft.vanished) {
    draft.vanished = false;
    Change(draft);
  }
  KeepText(draft, std::move(schema));
  return true;
}

std::vector<int32_t> Book::SetVersions(const std::string& subject, const std::vector<int32_t>& all,
                                       const std::vector<int32_t>& active) {
  const auto found = drafts_.find(subject);
  if (found == drafts_.end()) {
    return all;
  }
  Draft& draft = found->second;
  std::vector<int32_t> missing;
  std::vector<SchemaVersionFacts> kept;
  std::vector<uint32_t> walks;
  bool changed = false;
  for (const int32_t version : all) {
    const auto place =
        std::ranges::lower_bound(draft.versions, version, {}, &SchemaVersionFacts::version);
    if (place == draft.versions.end() || place->version != version) {
      missing.push_back(version);
      continue;
    }
    const bool deleted = !std::ranges::binary_search(active, version);
    changed = changed || place->deleted != deleted;
    kept.push_back({.version = version, .deleted = deleted, .schema = place->schema});
    walks.push_back(draft.walks[static_cast<size_t>(place - draft.versions.begin())]);
  }
  changed = changed || kept.size() != draft.versions.size() || draft.vanished;
  draft.vanished = false;
  versions_ -= draft.versions.size() - kept.size();
  draft.versions = std::move(kept);
  draft.walks = std::move(walks);
  if (changed) {
    Change(draft);
  }
  if (draft.versions.empty()) {
    Forget(found);
  }
  return missing;
}

void Book::Forget(Drafts::iterator draft) {
  unreadable_.Remove(draft->first, UnreadablePart::kSettings);
  versions_ -= draft->second.versions.size();
  text_bytes_ -= draft->second.text == nullptr ? 0 : draft->second.text->size();
  drafts_.erase(draft);
  changed_ = true;
}

void Book::Remove(const std::string& subject) {
  unreadable_.Forget(subject);
  if (const auto found = drafts_.find(subject); found != drafts_.end()) {
    Forget(found);
  }
}

std::optional<bool> Book::RemoveVersion(const std::string& subject, int32_t version) {
  const auto found = drafts_.find(subject);
  if (found == drafts_.end()) {
    unreadable_.Forget(subject);
    return std::nullopt;
  }
  Draft& draft = found->second;
  const auto place = std::ranges::find(draft.versions, version, &SchemaVersionFacts::version);
  if (place == draft.versions.end()) {
    return std::nullopt;
  }
  const bool deleted = place->deleted;
  draft.walks.erase(draft.walks.begin() + (place - draft.versions.begin()));
  draft.versions.erase(place);
  --versions_;
  if (draft.versions.empty()) {
    Forget(found);
    return deleted;
  }
  if (draft.text_version == version) {  // nobody tells the text of the one before
    text_bytes_ -= draft.text == nullptr ? 0 : draft.text->size();
    draft.text = nullptr;
    draft.text_version = 0;
  }
  Change(draft);
  return deleted;
}

void Book::HideVersions(const std::string& subject, int32_t version) {
  const auto found = drafts_.find(subject);
  if (found == drafts_.end()) {
    return;
  }
  for (SchemaVersionFacts& each : found->second.versions) {
    each.deleted = each.deleted || each.version <= version;
  }
  Change(found->second);
}

void Book::ForgetHidden(const std::string& subject) {
  const auto found = drafts_.find(subject);
  if (found == drafts_.end()) {
    return;
  }
  std::vector<int32_t> hidden;
  for (const SchemaVersionFacts& each : found->second.versions) {
    if (each.deleted) {
      hidden.push_back(each.version);
    }
  }
  for (const int32_t version : hidden) {
    RemoveVersion(subject, version);
  }
}

void Book::EndWalk(size_t deleted) {
  std::vector<std::string_view> only_deleted;
  for (const auto& [name, draft] : drafts_) {
    bool lacks_any = false;
    bool lacks_shown = false;
    for (size_t i = 0; i < draft.versions.size(); ++i) {
      const bool lacks = draft.walks[i] != walk_;
      lacks_any = lacks_any || lacks;
      lacks_shown = lacks_shown || (lacks && !draft.versions[i].deleted);
    }
    if (lacks_shown) {
      Doubt(name);
    } else if (lacks_any) {
      only_deleted.push_back(name);
    }
  }
  std::ranges::rotate(only_deleted,
                      std::ranges::upper_bound(only_deleted, std::string_view(walk_cursor_)));
  for (size_t i = 0; i < std::min(deleted, only_deleted.size()); ++i) {
    walk_cursor_ = only_deleted[i];
    Doubt(walk_cursor_);
  }
  std::erase_if(schemas_, [](const auto& entry) { return entry.second.expired(); });
}

std::string Book::After(std::string_view subject) const {
  auto next = drafts_.upper_bound(subject);
  next = next == drafts_.end() ? drafts_.begin() : next;
  return next == drafts_.end() ? "" : next->first;
}

int32_t Book::HighestId() const {
  auto end = schemas_.upper_bound({"", INT32_MAX});
  while (end != schemas_.begin()) {
    --end;
    if (!end->second.expired()) {
      return end->first.second;
    }
  }
  return 0;
}

SchemaRef Book::SchemaAfter(int32_t id) const {
  for (const int32_t from : {id, int32_t{-1}}) {
    for (auto next = schemas_.upper_bound({"", from});
         next != schemas_.end() && next->first.first.empty(); ++next) {
      if (SchemaRef schema = next->second.lock()) {
        return schema;
      }
    }
  }
  return nullptr;
}

std::vector<std::string> Book::SubjectsWith(int32_t id) const {
  std::vector<std::string> names;
  for (const auto& [name, draft] : drafts_) {
    if (ContextOf(name).empty() &&
        std::ranges::any_of(draft.versions, [&](const SchemaVersionFacts& version) {
          return version.schema->id == id;
        })) {
      names.push_back(name);
    }
  }
  return names;
}

std::shared_ptr<const RegistryInventory> Book::Publish() {
  if (!changed_ && inventory_ != nullptr) {
    return inventory_;
  }
  auto inventory = std::make_shared<RegistryInventory>();
  inventory->subjects.reserve(drafts_.size());
  for (auto& [name, draft] : drafts_) {
    if (draft.published == nullptr) {
      draft.published =
          std::make_shared<const SubjectFacts>(SubjectFacts{.entity = entities_.Intern(name),
                                                            .versions = draft.versions,
                                                            .latest_text = draft.text,
                                                            .compatibility = draft.compatibility,
                                                            .mode = draft.mode,
                                                            .vanished = draft.vanished});
    }
    inventory->subjects.push_back(draft.published);
  }
  inventory_ = std::move(inventory);
  changed_ = false;
  entities_.Sweep();
  return inventory_;
}

}  // namespace klaxon::schema_registry_collector
