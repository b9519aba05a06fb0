#pragma once

#include <cstdint>

#include "agent/simulator/cluster_state.h"

/// How records flow with time: the parts of Advance, and its memory of the past.
namespace klaxon::simulator {

/// Records that a topic's producers write between two moments (seconds since the cluster's start,
/// negative before it): the rate swings by 40 % in a minute and a half.
double Produced(const Topic& topic, double from, double to);

/// Seconds since the cluster's start.
double SecondsSinceStart(const ClusterState& state, MonoTime at);

/// The offset of the first record written at `unix_ms` or later; -1: there is none. Reckons that
/// producers never paused.
int64_t OffsetAt(const ClusterState& state, const Topic& topic, const Partition& partition,
                 int64_t unix_ms);

/// One step: producers write where the leader is alive.
void Produce(ClusterState& state, MonoTime from, MonoTime to);

/// One step: members read, and commit every `timings.commit_interval`, each group at its own beat.
void Consume(ClusterState& state, MonoTime from, MonoTime to);

/// One step of the controllers: fences the dead, lets the returned in, elects leaders.
void Control(ClusterState& state, MonoTime now);

}  // namespace klaxon::simulator
