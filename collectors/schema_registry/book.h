#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/model/entity.h"
#include "agent/model/schema_registry_facts.h"
#include "agent/registry/parse.h"
#include "collectors/schema_registry/unreadable.h"

namespace klaxon::schema_registry_collector {

/// What is known of a registry's subjects, kept from poll to poll, and which of them have to be
/// read again. Bounds what a registry can make us keep. Confined to one thread.
class Book {
 public:
  /// One version as a registry tells it; all fields are there. False: too much is kept already, or
  /// a name is odd; it is told as left out.
  bool Take(registry::VersionedSchema schema);

  /// Which versions a subject has now, and which of these are not deleted softly; ascending.
  /// Versions that are not in `all` are forgotten. Returns those of `all` that nobody took yet.
  std::vector<int32_t> SetVersions(const std::string& subject, const std::vector<int32_t>& all,
                                   const std::vector<int32_t>& active);

  void Remove(const std::string& subject);

  /// Forgets one version. Whether it was deleted softly; nullopt: there is none.
  std::optional<bool> RemoveVersion(const std::string& subject, int32_t version);
  /// Deletes softly what a subject has up to `version`.
  void HideVersions(const std::string& subject, int32_t version);
  /// Forgets the versions that are deleted softly.
  void ForgetHidden(const std::string& subject);

  /// Subjects that are not deleted, by name.
  std::vector<std::string> ActiveNames() const;

  /// The names that the registry lists now, without those deleted softly. What is new has to be
  /// read.
  void TakeListed(const std::vector<std::string>& names);
  /// Subjects that are not among `names`, of those that are deleted softly or of the others.
  std::vector<std::string> Left(const std::vector<std::string>& names, bool deleted) const;
  /// They are not listed any more: they count as deleted, and TakeDeleted tells whether softly.
  void Vanish(const std::vector<std::string>& names);
  /// The names that the registry lists with those that are deleted softly.
  void TakeDeleted(const std::vector<std::string>& names);

  /// Says that a subject has to be read, or was. One that cannot be read is tried again in turn
  /// instead, and one that is left out is not.
  void Doubt(const std::string& subject);

  void Settle(const std::string& subject) { doubtful_.erase(subject); }

  /// Subjects that have to be read, by name.
  const std::set<std::string, std::less<>>& doubtful() const { return doubtful_; }

  Unreadable& unreadable() { return unreadable_; }

  const Unreadable& unreadable() const { return unreadable_; }

  /// Versions that told another schema than before, since the start.
  uint64_t rewritten() const { return rewritten_; }

  /// Forgets everything.
  void Clear();

  /// Begins a walk through all versions; EndWalk doubts the subjects of versions that were not
  /// taken since. Of subjects that lack only versions deleted softly it doubts `deleted`, in turn.
  void BeginWalk() { ++walk_; }

  void EndWalk(size_t deleted);

  // The subject's own level and mode; empty: none.
  void SetCompatibility(const std::string& subject, std::string level);
  void SetMode(const std::string& subject, std::string mode);

  /// The name after `subject`, beginning anew at the end; empty without subjects.
  std::string After(std::string_view subject) const;

  bool Has(const std::string& subject) const { return drafts_.contains(subject); }

  /// Whether level and mode were read, or it was tried.
  bool SettingsKnown(const std::string& subject) const;

  /// Says that both were read just now.
  void SettingsRead(const std::string& subject, const Instant& at);

  /// When those were read that were read longest ago, besides those that cannot be read; nullopt:
  /// of some subject they never were.
  std::optional<Instant> OldestSettings() const;

  size_t size() const { return drafts_.size(); }

  size_t versions() const { return versions_; }

  /// The highest id of the default context; 0: there is none.
  int32_t HighestId() const;
  /// The hash of an id of the default context that comes after `id`, beginning anew at the end.
  /// Null: there is none.
  SchemaRef SchemaAfter(int32_t id) const;
  /// Subjects with that id in the default context.
  std::vector<std::string> SubjectsWith(int32_t id) const;

  /// The inventory; the same object as before if nothing has changed.
  std::shared_ptr<const RegistryInventory> Publish();

 private:
  struct Draft {
    std::vector<SchemaVersionFacts> versions{};
    std::vector<uint32_t> walks{};  ///< parallel to `versions`: the walk it was last taken in
    std::shared_ptr<const std::string> text{};
    int32_t text_version = 0;
    std::optional<std::string> compatibility{};
    std::optional<std::string> mode{};
    std::optional<Instant> settings_at{};
    bool vanished = false;   ///< see SubjectFacts
    SubjectRef published{};  ///< null: changed since
    bool deleted() const;
  };

  using Drafts = std::map<std::string, Draft, std::less<>>;
  using IdKey = std::pair<std::string, int32_t>;  // context, id

  /// Empty: it is not.
  std::string WhyLeftOut(const registry::VersionedSchema& schema) const;
  SchemaRef Share(const registry::VersionedSchema& schema);
  void Change(Draft& draft);
  void KeepText(Draft& draft, registry::VersionedSchema&& schema);
  void Forget(Drafts::iterator draft);

  Drafts drafts_{};
  std::map<IdKey, std::weak_ptr<const SchemaFacts>> schemas_{};
  std::set<std::string, std::less<>> doubtful_{};
  Unreadable unreadable_{};
  EntityTable entities_{};
  std::shared_ptr<const RegistryInventory> inventory_{};
  bool changed_ = true;
  uint32_t walk_ = 0;
  std::string walk_cursor_{};  ///< see EndWalk
  uint64_t rewritten_ = 0;
  size_t versions_ = 0;
  size_t text_bytes_ = 0;
};

}  // namespace klaxon::schema_registry_collector
