#include "agent/analysis/record_samples.h"

#include <algorithm>

namespace klaxon {

/// Every id of some registries, with what they have under it.
struct SchemaIndex {
  std::vector<std::shared_ptr<const RegistryInventory>> of{};
  std::map<int32_t, SchemaStanding> ids{};
};

}  // namespace klaxon

namespace klaxon::analysis {
namespace {

using State = SchemaStanding::State;
using Registries = std::vector<const SchemaRegistryFacts*>;

constexpr size_t kMostAbsent = 10'000;

JudgedSample JudgeOne(const SampledPart& part, const SchemaKnowledge& known) {
  JudgedSample judged;
  judged.findings.reserve(part.counts.size());
  for (size_t i = 0; i < part.counts.size(); ++i) {
    WireVerdict verdict = Judge(part.counts[i].prefix, known);
    judged.records.at(IndexOf(verdict.kind)) += part.counts[i].records;
    judged.findings.push_back({.verdict = std::move(verdict), .count = i});
  }
  return judged;
}

void Add(const SubjectFacts& subject, SchemaIndex& index) {
  for (const SchemaVersionFacts& version : subject.versions) {
    SchemaStanding& standing = index.ids[version.schema->id];
    standing.type = version.schema->type;
    if (standing.state != State::kLive) {
      standing.state = version.deleted ? State::kSoftDeleted : State::kLive;
    }
  }
}

std::shared_ptr<const SchemaIndex> IndexThem(const Registries& registries,
                                             const std::shared_ptr<const SchemaIndex>& before) {
  auto index = std::make_shared<SchemaIndex>();
  for (const SchemaRegistryFacts* registry : registries) {
    if (registry->inventory != nullptr) {
      index->of.push_back(registry->inventory);
    }
  }
  if (before != nullptr && before->of == index->of) {
    return before;
  }
  for (const auto& inventory : index->of) {
    for (const SubjectRef& subject : inventory->subjects) {
      Add(*subject, *index);
    }
  }
  return index;
}

/// Registries, as far as they can be believed now.
struct Belief {
  bool any = false;                   ///< some list is fresh: what is in it is there
  bool whole = false;                 ///< what is in none of them is nowhere
  MonoTime listed = MonoTime::max();  ///< the oldest of the lists
  std::optional<int32_t> max_id{};
};

Belief BeliefIn(const Registries& registries, const Instant& now) {
  Belief belief{.whole = !registries.empty()};
  for (const SchemaRegistryFacts* registry : registries) {
    const bool fresh = registry->inventory != nullptr && IsFresh(registry->listed, now);
    belief.any = belief.any || fresh;
    belief.whole = belief.whole && fresh && registry->whole && registry->incomplete.empty();
    if (fresh) {
      belief.listed = std::min(belief.listed, registry->listed->taken_at.mono);
    }
  }
  const bool told = registries.size() == 1 && registries[0]->max_id_told &&
                    IsFresh(registries[0]->max_id_answer, now);
  belief.max_id = told ? registries[0]->max_id : std::nullopt;
  return belief;
}

SchemaStanding StandingOf(int32_t id, const SampledTopic& topic, const Belief& belief,
                          RecordSamplesDerived& derived) {
  const auto found = belief.any ? derived.index->ids.find(id) : derived.index->ids.end();
  if (found != derived.index->ids.end()) {
    derived.absent.erase(id);
    return found->second;
  }
  const bool later = topic.sampled != nullptr && belief.listed > topic.sampled->taken_at.mono;
  if (!belief.whole || !(later || derived.absent.contains(id))) {
    return {};
  }
  if (derived.absent.size() < kMostAbsent) {
    derived.absent.insert(id);
  }
  return {.state = State::kAbsent, .type = {}};
}

}  // namespace

std::shared_ptr<RecordSamplesDerived> JudgeSamples(const RecordSampleFacts& facts,
                                                   const KnowledgeOf& known) {
  auto derived = std::make_shared<RecordSamplesDerived>();
  derived->topics.reserve(facts.topics.size());
  for (const SampledTopic& topic : facts.topics) {
    const SchemaKnowledge knowledge = known(topic);
    derived->topics.push_back(
        {JudgeOne(topic.parts[0], knowledge), JudgeOne(topic.parts[1], knowledge)});
  }
  return derived;
}

std::shared_ptr<const RecordSamplesDerived> AdvanceSamples(
    const std::shared_ptr<const RecordSamplesDerived>& before, bool same_facts,
    const RecordSampleFacts& facts, const Registries& registries, const Instant& now) {
  std::vector<std::pair<AnswerRef, bool>> judged_by;
  for (const SchemaRegistryFacts* registry : registries) {
    judged_by.emplace_back(registry->listed, IsFresh(registry->listed, now));
  }
  if (before != nullptr && same_facts && before->judged_by == judged_by) {
    return before;
  }
  RecordSamplesDerived memory;  // what is remembered from one time to the next
  memory.index = IndexThem(registries, before == nullptr ? nullptr : before->index);
  memory.absent = before == nullptr ? std::set<int32_t>{} : before->absent;
  const Belief belief = BeliefIn(registries, now);
  const std::shared_ptr<RecordSamplesDerived> derived =
      JudgeSamples(facts, [&](const SampledTopic& topic) -> SchemaKnowledge {
        return {.by_id = [&](int32_t id) { return StandingOf(id, topic, belief, memory); },
                .by_guid = {},
                .max_id = belief.max_id};
      });
  derived->judged_by = std::move(judged_by);
  derived->index = std::move(memory.index);
  derived->absent = std::move(memory.absent);
  return derived;
}

}  // namespace klaxon::analysis
