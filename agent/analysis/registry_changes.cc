#include "agent/analysis/registry_changes.h"

#include <algorithm>
#include <compare>
#include <map>

#include <fmt/format.h>

#include "agent/analysis/schema_diff.h"
#include "agent/base/text.h"

namespace klaxon::analysis {
namespace {

constexpr size_t kMostOfAKind = 20;
constexpr size_t kVersionsTold = 3;  // of one subject; the others are one line
/// So many subjects, and most of them, do not vanish because somebody deletes one.
constexpr size_t kManySubjects = 10;

std::string OrNone(const std::string& setting, std::string_view none) {
  return setting.empty() ? std::string(none) : Printable(setting, 40);
}

/// How much a level forbids; more is stricter. CompatibilityLevel.java.
int Strictness(std::string_view level) {
  if (level == "NONE") {
    return 0;
  }
  return (level.starts_with("FULL") ? 3 : 1) + (level.ends_with("_TRANSITIVE") ? 1 : 0);
}

std::string LevelChange(const std::string& before, const std::string& after) {
  const int drop = Strictness(before) - Strictness(after);
  return fmt::format("{} -> {}{}", Printable(before, 40), Printable(after, 40),
                     after == "NONE" ? ": turned off"
                     : drop > 0      ? ": loosened"
                                     : "");
}

std::string CountedVersions(size_t count) {
  return count == 1 ? "1 version" : fmt::format("{} versions", count);
}

class Differ {
 public:
  Differ(const SchemaRegistryFacts& before, const SchemaRegistryFacts& after)
      : before_(before), after_(after), same_node_(before.listed_from == after.listed_from) {}

  RegistryDifference Run() {
    Settings();
    if (before_.inventory != after_.inventory && before_.inventory != nullptr &&
        after_.inventory != nullptr && before_.whole && after_.whole) {
      Subjects(before_.inventory->subjects, after_.inventory->subjects);
    }
    return std::move(out_);
  }

 private:
  struct Told {
    size_t count = 0;
    size_t last = 0;  ///< of that kind, in out_.changes
  };

  void Say(EventKind kind, const std::string& subject, std::string detail) {
    Told& told = told_[kind];
    if (++told.count <= kMostOfAKind) {
      told.last = out_.changes.size();
      out_.changes.push_back({.kind = kind, .subject = subject, .detail = std::move(detail)});
    } else {
      out_.changes[told.last].detail =
          fmt::format("and {} more like this", told.count - kMostOfAKind);
    }
  }

  void Violate(IntegrityKind kind, std::string what) {
    out_.violations.push_back({.kind = kind, .at = {}, .what = std::move(what)});
  }

  void Settings() {
    if (before_.settings == nullptr || after_.settings == nullptr) {
      return;
    }
    if (before_.compatibility != after_.compatibility) {
      Say(EventKind::kCompatibilityChanged, "",
          LevelChange(before_.compatibility, after_.compatibility));
    }
    if (before_.mode != after_.mode && !before_.mode.empty() && !after_.mode.empty()) {
      Say(EventKind::kRegistryModeChanged, "",
          Printable(before_.mode, 40) + " -> " + Printable(after_.mode, 40));
    }
  }

  void Subjects(const std::vector<SubjectRef>& before, const std::vector<SubjectRef>& after) {
    auto old = before.begin();
    auto now = after.begin();
    size_t lost = 0;
    const auto live = static_cast<size_t>(std::ranges::count_if(before, MayLive));
    while (old != before.end() || now != after.end()) {
      const bool is_gone = now == after.end() || (old != before.end() && Before(*old, *now));
      const bool is_new = old == before.end() || (now != after.end() && Before(*now, *old));
      if (is_gone) {
        lost += MayLive(*old) ? 1U : 0U;
        Gone(**old++);
      } else if (is_new) {
        Created(**now++);
      } else {
        Compare(*old++, *now++);
      }
    }
    if (same_node_ && lost >= kManySubjects && lost * 2 > live) {
      Violate(IntegrityKind::kSubjectsLost,
              fmt::format("{} of {} subjects vanished at once without having been deleted softly; "
                          "is _schemas still compacted, and not a new one?",
                          lost, live));
    }
  }

  /// Nobody has said that it is deleted softly.
  static bool MayLive(const SubjectRef& subject) {
    return !subject->deleted() || subject->vanished;
  }

  static bool Before(const SubjectRef& left, const SubjectRef& right) {
    return left->entity->name < right->entity->name;
  }

  /// The same facts are shared as long as nothing changed.
  void Compare(const SubjectRef& before, const SubjectRef& after) {
    if (before != after) {
      Subject(*before, *after);
    }
  }

  void Created(const SubjectFacts& subject) {
    if (before_.unreadable != nullptr && before_.unreadable->MayHold(subject.entity->name)) {
      return;  // it was there, and could not be read
    }
    out_.registered.insert(out_.registered.end(), subject.versions.size(), subject.entity);
    const SchemaVersionFacts& last = subject.versions.back();
    Say(EventKind::kSubjectCreated, subject.entity->name,
        fmt::format("version {}, id {}, {}", last.version, last.schema->id, last.schema->type));
  }

