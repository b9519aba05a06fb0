#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "alerts/notify/decide.h"

/// Which alerts of now go together, and on whose terms. For .cc files of this folder.
namespace klaxon::notify {

/// A group as the alerts of now make it.
///
/// Routes with equal matchers and one receiver make one group: its key, and by it what was told, is
/// the same, as in Alertmanager, which tells through whichever of them is not quiet and shares what
/// was told. So the terms are those of the routes that are not quiet, the shortest of each; while
/// all of them are, of all.
struct Gathered {
  series::Labels labels{};
  std::vector<std::pair<uint64_t, const alerts::Alert*>> told{};  ///< firing, and not muted
  /// Firing, and silenced, inhibited, or here only by routes that are quiet while others are not.
  std::vector<std::pair<uint64_t, const alerts::Alert*>> muted{};
  std::set<std::string> silences{};  ///< of what is muted
  bool unsilenced = false;           ///< some of what is muted is so by no silence
  AlertMap resolved{};
  WallTime first_start = WallTime::max();
  bool quiet = true;  ///< by the time intervals of all its routes
  Duration group_wait = Duration::max();
  Duration group_interval = Duration::max();
  Duration repeat_interval = Duration::max();

  bool firing() const { return !told.empty() || !muted.empty(); }
};

/// They point into the situation's alerts.
std::map<GroupId, Gathered> Gather(const Situation& situation);

/// A group of which no alert is left: on the terms of its routes, of the root when they are gone.
Gathered GatherNothing(const GroupId& id, const Situation& situation);

}  // namespace klaxon::notify
