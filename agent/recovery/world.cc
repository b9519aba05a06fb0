#include "agent/recovery/world.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include "agent/base/duration.h"
#include "agent/connect/trace.h"
#include "agent/model/connect_configs.h"
#include "agent/recovery/dependencies.h"

namespace klaxon::recovery {
namespace {

constexpr size_t kMostPositions = 1000;

std::set<std::string> AliveIn(const ConnectWorkersGroup& workers) {
  std::set<std::string> alive;
  if (workers.facts != nullptr) {
    for (const ConnectMemberFacts& member : workers.facts->members) {
      alive.insert(WorkerIdOf(member.url));
    }
  }
  return alive;
}

void LookAtGroup(const ConnectWorkersGroup& workers, const Instant& now, World& world) {
  world.group_known = workers.facts != nullptr && IsFresh(workers.described, now);
  if (!world.group_known) {
    world.group_words =
        workers.unknown.empty() ? "the workers' group was not read for too long" : workers.unknown;
    return;
  }
  const Duration delay = workers.facts->delay;
  world.group_at_rest =
      workers.Stable(now) && delay == Duration{} && !workers.facts->config_mismatch;
  world.group_words = fmt::format("group {} is {}", workers.entity->name, workers.state);
  if (delay > Duration{}) {
    world.group_words +=
        fmt::format("; lost work waits up to {} for its worker", FormatDuration(delay));
  }
}

/// The partitions of a sink's group that have more to read.
Positions PositionsOfSink(const KafkaPart& kafka, const std::string& group) {
  const auto name = [](const GroupFacts& facts) -> const std::string& {
    return facts.entity->name;
  };
  const auto found = std::ranges::lower_bound(kafka.facts.groups, group, {}, name);
  if (found == kafka.facts.groups.end() || name(*found) != group) {
    return {};
  }
  const GroupLag& lags =
      kafka.derived.groups.at(static_cast<size_t>(found - kafka.facts.groups.begin()));
  Positions positions;
  for (size_t topic = 0; topic < found->topics.size(); ++topic) {
    const GroupTopicFacts& commits = found->topics[topic];
    for (size_t i = 0; i < commits.commits.size(); ++i) {
      const bool behind = lags.topics.at(topic).at(i).lag > 0;
      if (behind && positions.size() < kMostPositions) {
        const CommitFacts& commit = commits.commits[i];
        positions.insert({.partition = fmt::format("{}-{}", commits.topic->name, commit.partition),
                          .offset = fmt::format("{}", commit.offset)});
      }
    }
  }
  return positions;
}

/// Tasks that lost their worker a moment ago: it stops, or has stopped. REST tells so late or
/// never, so the states of all connectors are asked, too.
bool SomeWorkerLeaves(const std::vector<Connector>& connectors, const Instant& now) {
  constexpr Duration kMoment = std::chrono::seconds{30};
  return std::ranges::any_of(connectors, [&](const Connector& connector) {
    return std::ranges::any_of(connector.items, [&](const Item& item) {
      return item.state == "UNASSIGNED" && now.mono - item.since.mono < kMoment;
    });
  });
}

void MarkDisputed(const ConnectFacts& facts, const Instant& now, World& world) {
  for (const ConnectDisagreement& each : facts.disagreements) {
    const auto connector =
        std::ranges::lower_bound(world.connectors, each.connector->name, {}, &Connector::name);
    if (connector != world.connectors.end() && connector->name == each.connector->name) {
      connector->disputed = IsFresh(facts.compared, now);
    }
  }
}

/// The worker that listed the connectors if it may be asked, else another one: it answers, its
/// herder is well, and it is in the workers' group, if that is known and knows addresses of the
/// configuration (of a load balancer it does not).
void ChooseWorker(const ConnectPart& part, const std::set<std::string>& alive, const Instant& now,
                  World& world) {
  if (SomeWorkerLeaves(world.connectors, now)) {
    world.no_worker = "tasks have just become UNASSIGNED: a worker may be stopping";
    return;
  }
  const auto member = [&](const ConnectWorkerFacts& worker) {
    return alive.contains(WorkerIdOf(worker.entity->name));
  };
  const bool named = std::ranges::any_of(part.facts.workers, member);
  world.no_worker = "no worker answers";
  for (const ConnectWorkerFacts& worker : part.facts.workers) {
    const std::string& url = worker.entity->name;
    if (!worker.alive || !IsFresh(worker.polled, now)) {
      continue;
    }
    if (worker.health == ConnectHealth::kStarting || worker.health == ConnectHealth::kUnhealthy) {
      world.no_worker = fmt::format("{} is {}: {}", url, Name(worker.health), worker.health_words);
    } else if (named && !member(worker)) {
      world.no_worker = url + " is not in the workers' group";
    } else if (world.post_to.url.empty() || url == part.facts.url) {
      world.post_to = {.url = url, .version = worker.version};
    }
  }
  if (!world.post_to.url.empty()) {
    world.no_worker.clear();
  }
}

/// Of a source only the first partition: which of the others have more to read is not told.
Positions PositionsOf(const View& view, const ConnectPart& part, size_t index) {
  const ConnectorFacts& facts = part.facts.connectors[index];
  if (!facts.config.consumer_group
           .empty()) {  // a sink; analysis looks for groups of those that run
    for (const KafkaPart& kafka : KafkaParts(view)) {
      if (kafka.section.cluster == part.derived.workers.kafka) {
        return PositionsOfSink(kafka, facts.config.consumer_group);
      }
    }
  }
  if (!IsFresh(facts.offsets_told, view.now) || facts.offsets.empty()) {
    return {};
  }
  const ConnectOffset& first = facts.offsets.front();
  return {{.partition = first.partition, .offset = first.offset}};
}

/// Of the connector itself or a task: what both tell alike.
template <class Facts>
Item ItemOf(const Facts& facts, const ConnectStateAge& age, const Lens& lens) {
  Item item{
      .state = facts.state, .worker = facts.worker, .since = age.since, .failures = age.failures};
  if (item.failed()) {
    item.failure = lens.classifier.ClassOf(facts.failure);
    item.fingerprint = facts.failure == nullptr ? 0 : facts.failure->fingerprint;
    item.root_cause = facts.root_cause;
  }
  return item;
}

/// The newest restart that was asked for while Klaxon read the config topic, by connector.
std::map<std::string_view, uint64_t> AskedIn(const ConnectFacts& facts) {
  std::map<std::string_view, uint64_t> asked;
  if (facts.configs == nullptr) {
    return asked;
  }
  for (const ConnectChange& change : facts.configs->changes) {
    if (change.kind == ConnectChangeKind::kRestart && change.seen) {
      asked[change.connector] = change.sequence;
    }
  }
  return asked;
}

bool Has(const ConnectorDerived& derived, ConnectFault fault) {
  return std::ranges::find(derived.verdicts, fault, &ConnectVerdict::fault) !=
         derived.verdicts.end();
}

Connector ConnectorOf(const ConnectorFacts& facts, const ConnectorDerived& derived,
                      const Lens& lens) {
  Connector connector{.name = facts.entity->name,
                      .life = facts.entity->id,
                      .intent = facts.intent,
                      .addressable = facts.addressable,
                      .config_hash = facts.config.hash,
                      .untold = facts.untold ? facts.untold->message() : "",
                      .chosen = lens.settings.For(facts.entity->name, facts.config.recovery),
                      .moved = derived.moved,
                      .lag = derived.lag,
                      .ghost = Has(derived, ConnectFault::kGhost),
                      .zombie = Has(derived, ConnectFault::kZombie),
                      .zero_tasks = Has(derived, ConnectFault::kZeroTasks),
                      .stuck_unassigned = Has(derived, ConnectFault::kStuckUnassigned),
                      .sink = facts.type == "sink"};
  connector.items.reserve(facts.tasks.size() + 1);
  connector.items.push_back(ItemOf(facts, derived.age, lens));
  for (size_t i = 0; i < facts.tasks.size(); ++i) {
    connector.items.push_back(ItemOf(facts.tasks[i], derived.tasks[i].age, lens));
    connector.items.back().id = facts.tasks[i].id;
  }
  return connector;
}

}  // namespace

bool Connector::failed() const {
  return worst() != nullptr;
}

const Item* Connector::worst() const {
  const auto found = std::ranges::find_if(items, &Item::failed);
  return found == items.end() ? nullptr : &*found;
}

const Item* Connector::strictest() const {
  const auto stricter = [&](const Item& one, const Item& other) {
    const auto& on = chosen->settings.on;
    return on.at(static_cast<size_t>(one.failure)) > on.at(static_cast<size_t>(other.failure));
  };
  const Item* found = nullptr;
  for (const Item& item : items) {
    if (item.failed() && (found == nullptr || stricter(item, *found))) {
      found = &item;
    }
  }
  return found;
}

World Look(const View& view, const ConnectPart& part, const Lens& lens) {
  World world{.listed = part.facts.listed, .cluster_id = part.facts.kafka_cluster_id};
  LookAtGroup(part.derived.workers, view.now, world);
  const Dependencies dependencies(view, part.section.cluster);
  world.red = dependencies.of_all();
  const std::set<std::string> alive = AliveIn(part.derived.workers);
  const std::map<std::string_view, uint64_t> asked = AskedIn(part.facts);
  world.connectors.reserve(part.facts.connectors.size());
  for (size_t i = 0; i < part.facts.connectors.size(); ++i) {
    Connector& connector = world.connectors.emplace_back(
        ConnectorOf(part.facts.connectors[i], part.derived.connectors[i], lens));
    if (const auto newest = asked.find(connector.name); newest != asked.end()) {
      connector.asked = newest->second;
    }
    if (!connector.failed() && !connector.zombie) {
      continue;
    }
    connector.red = dependencies.Of(part.facts.connectors[i]);
    connector.positions = PositionsOf(view, part, i);
    for (Item& item : connector.items) {
      const bool there = alive.contains(item.worker);
      item.owner_alive = !world.group_known ? Truth::kUnknown : there ? Truth::kYes : Truth::kNo;
    }
  }
  MarkDisputed(part.facts, view.now, world);
  ChooseWorker(part, alive, view.now, world);
  lens.settings.Sweep();
  return world;
}

}  // namespace klaxon::recovery
