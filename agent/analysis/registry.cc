#include "agent/analysis/registry.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "agent/analysis/registry_changes.h"
#include "agent/analysis/registry_leader.h"
#include "agent/base/text.h"

namespace klaxon::analysis {
namespace {

constexpr size_t kViolationsKept = 20;
constexpr size_t kDanglingShown = 10;
constexpr size_t kOrphansKept = 1'000;
constexpr size_t kRegisteredKept = 2'000;
constexpr Duration kRegisteredFor = std::chrono::hours{1};

using Subjects = std::vector<SubjectRef>;

const SubjectFacts* FindSubject(const Subjects& subjects, std::string_view name) {
  const auto found = std::ranges::lower_bound(
      subjects, name, {},
      [](const SubjectRef& subject) -> std::string_view { return subject->entity->name; });
  return found != subjects.end() && (*found)->entity->name == name ? found->get() : nullptr;
}

/// Whether a reference leads to a version that is there. Within a context other than the default
/// one, names without a context mean the same context.
bool Leads(const Subjects& subjects, const SubjectFacts& from, const SchemaReference& to) {
  const std::string_view context = ContextOf(from.entity->name);
  const SubjectFacts* target = FindSubject(subjects, to.subject);
  if (target == nullptr && !context.empty()) {
    target = FindSubject(subjects, fmt::format(":{}:{}", context, to.subject));
  }
  return target != nullptr &&
         std::ranges::any_of(target->versions, [&](const SchemaVersionFacts& version) {
           return version.version == to.version && !version.deleted;
         });
}

void CountReferences(const Subjects& subjects, const SubjectFacts& subject,
                     const SchemaVersionFacts& version, SchemaRegistryDerived& derived) {
  for (const SchemaReference& reference : version.schema->references) {
    if (Leads(subjects, subject, reference)) {
      continue;
    }
    ++derived.counts.dangling;
    if (derived.dangling.size() < kDanglingShown) {
      derived.dangling.push_back(
          fmt::format("{} version {} refers to {} version {}, which is deleted or not there",
                      Printable(subject.entity->name, 100), version.version,
                      Printable(reference.subject, 100), reference.version));
    }
  }
}

using SeenSchemas = std::set<const SchemaFacts*>;

void CountVersions(const Subjects& subjects, const SubjectFacts& subject, SeenSchemas& seen,
                   SchemaRegistryDerived& derived) {
  for (const SchemaVersionFacts& version : subject.versions) {
    (version.deleted ? derived.counts.deleted_versions : derived.counts.versions) += 1;
    if (seen.insert(version.schema.get()).second) {
      ++derived.counts.types[version.schema->type];
    }
    if (!version.deleted) {
      CountReferences(subjects, subject, version, derived);
    }
  }
}

void Count(const SchemaRegistryFacts& facts, SchemaRegistryDerived& derived) {
  derived.counts = {};
  derived.dangling.clear();
  SeenSchemas seen;
  std::set<int32_t> ids;
  for (const SubjectRef& subject : facts.inventory->subjects) {
    const bool deleted = subject->deleted();
    (deleted ? derived.counts.deleted_subjects : derived.counts.subjects) += 1;
    if (!deleted && subject->compatibility) {
      const std::string& own = *subject->compatibility;
      ++derived.counts.levels[own.empty() ? facts.compatibility : own];
    }
    CountVersions(facts.inventory->subjects, *subject, seen, derived);
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

/// "orders" of "orders-value"; empty: it is not named after a topic (TopicNameStrategy).
std::string_view TopicOf(std::string_view subject) {
  const std::string_view name = NameInContext(subject);
  for (const std::string_view suffix : {"-value", "-key"}) {
    if (name.ends_with(suffix)) {
      return name.substr(0, name.size() - suffix.size());
    }
  }
  return {};
}

/// Null: there is none of that name.
const TopicFacts* FindTopic(const KafkaFacts& kafka, std::string_view name) {
  const auto found = std::ranges::lower_bound(
      kafka.topics, name, {},
      [](const TopicFacts& each) -> std::string_view { return each.entity->name; });
  return found == kafka.topics.end() || found->entity->name != name ? nullptr : &*found;
}

std::vector<std::string> Orphans(const Subjects& subjects, const KafkaFacts& kafka) {
  std::vector<std::string> orphans;
  for (const SubjectRef& subject : subjects) {
    const std::string_view topic = TopicOf(subject->entity->name);
    if (topic.empty() || subject->deleted() || orphans.size() >= kOrphansKept) {
      continue;
    }
    if (FindTopic(kafka, topic) == nullptr) {
      orphans.push_back(subject->entity->name);
    }
  }
  return orphans;
}

auto OrderOf(const KnownSchema& schema) {
  return std::tie(schema.context, schema.id, schema.hash.high, schema.hash.low);
}

bool Before(const KnownSchema& a, const KnownSchema& b) {
  return OrderOf(a) < OrderOf(b);
}

/// Every schema of the inventory once, in order.
std::vector<KnownSchema> SchemasOf(const Subjects& subjects) {
  std::vector<KnownSchema> all;
  SeenSchemas seen;
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

/// Adds every id of the inventory to the known ones; an id that stands for a second schema is a
/// violation, once.
void LearnIds(const Subjects& subjects, SchemaRegistryDerived& derived,
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

void Keep(std::vector<IntegrityViolation> violations, const Instant& now, RegistryStep& step,
          SchemaRegistryDerived& derived) {
  for (IntegrityViolation& violation : violations) {
    violation.at = now;
    ++derived.violation_totals.at(static_cast<size_t>(violation.kind));
    step.changes.push_back(
        {.kind = EventKind::kRegistryDamaged, .subject = "", .detail = violation.what});
    derived.violations.push_back(std::move(violation));
  }
  const size_t surplus =
      derived.violations.size() - std::min(derived.violations.size(), kViolationsKept);
  derived.violations.erase(derived.violations.begin(),
                           derived.violations.begin() + static_cast<std::ptrdiff_t>(surplus));
}

void KeepRegistered(const std::vector<EntityRef>& registered, const Instant& now,
                    SchemaRegistryDerived& derived) {
  derived.registered_total += registered.size();
  std::erase_if(derived.registered,
                [&](const auto& each) { return now.mono - each.first > kRegisteredFor; });
  for (const EntityRef& subject : registered) {
    if (derived.registered.size() < kRegisteredKept) {
      derived.registered.emplace_back(now.mono, subject);
    }
  }
}

AnswerRef LedBy(const GroupFacts* group, const Instant& now) {
  return group != nullptr && IsFresh(group->described, now) ? group->described : nullptr;
}

/// Whether the joined facts are still those that `derived` was made of.
bool JoinsHold(const SchemaRegistryDerived& derived, const SchemaRegistryFacts& facts,
               const KafkaFacts* kafka, const Instant& now) {
  const bool known = kafka != nullptr && IsFresh(kafka->metadata, now);
  const GroupFacts* const group = kafka == nullptr ? nullptr : RegistryGroupOf(facts, *kafka);
  return derived.orphans_of == (known ? kafka->metadata : nullptr) &&
         derived.led == LedBy(group, now);
}

/// Who leads now; a change is told once the group has settled on another node.
void JoinGroup(const SchemaRegistryFacts& facts, const KafkaFacts* kafka, const Instant& now,
               SchemaRegistryDerived& derived, std::vector<Change>& changes) {
  const GroupFacts* const group = kafka == nullptr ? nullptr : RegistryGroupOf(facts, *kafka);
  derived.led = LedBy(group, now);
  if (derived.led == nullptr) {
    derived.leader.reset();
    return;
  }
  derived.leader = RegistryLeaderOf(*group, facts);
  if (!derived.leader->settled) {
    return;
  }
  const std::string& leads = derived.leader->url;
  if (derived.last_leader && *derived.last_leader != leads) {
    const auto name = [](const std::string& url) { return url.empty() ? "nobody" : url; };
    changes.push_back({.kind = EventKind::kRegistryLeader,
                       .subject = "",
                       .detail = fmt::format("{} leads, and {} did", Printable(name(leads)),
                                             Printable(name(*derived.last_leader)))});
  }
  derived.last_leader = leads;
}

std::optional<int64_t> TopicBegins(const std::string& name, const KafkaFacts& kafka,
                                   const Instant& now) {
  const TopicFacts* const topic = FindTopic(kafka, name);
  return topic != nullptr && !topic->partitions.empty() &&
                 IsFresh(topic->partitions.front().earliest.answer, now)
             ? std::optional(topic->partitions.front().earliest.offset)
             : std::nullopt;
}

void JoinTopics(const SchemaRegistryFacts& facts, const KafkaFacts* kafka, const Instant& now,
                SchemaRegistryDerived& derived) {
  const bool known = kafka != nullptr && IsFresh(kafka->metadata, now);
  derived.orphans_of = known ? kafka->metadata : nullptr;
  derived.topic_begins = known ? TopicBegins(facts.topic.name, *kafka, now) : std::nullopt;
  derived.orphans = known && facts.whole ? std::optional(Orphans(facts.inventory->subjects, *kafka))
                                         : std::nullopt;
}

}  // namespace

RegistryStep DeriveRegistry(const RegistryBefore& before, const SchemaRegistryFacts& facts,
                            const KafkaFacts* kafka, const Instant& now) {
  RegistryStep step;
  const bool same = before.facts == &facts && before.derived != nullptr;
  if (same && JoinsHold(*before.derived, facts, kafka, now)) {
    step.derived = before.derived;
    return step;
  }
  auto derived = before.derived == nullptr
                     ? std::make_shared<SchemaRegistryDerived>()
                     : std::make_shared<SchemaRegistryDerived>(*before.derived);
  if (!same) {
    std::vector<IntegrityViolation> violations;
    if (before.facts != nullptr) {
      RegistryDifference difference = DifferenceBetween(*before.facts, facts);
      step.changes = std::move(difference.changes);
      violations = std::move(difference.violations);
      KeepRegistered(difference.registered, now, *derived);
    }
    const bool changed = before.facts == nullptr || before.facts->inventory != facts.inventory ||
                         before.facts->compatibility != facts.compatibility;
    if (facts.inventory != nullptr && changed) {
      Count(facts, *derived);
      if (before.facts != nullptr && before.facts->from_topic != facts.from_topic) {
        derived->known = nullptr;  // registries write texts not always as they answer them
      }
      LearnIds(facts.inventory->subjects, *derived, violations);
    }
    CheckMaxId(facts, *derived, violations);
    CheckNodes(before.facts, facts, violations);
    CheckTopic(before.facts, facts, violations);
    Keep(std::move(violations), now, step, *derived);
  }
  if (facts.inventory != nullptr) {
    JoinTopics(facts, kafka, now, *derived);
  }
  JoinGroup(facts, kafka, now, *derived, step.changes);
  step.derived = std::move(derived);
  return step;
}

}  // namespace klaxon::analysis
