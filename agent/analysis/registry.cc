#include "agent/analysis/registry.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "agent/analysis/registry_changes.h"
#include "agent/analysis/registry_counts.h"
#include "agent/analysis/registry_integrity.h"
#include "agent/analysis/registry_leader.h"
#include "agent/base/text.h"

namespace klaxon::analysis {
namespace {

constexpr size_t kOrphansKept = 1'000;
constexpr size_t kRegisteredKept = 2'000;
constexpr Duration kRegisteredFor = std::chrono::hours{1};

using Subjects = std::vector<SubjectRef>;

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
  derived.topic_begins =
      known && facts.topic.followed ? TopicBegins(facts.topic.name, *kafka, now) : std::nullopt;
  derived.orphans = known && facts.whole ? std::optional(Orphans(facts.inventory->subjects, *kafka))
                                         : std::nullopt;
}

bool InventoryChanged(const SchemaRegistryFacts* before, const SchemaRegistryFacts& facts) {
  return before == nullptr || before->inventory != facts.inventory ||
         before->compatibility != facts.compatibility;
}

/// What new facts say of the registry over time; returns what changed, to be told.
std::vector<Change> LearnFacts(const SchemaRegistryFacts* before, const SchemaRegistryFacts& facts,
                               const Instant& now, SchemaRegistryDerived& derived) {
  RegistryDifference difference;
  if (before != nullptr) {
    difference = DifferenceBetween(*before, facts);
    KeepRegistered(difference.registered, now, derived);
  }
  if (facts.inventory != nullptr && InventoryChanged(before, facts)) {
    CountSubjects(facts, derived);
    if (before != nullptr && before->from_topic != facts.from_topic) {
      derived.known = nullptr;  // registries write texts not always as they answer them
    }
    LearnIds(facts.inventory->subjects, derived, difference.violations);
  }
  CheckIntegrity(before, facts, derived, difference.violations);
  KeepViolations(std::move(difference.violations), now, difference.changes, derived);
  return std::move(difference.changes);
}

std::string NameOf(const SchemaRegistryFacts& facts) {
  return Printable(facts.registry_id, 40) + " of Kafka cluster " +
         (facts.kafka_cluster_id.empty() ? "(not told)" : Printable(facts.kafka_cluster_id, 40));
}

/// What follows from the facts of another registry tells nothing of this one; counters go on.
void BeginAnew(const SchemaRegistryFacts& before, const SchemaRegistryFacts& facts,
               const Instant& now, SchemaRegistryDerived& derived, std::vector<Change>& changes) {
  SchemaRegistryDerived anew;
  anew.violation_totals = derived.violation_totals;
  anew.registered_total = derived.registered_total;
  anew.replaced =
      fmt::format("{} answers, and {} did: everything is read anew", NameOf(facts), NameOf(before));
  anew.replaced_at = now;
  changes.push_back({.kind = EventKind::kRegistryReplaced, .subject = "", .detail = anew.replaced});
  derived = std::move(anew);
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
  const bool another = before.facts != nullptr && before.facts->registries != facts.registries;
  if (another) {
    BeginAnew(*before.facts, facts, now, *derived, step.changes);
  }
  if (!same) {
    std::vector<Change> changes =
        LearnFacts(another ? nullptr : before.facts, facts, now, *derived);
    std::ranges::move(changes, std::back_inserter(step.changes));
  }
  if (facts.inventory != nullptr) {
    JoinTopics(facts, kafka, now, *derived);
  }
  JoinGroup(facts, kafka, now, *derived, step.changes);
  step.derived = std::move(derived);
  return step;
}

}  // namespace klaxon::analysis
