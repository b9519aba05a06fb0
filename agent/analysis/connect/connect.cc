#include "agent/analysis/connect/connect.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "agent/analysis/connect/case.h"

namespace klaxon::analysis {
namespace {

class Changes {
 public:
  explicit Changes(std::string connect) : connect_(std::move(connect)) {}

  void Add(EventKind kind, const std::string& subject, std::string detail = "") {
    changes_.push_back({kind, connect_ + " / " + subject, std::move(detail)});
  }

  std::vector<Change> Take() { return std::move(changes_); }

 private:
  std::string connect_;
  std::vector<Change> changes_{};
};

ConnectGround GroundOf(const ConnectInput& input, const ConnectWorkersGroup& workers,
                       const KafkaPart* kafka) {
  ConnectGround ground{.facts = input.facts, .workers = workers, .kafka = kafka, .now = input.now};
  if (workers.facts == nullptr) {
    return ground;
  }
  for (const ConnectMemberFacts& member : workers.facts->members) {
    ground.joining = ground.joining || member.url.empty();
    ground.alive.insert(WorkerIdOf(member.url));
    for (const ConnectWork& work : member.carries) {
      if (work.instance) {
        ground.carried.emplace(work.connector, -1);
      }
      for (const int32_t task : work.tasks) {
        ground.carried.emplace(work.connector, task);
      }
    }
  }
  return ground;
}

using WorkerIds = std::set<std::string>;

void TellWorkers(const WorkerIds& before, const WorkerIds& now, Changes& changes) {
  for (const std::string& worker : before) {
    if (!now.contains(worker)) {
      changes.Add(EventKind::kWorkerLeft, worker);
    }
  }
  for (const std::string& worker : now) {
    if (!before.contains(worker)) {
      changes.Add(EventKind::kWorkerJoined, worker);
    }
  }
}

/// Who is in the group, and whether it deals its work out anew.
void FollowWorkers(const ConnectWorkersGroup& workers, const Instant& now, ConnectHistory& history,
                   Changes& changes) {
  if (workers.facts == nullptr) {
    return;
  }
  history.group = workers.entity->name;
  const bool stable = workers.Stable(now);
  const bool was_stable = history.group_state == "Stable";
  if (!history.group_state.empty() && stable != was_stable) {
    changes.Add(stable ? EventKind::kRebalanceEnded : EventKind::kRebalanceBegan,
                "group " + workers.entity->name, was_stable ? workers.state : "");
  }
  history.group_state = workers.state;
  if (!stable && !workers.facts->members.empty()) {
    return;  // who comes and who goes is not decided yet
  }
  WorkerIds there;
  for (const ConnectMemberFacts& member : workers.facts->members) {
    there.insert(WorkerIdOf(member.url));
  }
  if (history.workers) {
    TellWorkers(*history.workers, there, changes);
  }
  history.workers = std::move(there);
}

/// What changed of one state, if both are known.
void TellState(const std::string& subject, const std::string& before, const std::string& now,
               const std::string& cause, Changes& changes) {
  if (before.empty() || now.empty() || before == now) {
    return;
  }
  if (now == "FAILED") {
    changes.Add(EventKind::kConnectorFailed, subject, cause);
  } else {
    changes.Add(EventKind::kConnectorState, subject, before + " \u2192 " + now);
  }
}

void TellStates(const ConnectorFacts& facts, const ConnectorHistory& before, Changes& changes) {
  const std::string& name = facts.entity->name;
  TellState(name, before.self.word, facts.state, facts.root_cause, changes);
  for (const ConnectTaskFacts& task : facts.tasks) {
    const auto old = before.tasks.find(task.id);
    if (old != before.tasks.end()) {
      TellState(fmt::format("{} task {}", name, task.id), old->second.word, task.state,
                task.root_cause, changes);
    }
  }
}

/// All of it unknown.
ConnectorDerived LeaveUnknown(const ConnectorFacts& facts) {
  ConnectorDerived derived;
  derived.tasks.resize(facts.tasks.size());
  derived.progress = facts.untold ? facts.untold->message() : "its state was not read for too long";
  return derived;
}

ConnectorDerived Judge(const ConnectGround& ground, const ConnectorFacts& facts,
                       ConnectorHistory& history) {
  if (!IsFresh(StateAnswer(ground.facts, facts), ground.now)) {
    return LeaveUnknown(facts);
  }
  ConnectorDerived derived;
  ConnectCase subject{.ground = ground, .facts = facts, .history = history, .derived = derived};
  JudgeStates(subject);
  JudgeFaults(subject);
  JudgeProgress(subject);
  // Whether data moves has more to it than what holds of single partitions and members.
  derived.faults[static_cast<size_t>(ConnectFault::kZombie)] = derived.zombie;
  std::ranges::stable_sort(derived.verdicts, {}, &ConnectVerdict::fault);
  return derived;
}

/// Another Connect cluster behind the same addresses: nothing that is remembered is of it.
void FollowCluster(const ConnectFacts& facts, std::shared_ptr<ConnectHistory>& history,
                   Changes& changes) {
  const std::string before = history->kafka_cluster_id;
  const std::string& now = facts.kafka_cluster_id;
  if (!before.empty() && !now.empty() && before != now) {
    changes.Add(EventKind::kConnectMoved, "workers",
                fmt::format("of Kafka cluster {} now, and were of {}", now, before));
    history = std::make_shared<ConnectHistory>();
  }
  history->kafka_cluster_id = now.empty() ? before : now;
}

/// Every connector judged; the history keeps those that are still there.
void JudgeAll(const ConnectGround& ground, ConnectDerived& derived, ConnectHistory& history,
              Changes& changes) {
  const bool first = history.started == Instant{};
  if (first) {
    history.started = ground.facts.listed->taken_at;
  }
  std::map<std::string, ConnectorHistory> kept;
  for (const ConnectorFacts& facts : ground.facts.connectors) {
    const std::string& name = facts.entity->name;
    ConnectorHistory& mine = kept[name];
    if (auto before = history.connectors.extract(name)) {
      TellStates(facts, before.mapped(), changes);
      mine = std::move(before.mapped());
    } else if (!first) {
      changes.Add(EventKind::kConnectorCreated, name);
    }
    derived.connectors.push_back(Judge(ground, facts, mine));
  }
  for (const auto& [name, gone] : history.connectors) {
    changes.Add(EventKind::kConnectorDeleted, name);
  }
  history.connectors = std::move(kept);
}

}  // namespace

ConnectOutcome AdvanceConnect(const ConnectInput& input) {
  auto history = input.before == nullptr || input.before->history == nullptr
                     ? std::make_shared<ConnectHistory>()
                     : std::make_shared<ConnectHistory>(*input.before->history);
  auto derived = std::make_shared<ConnectDerived>();
  Changes changes(input.section.instance);
  FollowCluster(input.facts, history, changes);
  const JoinedCluster cluster = ClusterOf(input.section, input.facts, input.kafka);
  derived->workers = WorkersGroupOf(input.facts, cluster, history->group, input.now);
  FollowWorkers(derived->workers, input.now, *history, changes);
  derived->connectors.reserve(input.facts.connectors.size());
  if (IsFresh(input.facts.listed, input.now)) {
    JudgeAll(GroundOf(input, derived->workers, cluster.part), *derived, *history, changes);
  } else {
    for (const ConnectorFacts& connector : input.facts.connectors) {
      derived->connectors.push_back(LeaveUnknown(connector));
    }
  }
  derived->history = std::move(history);
  return {.derived = std::move(derived), .changes = changes.Take()};
}

}  // namespace klaxon::analysis
