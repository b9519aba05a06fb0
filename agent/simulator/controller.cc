// What the controllers do as time passes, and Advance itself.
#include <algorithm>

#include "agent/simulator/cluster_state.h"
#include "agent/simulator/flow.h"

namespace klaxon::simulator {
namespace {

constexpr int64_t kMostSteps = 64;  // after a long time unasked steps grow longer instead
constexpr double kMetadataRecordsASecond = 2;

bool Holds(const std::vector<int32_t>& ids, int32_t id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

template <class Action>
void ForEachPartition(ClusterState& state, Action action) {
  for (Topic& topic : state.topics) {
    for (Partition& partition : topic.partitions) {
      action(partition);
    }
  }
}

void Lead(Partition& partition, int32_t broker) {
  partition.leader = broker;
  ++partition.leader_epoch;
}

/// The first replica in sync that could lead; -1: none, as unclean election is off.
int32_t Candidate(const ClusterState& state, const Partition& partition) {
  for (const int32_t id : partition.replicas) {
    const Broker* broker = FindBroker(state, id);
    if (broker != nullptr && !broker->fenced && Holds(partition.in_sync, id)) {
      return id;
    }
  }
  return -1;
}

/// The last replica in sync stays so: it alone has everything (KIP-966 is not simulated).
void Fence(ClusterState& state, Broker& broker) {
  broker.fenced = true;
  broker.caught_up = false;
  ForEachPartition(state, [&](Partition& partition) {
    if (partition.in_sync.size() > 1) {
      std::erase(partition.in_sync, broker.id);
    }
    if (partition.leader == broker.id) {
      Lead(partition, Candidate(state, partition));
    }
  });
}

void AddToInSync(Partition& partition, int32_t broker) {
  if (broker != partition.stuck_replica && Holds(partition.replicas, broker) &&
      !Holds(partition.in_sync, broker)) {
    partition.in_sync.push_back(broker);
  }
}

/// Partitions that waited for this broker have a leader again, and their other replicas follow.
void LetIn(ClusterState& state, Broker& broker) {
  broker.fenced = false;
  ForEachPartition(state, [&](Partition& partition) {
    if (partition.leader >= 0 || !Holds(partition.in_sync, broker.id)) {
      return;
    }
    Lead(partition, broker.id);
    for (const Broker& other : state.brokers) {
      if (!other.fenced && other.caught_up) {
        AddToInSync(partition, other.id);
      }
    }
  });
}

void BringIntoSync(ClusterState& state, Broker& broker) {
  broker.caught_up = true;
  ForEachPartition(state, [&](Partition& partition) {
    if (partition.leader >= 0) {
      AddToInSync(partition, broker.id);
    }
  });
}

/// auto.leader.rebalance.enable: leadership goes back to the first replica.
void PreferFirstReplicas(ClusterState& state) {
  ForEachPartition(state, [](Partition& partition) {
    const int32_t preferred = partition.replicas.front();
    if (partition.leader >= 0 && partition.leader != preferred &&
        Holds(partition.in_sync, preferred)) {
      Lead(partition, preferred);
    }
  });
}

void Watch(ClusterState& state, Broker& broker, MonoTime now) {
  const Duration since = now - broker.alive_changed;
  const ClusterTimings& timings = state.timings;
  if (!broker.alive) {
    if (!broker.fenced && since >= timings.session_timeout) {
      Fence(state, broker);
    }
    return;
  }
  if (broker.fenced && since >= timings.rejoin) {
    LetIn(state, broker);
  }
  if (!broker.fenced && !broker.caught_up && since >= timings.rejoin + timings.catch_up) {
    BringIntoSync(state, broker);
  }
}

void ElectController(ClusterState& state) {
  const Broker* leader = FindBroker(state, state.quorum.leader);
  if (leader != nullptr && leader->alive) {
    return;
  }
  for (size_t voter = 0; voter < VoterCount(state); ++voter) {
    if (state.brokers[voter].alive) {
      state.quorum.leader = state.brokers[voter].id;
      ++state.quorum.epoch;
      return;
    }
  }
}

}  // namespace

void SetAlive(ClusterState& state, int32_t broker, bool alive) {
  Broker* found = FindBroker(state, broker);
  if (found != nullptr && found->alive != alive) {
    found->alive = alive;
    found->alive_changed = state.now.mono;
    ++state.version;
  }
}

bool SetReplicaStuck(ClusterState& state, std::string_view topic, int32_t partition, bool stuck) {
  Topic* found = FindTopic(state, topic);
  if (found == nullptr || partition < 0 ||
      static_cast<size_t>(partition) >= found->partitions.size() ||
      found->partitions[static_cast<size_t>(partition)].replicas.size() < 2) {
    return false;
  }
  Partition& at = found->partitions[static_cast<size_t>(partition)];
  const int32_t last = at.replicas.back();
  at.stuck_replica = stuck ? last : -1;
  const Broker* broker = FindBroker(state, last);
  if (stuck && at.in_sync.size() > 1) {
    std::erase(at.in_sync, last);
    if (at.leader == last) {
      Lead(at, Candidate(state, at));
    }
  } else if (!stuck && at.leader >= 0 && !broker->fenced && broker->caught_up) {
    AddToInSync(at, last);
  }
  ++state.version;
  return true;
}

void Control(ClusterState& state, MonoTime now) {
  if (!HasQuorum(state)) {
    return;
  }
  ElectController(state);
  for (Broker& broker : state.brokers) {
    Watch(state, broker, now);
  }
  if (now >= state.leaders_balanced + state.timings.leader_balance) {
    state.leaders_balanced = now;
    PreferFirstReplicas(state);
  }
}

void Advance(ClusterState& state, Instant now) {
  const Duration elapsed = now.mono - state.now.mono;
  if (elapsed <= Duration{}) {
    return;
  }
  if (state.timings.step <= Duration{}) {
    state.now = now;
    Control(state, now.mono);
    return;
  }
  const int64_t due = elapsed / state.timings.step;
  const Duration step =
      state.timings.step * std::max<int64_t>(1, (due + kMostSteps - 1) / kMostSteps);
  for (MonoTime at = state.now.mono; at + step <= now.mono; at += step) {
    Control(state, at + step);
    Produce(state, at, at + step);
    Consume(state, at, at + step);
    state.quorum.metadata_offset +=
        HasQuorum(state) ? kMetadataRecordsASecond * std::chrono::duration<double>(step).count()
                         : 0;
    state.now.mono = at + step;
    state.now.wall =
        now.wall - std::chrono::duration_cast<WallTime::duration>(now.mono - state.now.mono);
    ++state.version;
  }
}

}  // namespace klaxon::simulator
