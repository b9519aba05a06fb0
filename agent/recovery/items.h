#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "agent/base/clock.h"
#include "agent/recovery/world.h"

/// What becomes of the items of a connector, each by itself: what failed, what somebody restarted,
/// what failed again. A connector's failures are no sum: tasks fail one after the other when what
/// they need goes away, and nobody has restarted anything then.
namespace klaxon::recovery {

/// An item that is FAILED, or was since all of its connector ran last.
struct BrokenItem {
  uint64_t failures = 0;  ///< Item::failures, as last seen
  std::string worker{};   ///< on which it was FAILED
  MonoTime failed{};      ///< when it was seen to
  bool up = false;        ///< it was started since
  /// Connect starts it anew by itself: it was UNASSIGNED since, or its configuration was changed.
  bool dealt_out = false;
  /// A restart that shows is the one that Klaxon sent, until an answer from after this moment shows
  /// none; the clock's zero: none was sent, or it has shown.
  MonoTime ours_until{};
};

using Broken = std::map<int32_t, BrokenItem>;  // by Item::id

/// What an answer tells of the items of a connector.
struct ItemNews {
  /// One has failed that was not FAILED before, or ran in between.
  bool fresh = false;
  /// One that was FAILED was started and is FAILED again, seen to run in between or not.
  bool again = false;
  /// One was started that Klaxon did not restart, whether or not that was counted a moment ago.
  bool shown = false;
  /// Somebody restarted one: it was FAILED and is RESTARTING, or is RUNNING or FAILED anew on the
  /// same worker without having been dealt out. Neither a rebalance does that, nor a task that is
  /// no more, nor an answer without its status, nor a restart that Klaxon sent.
  bool restarted = false;
};

/// Takes what an answer tells. `counted`: when a restart was counted last, if it may still be on
/// its way: it is the same one that shows of what was FAILED by then, since one restart of many
/// tasks shows in several answers. REQUIRES: the answer tells the connector's status.
ItemNews FollowItems(const Connector& connector, MonoTime now, std::optional<MonoTime> counted,
                     Broken& broken);

/// The items that are FAILED now, with Item::failures.
using Failures = std::map<int32_t, uint64_t>;
Failures FailuresOf(const Connector& connector);

/// Whether one of these was started and failed again since.
bool FailedAnew(const Connector& connector, const Failures& before);

}  // namespace klaxon::recovery
