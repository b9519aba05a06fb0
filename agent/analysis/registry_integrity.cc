#include "agent/analysis/registry_integrity.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "agent/base/text.h"

namespace klaxon::analysis {
namespace {

constexpr size_t kViolationsKept = 20;

auto OrderOf(const KnownSchema& schema) {
  return std::tie(schema.context, schema.id, schema.hash.high, schema.hash.low);
}

bool Before(const KnownSchema& a, const KnownSchema& b) {
  return OrderOf(a) < OrderOf(b);
}

/// Every schema of the inventory once, in order.
std::vector<KnownSchema> SchemasOf(const std::vector<SubjectRef>& subjects) {
  std::vector<KnownSchema> all;
  std::set<const SchemaFacts*> seen;
  for (const SubjectRef& subject : subjects) {
    for (const SchemaVersionFacts& version : subject->versions) {
      if (seen.insert(version.schema.get()).second) {
        all.push_back({.context = std::string(ContextOf(subject->entity->name)),
                       .id = version.schema->id,
                       .hash = version.schema->hash});
      }
    }
  }
  std::ranges::sort(all, Before);
  return all;
}

bool ShareId(const KnownSchema& one, const KnownSchema& two) {
  return one.context == two.context && one.id == two.id && one.hash != two.hash;
}

void CheckMaxId(const SchemaRegistryFacts& facts, SchemaRegistryDerived& derived,
                std::vector<IntegrityViolation>& violations) {
  if (!facts.max_id || !facts.max_id_told) {
    return;
  }
  const int32_t highest = derived.highest_max_id.value_or(*facts.max_id);
  const bool low = *facts.max_id < highest;
  if (low && derived.max_id_was_low) {
    violations.push_back(
        {.kind = IntegrityKind::kMaxIdFell,
         .at = {},
         .what = fmt::format("the highest id fell from {} to {}: new schemas get ids that records "
                             "carry already",
                             highest, *facts.max_id)});
    derived.highest_max_id = facts.max_id;
    derived.max_id_was_low = false;
    return;
  }
  derived.max_id_was_low = low;
  derived.highest_max_id = std::max(highest, *facts.max_id);
}

void CheckNodes(const SchemaRegistryFacts* before, const SchemaRegistryFacts& facts,
                std::vector<IntegrityViolation>& violations) {
  for (size_t i = 0; i < facts.nodes.size(); ++i) {
    const RegistryNodeFacts& node = facts.nodes[i];
    const size_t was =
        before == nullptr || before->nodes.size() <= i ? 0 : before->nodes[i].comparison.in_a_row;
    if (node.comparison.in_a_row == 2 && was < 2 && !node.comparison.words.empty()) {
      violations.push_back({.kind = IntegrityKind::kNodesDisagree,
                            .at = {},
                            .what = fmt::format("{} {} ({} differences to {})", node.entity->name,
                                                node.comparison.words.front(),
                                                node.comparison.differences, facts.listed_from)});
    }
  }
}

bool KnownBad(const RegistryTopicFacts& topic) {
  return !topic.cleanup_policy.empty() && !topic.compacted();
}

/// What the topic shows: versions deleted past the registry, and that it is not compacted.
void CheckTopic(const SchemaRegistryFacts* before, const SchemaRegistryFacts& facts,
                std::vector<IntegrityViolation>& violations) {
  const RegistryTopicFacts& topic = facts.topic;
  const uint64_t was = before == nullptr ? 0 : before->topic.lost_total;
  if (topic.lost_total > was) {
    violations.push_back(
        {.kind = IntegrityKind::kVersionLost,
         .at = {},
         .what = fmt::format("topic {} shows {} deleted for good that nobody deleted softly first, "
                             "{}: no registry does that",
                             topic.name,
                             topic.lost_total - was == 1
                                 ? "a version"
                                 : fmt::format("{} versions", topic.lost_total - was),
                             topic.lost.size() > was ? topic.lost[was] : topic.lost.back())});
  }
  if (KnownBad(topic) && (before == nullptr || !KnownBad(before->topic))) {
    violations.push_back(
        {.kind = IntegrityKind::kNotCompacted,
         .at = {},
         .what =
             fmt::format("topic {} has cleanup.policy {}: schemas vanish when their records are "
                         "old; set it to compact",
                         topic.name, Printable(topic.cleanup_policy, 40))});
  }
}

}  // namespace

void LearnIds(const std::vector<SubjectRef>& subjects, SchemaRegistryDerived& derived,
              std::vector<IntegrityViolation>& violations) {
  static const std::vector<KnownSchema> none;
  const std::vector<KnownSchema>& old = derived.known == nullptr ? none : *derived.known;
  auto all = std::make_shared<std::vector<KnownSchema>>();
  std::ranges::set_union(old, SchemasOf(subjects), std::back_inserter(*all), Before);
  if (derived.known != nullptr && all->size() == old.size()) {
    return;
  }
  const auto known = [&](const KnownSchema& schema) {
    return std::ranges::binary_search(old, schema, Before);
  };
  for (size_t i = 1; i < all->size(); ++i) {
    const KnownSchema& one = (*all)[i - 1];
    const KnownSchema& two = (*all)[i];
    if (ShareId(one, two) && (!known(one) || !known(two))) {
      violations.push_back(
          {.kind = IntegrityKind::kIdChanged,
           .at = {},
           .what = fmt::format("id {}{} stands for two schemas: {:.8} and {:.8}", one.id,
                               one.context.empty() ? "" : " of " + one.context, ToString(one.hash),
                               ToString(two.hash))});
    }
  }
  derived.known = std::move(all);
}

void CheckIntegrity(const SchemaRegistryFacts* before, const SchemaRegistryFacts& facts,
                    SchemaRegistryDerived& derived, std::vector<IntegrityViolation>& violations) {
  CheckMaxId(facts, derived, violations);
  CheckNodes(before, facts, violations);
  CheckTopic(before, facts, violations);
}

void KeepViolations(std::vector<IntegrityViolation> violations, const Instant& now,
                    std::vector<Change>& changes, SchemaRegistryDerived& derived) {
  for (IntegrityViolation& violation : violations) {
    ++derived.violation_totals.at(static_cast<size_t>(violation.kind));
    changes.push_back(
        {.kind = EventKind::kRegistryDamaged, .subject = "", .detail = violation.what});
    violation.at = now;
    violation.first = now;
    const auto same = std::ranges::find_if(derived.violations, [&](const auto& kept) {
      return kept.kind == violation.kind && kept.what == violation.what;
    });
    if (same != derived.violations.end()) {
      violation.first = same->first;
      violation.times = same->times + 1;
      derived.violations.erase(same);
    }
    derived.violations.push_back(std::move(violation));
  }
  const size_t surplus =
      derived.violations.size() - std::min(derived.violations.size(), kViolationsKept);
  derived.violations.erase(derived.violations.begin(),
                           derived.violations.begin() + static_cast<std::ptrdiff_t>(surplus));
}

}  // namespace klaxon::analysis
