#include "agent/simulator/flow.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "agent/base/duration.h"

namespace klaxon::simulator {
namespace {

constexpr double kSwing = 0.4;
constexpr double kPeriod = 90;  // seconds

/// The integral of 1 + kSwing * sin(2 pi (t / kPeriod + phase)).
double Integral(double seconds, double phase) {
  constexpr double kCircle = 2 * std::numbers::pi;
  return seconds - kSwing * kPeriod / kCircle * std::cos(kCircle * (seconds / kPeriod + phase));
}

bool IsLed(const ClusterState& state, const Partition& partition) {
  const Broker* leader = FindBroker(state, partition.leader);
  return leader != nullptr && leader->alive;
}

int64_t Beat(const ClusterState& state, const Group& group, MonoTime at) {
  const double interval = Seconds(state.timings.commit_interval);
  if (interval <= 0) {
    return at.time_since_epoch().count();
  }
  return static_cast<int64_t>(std::floor(SecondsSinceStart(state, at) / interval + group.phase));
}

void Read(const ClusterState& state, const Group& group, GroupPartition& at, double seconds) {
  const Topic& topic = state.topics[at.topic];
  const Partition& partition = topic.partitions[static_cast<size_t>(at.partition)];
  if (at.position < 0 || !IsLed(state, partition)) {
    return;
  }
  const double waiting = std::floor(partition.end) - at.position;
  const double able = group.speed * topic.rate * partition.weight * seconds;
  at.position += std::clamp(waiting, 0.0, std::max(able, 0.0));
}

}  // namespace

double Produced(const Topic& topic, double from, double to) {
  return topic.rate * (Integral(to, topic.phase) - Integral(from, topic.phase));
}

double SecondsSinceStart(const ClusterState& state, MonoTime at) {
  return Seconds(at - state.started.mono);
}

int64_t OffsetAt(const ClusterState& state, const Topic& topic, const Partition& partition,
                 int64_t unix_ms) {
  const double asked = static_cast<double>(unix_ms) / 1e3;
  const double now = SecondsSinceStart(state, state.now.mono);
  const double then = now - (UnixSeconds(state.now.wall) - asked);
  const double written_since = then >= now ? 0 : Produced(topic, then, now) * partition.weight;
  const auto offset = static_cast<int64_t>(std::ceil(partition.end - written_since));
  return offset >= partition.End() ? -1 : std::max(offset, partition.start);
}

void Produce(ClusterState& state, MonoTime from, MonoTime to) {
  const double begin = SecondsSinceStart(state, from);
  const double end = SecondsSinceStart(state, to);
  for (Topic& topic : state.topics) {
    const double records = topic.deleted ? 0 : Produced(topic, begin, end);
    for (Partition& partition : topic.partitions) {
      if (IsLed(state, partition)) {
        partition.end += records * partition.weight;
        partition.start =
            std::max(partition.start, static_cast<int64_t>(partition.end - partition.kept));
      }
    }
  }
}

void Consume(ClusterState& state, MonoTime from, MonoTime to) {
  const double seconds = Seconds(to - from);
  for (Group& group : state.groups) {
    const auto offsets_partition = static_cast<size_t>(group.coordinator_partition);
    if (group.members == 0 || group.rebalancing ||
        !IsLed(state, state.topics.front().partitions[offsets_partition])) {
      continue;
    }
    const bool commits = Beat(state, group, from) != Beat(state, group, to);
    for (GroupPartition& at : group.partitions) {
      Read(state, group, at, seconds);
      if (commits && at.position >= 0) {
        at.committed = static_cast<int64_t>(at.position);
      }
    }
  }
}

}  // namespace klaxon::simulator
