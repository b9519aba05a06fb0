#include "agent/simulator/story.h"

#include <algorithm>

namespace klaxon::simulator {

const std::vector<Episode>& Story() {
  using std::chrono::seconds;
  // Some things are wrong from the first second, so that a first look finds them.
  static const std::vector<Episode> story = {
      {Trouble::kTaskFailed, seconds{0}, seconds{180}},
      {Trouble::kReplicaStuck, seconds{0}, seconds{120}},
      {Trouble::kGroupFallsBehind, seconds{0}, seconds{240}},
      {Trouble::kGroupStuck, seconds{150}, seconds{240}},
      {Trouble::kBrokerDown, seconds{270}, seconds{330}},
      {Trouble::kGroupRebalancing, seconds{335}, seconds{350}},
      {Trouble::kTopicForALoadTest, seconds{360}, seconds{420}},
      {Trouble::kConnectWorkerLost, seconds{425}, seconds{470}},
  };
  return story;
}

bool IsOn(Trouble trouble, Duration since_start) {
  const Duration at = since_start % kStoryLength;
  const std::vector<Episode>& story = Story();
  return std::any_of(story.begin(), story.end(), [&](const Episode& episode) {
    return episode.trouble == trouble && at >= episode.from && at < episode.until;
  });
}

}  // namespace klaxon::simulator
