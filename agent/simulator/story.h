#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "agent/base/clock.h"

/// What goes wrong and heals again in the demo's estate, as a function of time alone.
namespace klaxon::simulator {

enum class Trouble {
  kTaskFailed,        ///< a source connector's task has thrown
  kReplicaStuck,      ///< one replica of a partition does not follow: under-replicated
  kGroupFallsBehind,  ///< a group reads slower than is written
  kGroupStuck,        ///< a group reads nothing at all
  kGroupRebalancing,  ///< a group's members join and leave for a while
  kBrokerDown,
  kTopicForALoadTest,  ///< a topic that exists for a while
  kConnectWorkerLost,  ///< a worker is gone, and what it carried still says RUNNING
};
inline constexpr size_t kTroubles = 8;

struct Episode {
  Trouble trouble{};
  Duration from{};   ///< since the beginning of the story
  Duration until{};  ///< not included
};

/// The story, which begins anew every `kStoryLength`. Every trouble is in it.
const std::vector<Episode>& Story();
inline constexpr Duration kStoryLength = std::chrono::minutes{8};

/// Whether a trouble is on, so long after the start.
bool IsOn(Trouble trouble, Duration since_start);

}  // namespace klaxon::simulator
