#include "agent/analysis/registry_counts.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "agent/base/text.h"

namespace klaxon::analysis {
namespace {

constexpr size_t kDanglingShown = 10;

const SubjectFacts* SubjectIn(const std::vector<SubjectRef>& subjects, std::string_view name) {
  const auto found = std::ranges::lower_bound(
      subjects, name, {},
      [](const SubjectRef& subject) -> std::string_view { return subject->entity->name; });
  return found != subjects.end() && (*found)->entity->name == name ? found->get() : nullptr;
}

/// The subject that a reference means. A name without a context is of the context that the
/// referring subject is in (Confluent's QualifiedSubject.qualifySubjectWithParent); Karapace and
/// Apicurio 2 have no contexts, and take names as they are.
std::string TargetOf(const SchemaRegistryFacts& facts, const SubjectFacts& from,
                     const SchemaReference& to) {
  const std::string_view context = ContextOf(from.entity->name);
  const bool plain = facts.kind == RegistryKind::kKarapace || facts.kind == RegistryKind::kApicurio;
  return plain || context.empty() || !ContextOf(to.subject).empty()
             ? to.subject
             : fmt::format(":{}:{}", context, to.subject);
}

/// Whether a reference leads to a version that is there, or may be for all we know.
bool Leads(const SchemaRegistryFacts& facts, const SubjectFacts& from, const SchemaReference& to) {
  const std::string name = TargetOf(facts, from, to);
  const SubjectFacts* target = SubjectIn(facts.inventory->subjects, name);
  if (facts.unreadable != nullptr && facts.unreadable->MayHold(name)) {
    return true;
  }
  return target != nullptr &&
         std::ranges::any_of(target->versions, [&](const SchemaVersionFacts& version) {
           return version.version == to.version && !version.deleted;
         });
}

void CountReferences(const SchemaRegistryFacts& facts, const SubjectFacts& subject,
                     const SchemaVersionFacts& version, SchemaRegistryDerived& derived) {
  for (const SchemaReference& reference : version.schema->references) {
    if (Leads(facts, subject, reference)) {
      continue;
    }
    ++derived.counts.dangling;
    if (derived.dangling.size() < kDanglingShown) {
      derived.dangling.push_back(
          fmt::format("{} version {} refers to {} version {}, which is deleted or not there",
                      Printable(subject.entity->name, 100), version.version,
                      Printable(TargetOf(facts, subject, reference), 100), reference.version));
    }
  }
}

void CountVersions(const SchemaRegistryFacts& facts, const SubjectFacts& subject,
                   std::set<const SchemaFacts*>& seen, SchemaRegistryDerived& derived) {
  for (const SchemaVersionFacts& version : subject.versions) {
    (version.deleted ? derived.counts.deleted_versions : derived.counts.versions) += 1;
    if (seen.insert(version.schema.get()).second) {
      ++derived.counts.types[version.schema->type];
    }
    if (!version.deleted) {
      CountReferences(facts, subject, version, derived);
    }
  }
}

}  // namespace

void CountSubjects(const SchemaRegistryFacts& facts, SchemaRegistryDerived& derived) {
  derived.counts = {};
  derived.dangling.clear();
  std::set<const SchemaFacts*> seen;
  std::set<int32_t> ids;
  for (const SubjectRef& subject : facts.inventory->subjects) {
    const bool deleted = subject->deleted();
    derived.counts.vanished += subject->vanished ? 1U : 0U;
    (deleted ? derived.counts.deleted_subjects : derived.counts.subjects) += 1;
    if (!deleted && subject->compatibility) {
      const std::string& own = *subject->compatibility;
      ++derived.counts.levels[own.empty() ? facts.compatibility : own];
    }
    CountVersions(facts, *subject, seen, derived);
    if (ContextOf(subject->entity->name).empty()) {
      std::ranges::transform(subject->versions, std::inserter(ids, ids.end()),
                             [](const SchemaVersionFacts& version) { return version.schema->id; });
    }
  }
  if (!ids.empty()) {  // registries count from 1; whoever gives 0 has one id more to give
    const size_t given = static_cast<size_t>(*ids.rbegin()) + (*ids.begin() == 0 ? 1 : 0);
    derived.counts.unused_ids = given - ids.size();
  }
}

}  // namespace klaxon::analysis