  void Gone(const SubjectFacts& subject) {
    Say(EventKind::kSubjectGone, subject.entity->name,
        fmt::format("{}{}", CountedVersions(subject.versions.size()),
                    HowGone(subject.deleted() && !subject.vanished)));
  }

  /// Deleted softly and for good within one interval looks like lost: only the topic tells which.
  std::string_view HowGone(bool deleted) const {
    return deleted      ? ""
           : same_node_ ? "; not seen deleted softly first: both since the poll before, or lost"
                        : "; another node tells the subjects now, and does not list it";
  }

  void Subject(const SubjectFacts& before, const SubjectFacts& after) {
    const std::string& name = after.entity->name;
    if (after.deleted() && !before.deleted()) {
      Say(EventKind::kSubjectDeleted, name,
          CountedVersions(after.versions.size()) +
              (after.vanished ? "; it is not listed any more, and the list of deleted ones cannot "
                                "be read: softly or for good is not known"
                              : ""));
    } else {
      Versions(before, after);
    }
    Setting(before.compatibility, after.compatibility, EventKind::kCompatibilityChanged, name);
    Setting(before.mode, after.mode, EventKind::kRegistryModeChanged, name);
  }

  void Setting(const std::optional<std::string>& before, const std::optional<std::string>& after,
               EventKind kind, const std::string& name) {
    if (!before || !after || *before == *after) {
      return;
    }
    if (kind == EventKind::kRegistryModeChanged) {
      Say(kind, name,
          OrNone(*before, "its own: none") + " -> " + OrNone(*after, "none of its own"));
      return;
    }
    // What held and what holds; an own level that is the registry's too changes nothing.
    const std::string old = before->empty() ? before_.compatibility : *before;
    const std::string now = after->empty() ? after_.compatibility : *after;
    Say(kind, name, LevelChange(old, now) + (after->empty() ? " (the registry's own)" : ""));
  }

  void Versions(const SubjectFacts& before, const SubjectFacts& after) {
    auto old = before.versions.begin();
    auto now = after.versions.begin();
    std::vector<const SchemaVersionFacts*> fresh;
    while (old != before.versions.end() || now != after.versions.end()) {
      if (now == after.versions.end() ||
          (old != before.versions.end() && old->version < now->version)) {
        VersionGone(after, *old++);
      } else if (old == before.versions.end() || now->version < old->version) {
        fresh.push_back(&*now++);
      } else {
        Version(after, *old++, *now++);
      }
    }
    Registered(before, after, fresh);
  }

  void VersionGone(const SubjectFacts& subject, const SchemaVersionFacts& version) {
    Say(EventKind::kSchemaGone, subject.entity->name,
        fmt::format("version {}, id {}{}", version.version, version.schema->id,
                    HowGone(version.deleted)));
  }

  /// A producer that makes schemas must not push out what else happened.
  void Registered(const SubjectFacts& before, const SubjectFacts& after,
                  const std::vector<const SchemaVersionFacts*>& fresh) {
    const size_t told = fresh.size() > kVersionsTold + 1 ? kVersionsTold : fresh.size();
    for (size_t i = 0; i < told; ++i) {
      Registered(before, after, *fresh[i]);
    }
    if (told < fresh.size()) {
      const size_t more = fresh.size() - told;
      out_.registered.insert(out_.registered.end(), more, after.entity);
      Say(EventKind::kSchemaRegistered, after.entity->name,
          fmt::format("and {} more versions, up to version {}, id {}", more, fresh.back()->version,
                      fresh.back()->schema->id));
    }
  }

  void Registered(const SubjectFacts& before, const SubjectFacts& after,
                  const SchemaVersionFacts& version) {
    out_.registered.push_back(after.entity);
    std::string words = fmt::format("version {}, id {}", version.version, version.schema->id);
    const bool last = version.version == after.versions.back().version;
    if (last && before.latest_text != nullptr && after.latest_text != nullptr) {
      const std::string diff = SchemaDiff(*before.latest_text, *after.latest_text);
      words += diff.empty() ? "" : "\n" + diff;
    }
    Say(EventKind::kSchemaRegistered, after.entity->name, std::move(words));
  }

  void Version(const SubjectFacts& subject, const SchemaVersionFacts& before,
               const SchemaVersionFacts& after) {
    const std::string& name = subject.entity->name;
    if (before.deleted != after.deleted) {
      Say(after.deleted ? EventKind::kSchemaDeleted : EventKind::kSchemaRestored, name,
          fmt::format("version {}, id {}", after.version, after.schema->id));
    }
    if (before.schema->id != after.schema->id) {
      Violate(IntegrityKind::kIdChanged,
              fmt::format("{} version {} had id {} and has id {}", Printable(name, 100),
                          after.version, before.schema->id, after.schema->id));
    }
  }

  const SchemaRegistryFacts& before_;
  const SchemaRegistryFacts& after_;
  const bool same_node_;
  RegistryDifference out_{};
  std::map<EventKind, Told> told_{};
};

}  // namespace

RegistryDifference DifferenceBetween(const SchemaRegistryFacts& before,
                                     const SchemaRegistryFacts& after) {
  return Differ(before, after).Run();
}

}  // namespace klaxon::analysis
