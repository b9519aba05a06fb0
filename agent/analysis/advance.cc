#include "agent/analysis/advance.h"

#include <algorithm>
#include <map>
#include <utility>

#include "agent/analysis/changes.h"
#include "agent/analysis/connect/config_changes.h"
#include "agent/analysis/connect/connect.h"
#include "agent/analysis/connect/overlay.h"
#include "agent/analysis/lag.h"
#include "agent/analysis/record_samples.h"
#include "agent/analysis/registry.h"
#include "agent/analysis/rest_proxy/rest_proxy.h"
#include "agent/analysis/zookeeper.h"

namespace klaxon::analysis {
namespace {

const ViewPart* PartOf(const View& view, const Section& section) {
  const auto found = std::ranges::find_if(view.parts, [&](const ViewPart& part) {
    return part.section->cluster == section.cluster &&
           part.section->collector == section.collector &&
           part.section->instance == section.instance;
  });
  return found == view.parts.end() ? nullptr : &*found;
}

/// Whether an answer that was fresh at `before` is stale at `now`: what was derived no longer
/// holds.
bool SomethingExpired(const Facts& facts, const Instant& before, const Instant& now) {
  return std::ranges::any_of(facts.answers, [&](const AnswerRef& answer) {
    return IsFresh(answer, before) && !IsFresh(answer, now);
  });
}

std::shared_ptr<const Derived> Derive(const KafkaFacts& facts, const Instant& now) {
  auto derived = std::make_shared<KafkaDerived>();
  derived->groups.reserve(facts.groups.size());
  for (const GroupFacts& group : facts.groups) {
    derived->groups.push_back(LagOf(group, facts, now));
  }
  return derived;
}

ViewPart MakePart(const ViewPart* before, const SectionRef& section, const View& view,
                  const Instant& now) {
  ViewPart part{.section = section, .derived = nullptr};
  const auto* facts = dynamic_cast<const KafkaFacts*>(section->facts.get());
  if (facts == nullptr) {
    return part;
  }
  const bool same = before != nullptr && before->section->facts == section->facts;
  part.derived =
      same && !SomethingExpired(*facts, view.now, now) ? before->derived : Derive(*facts, now);
  return part;
}

/// A view that was overtaken by the next one is not seen here: what recovery did is in its journal.
std::vector<Change> ChangesOf(const RecoveryFacts& recovery) {
  std::vector<Change> changes;
  changes.reserve(recovery.news.size());
  for (const RecoveryNews& news : recovery.news) {
    changes.push_back({.kind = news.kind, .subject = news.connector, .detail = news.words});
  }
  return changes;
}

std::vector<Change> ChangesOf(const ViewPart* before, const Section& section) {
  if (const auto* recovery = dynamic_cast<const RecoveryFacts*>(section.facts.get())) {
    const bool told = before != nullptr && before->section->facts == section.facts;
    return told ? std::vector<Change>() : ChangesOf(*recovery);
  }
  if (const auto* configs = dynamic_cast<const ConnectConfigFacts*>(section.facts.get())) {
    const auto* known = before == nullptr
                            ? nullptr
                            : dynamic_cast<const ConnectConfigFacts*>(before->section->facts.get());
    return ConfigChanges(known, *configs, section.instance);
  }
  const auto* after_facts = dynamic_cast<const KafkaFacts*>(section.facts.get());
  const auto* before_facts =
      before == nullptr ? nullptr : dynamic_cast<const KafkaFacts*>(before->section->facts.get());
  if (after_facts == nullptr || before_facts == nullptr || after_facts == before_facts) {
    return {};
  }
  return ChangesBetween(*before_facts, *after_facts);
}

/// Drops the oldest event; where a kind fills a quarter of the ring, the oldest of the most
/// frequent one, so that a flood pushes out nothing else.
void DropOne(EventRing& events) {
  std::map<EventKind, size_t> counts;
  for (const Event& event : events) {
    ++counts[event.kind];
  }
  const auto most = std::ranges::max_element(
      counts, {}, [](const std::pair<const EventKind, size_t>& each) { return each.second; });
  const auto oldest = most->second * 4 > kEventsKept
                          ? std::ranges::find(events, most->first, &Event::kind)
                          : events.begin();
  events.erase(oldest);
}

void Record(std::vector<Change> changes, const std::string& cluster, const Instant& now,
            View& view) {
  if (changes.empty()) {
    return;
  }
  auto events = std::make_shared<EventRing>(*view.events);
  for (Change& change : changes) {
    const uint64_t sequence = events->empty() ? 1 : events->back().sequence + 1;
    events->push_back({.sequence = sequence,
                       .at = now,
                       .kind = change.kind,
                       .cluster = cluster,
                       .subject = std::move(change.subject),
                       .detail = std::move(change.detail)});
  }
  while (events->size() > kEventsKept) {
    DropOne(*events);
  }
  view.events = std::move(events);
}

/// Nothing that a Connect cluster is judged by has changed since the view before: neither it, nor
/// any Kafka cluster, nor what of them may be believed.
bool SameGround(const View& before, const View& next, const ViewPart& connect) {
  return std::ranges::all_of(next.parts, [&](const ViewPart& part) {
    const bool concerns =
        &part == &connect || dynamic_cast<const KafkaFacts*>(part.section->facts.get()) != nullptr;
    const ViewPart* old = concerns ? PartOf(before, *part.section) : nullptr;
    return !concerns || (old != nullptr && old->section->facts == part.section->facts &&
                         !SomethingExpired(*part.section->facts, before.now, next.now));
  });
}

/// Calls `step` with every part of `next` that has facts of that kind, with these, and with the
/// part of the view before; null: there was none.
template <class PartFacts, class Step>
void ForEach(const View& before, View& next, Step step) {
  for (ViewPart& part : next.parts) {
    if (const auto* facts = dynamic_cast<const PartFacts*>(part.section->facts.get())) {
      step(part, *facts, PartOf(before, *part.section));
    }
  }
}

/// Connect is joined with Kafka, so that everything of Kafka must be there already.
void AdvanceConnects(const View& before, View& next) {
  const std::vector<KafkaPart> kafka = KafkaParts(next);
  ForEach<ConnectFacts>(
      before, next, [&](ViewPart& part, const ConnectFacts& facts, const ViewPart* old) {
        if (old != nullptr && SameGround(before, next, part)) {
          part.derived = old->derived;
          return;
        }
        ConnectOutcome outcome = AdvanceConnect(
            {.section = *part.section,
             .facts = facts,
             .before =
                 old == nullptr ? nullptr : dynamic_cast<const ConnectDerived*>(old->derived.get()),
             .kafka = kafka,
             .now = next.now});
        part.derived = std::move(outcome.derived);
        if (facts.configs != nullptr) {  // which tells it too, and sooner
          std::erase_if(outcome.changes, [](const Change& change) {
            return change.kind == EventKind::kConnectorCreated ||
                   change.kind == EventKind::kConnectorDeleted;
          });
        }
        Record(std::move(outcome.changes), part.section->cluster, next.now, next);
      });
}

void AdvanceRecordSamples(const View& before, View& next) {
  ForEach<RecordSampleFacts>(
      before, next, [&](ViewPart& part, const RecordSampleFacts& facts, const ViewPart* old) {
        std::vector<const SchemaRegistryFacts*> registries;
        for (const ViewPart& other : next.parts) {
          const auto* registry =
              dynamic_cast<const SchemaRegistryFacts*>(other.section->facts.get());
          if (registry != nullptr && other.section->cluster == part.section->cluster) {
            registries.push_back(registry);
          }
        }
        part.derived = AdvanceSamples(
            old == nullptr ? nullptr
                           : std::dynamic_pointer_cast<const RecordSamplesDerived>(old->derived),
            old != nullptr && old->section->facts == part.section->facts, facts, registries,
            next.now);
      });
}

/// The Kafka facts of a cluster; null: it is not watched, or never answered.
const KafkaFacts* KafkaOf(const std::vector<SectionRef>& sections, const std::string& cluster) {
  for (const SectionRef& section : sections) {
    const auto* facts =
        section == nullptr ? nullptr : dynamic_cast<const KafkaFacts*>(section->facts.get());
    if (facts != nullptr && section->cluster == cluster) {
      return facts;
    }
  }
  return nullptr;
}

/// Derives from a registry, with the topics of its cluster; tells what changed.
std::vector<Change> StepRegistry(const ViewPart* before, const KafkaFacts* kafka,
                                 const Instant& now, ViewPart& part) {
  const auto* facts = dynamic_cast<const SchemaRegistryFacts*>(part.section->facts.get());
  if (facts == nullptr) {
    return {};
  }
  RegistryBefore known;
  if (before != nullptr) {
    known.facts = dynamic_cast<const SchemaRegistryFacts*>(before->section->facts.get());
    known.derived = std::dynamic_pointer_cast<const SchemaRegistryDerived>(before->derived);
  }
  RegistryStep step = DeriveRegistry(known, *facts, kafka, now);
  part.derived = std::move(step.derived);
  return std::move(step.changes);
}

void AdvanceEnsembles(const View& before, View& next) {
  ForEach<ZookeeperFacts>(
      before, next, [&](ViewPart& part, const ZookeeperFacts& facts, const ViewPart* old) {
        if (old != nullptr && old->section->facts == part.section->facts) {
          part.derived = old->derived;
          return;
        }
        ZookeeperBefore known;
        if (old != nullptr) {
          known.facts = dynamic_cast<const ZookeeperFacts*>(old->section->facts.get());
          known.derived = dynamic_cast<const ZookeeperDerived*>(old->derived.get());
        }
        ZookeeperStep step = AdvanceZookeeper(known, facts, next.now);
        part.derived = std::move(step.derived);
        Record(std::move(step.changes), part.section->cluster, next.now, next);
      });
}

void AdvanceRestProxies(const View& before, View& next) {
  const std::vector<KafkaPart> kafka = KafkaParts(next);
  ForEach<RestProxyFacts>(
      before, next, [&](ViewPart& part, const RestProxyFacts& facts, const ViewPart* old) {
        if (old != nullptr && SameGround(before, next, part)) {
          part.derived = old->derived;
          return;
        }
        const auto found = std::ranges::find_if(kafka, [&](const KafkaPart& each) {
          return each.section.cluster == part.section->cluster;
        });
        part.derived = JoinRestProxy(
            facts, found == kafka.end() ? nullptr : &found->facts,
            old == nullptr ? nullptr : dynamic_cast<const RestProxyDerived*>(old->derived.get()),
            next.now);
      });
}

}  // namespace

View Advance(const View& view, const std::vector<SectionRef>& sections, const Instant& now) {
  View next{.version = view.version + 1, .now = now, .parts = {}, .events = view.events};
  for (const SectionRef& section : sections) {
    if (section == nullptr) {
      continue;
    }
    const ViewPart* before = PartOf(view, *section);
    next.parts.push_back(MakePart(before, section, view, now));
    Record(ChangesOf(before, *section), section->cluster, now, next);
    Record(StepRegistry(before, KafkaOf(sections, section->cluster), now, next.parts.back()),
           section->cluster, now, next);
  }
  TellStates(view, next);
  AdvanceConnects(view, next);
  AdvanceEnsembles(view, next);
  AdvanceRestProxies(view, next);
  AdvanceRecordSamples(view, next);
  return next;
}

}  // namespace klaxon::analysis
