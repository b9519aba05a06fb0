#pragma once

#include <vector>

#include "alerts/notify/memory.h"
#include "alerts/notify/settings.h"
#include "alerts/notify/silence.h"

namespace klaxon::notify {

/// All that a decision depends on, besides what is remembered.
struct Situation {
  /// All that fire, and what was resolved lately. What was told as firing and is not here counts as
  /// resolved.
  const std::vector<alerts::Alert>& alerts;
  const std::vector<Silence>& silences;
  const Settings& settings;
  WallTime now{};
};

/// Brings what each (receiver, group) must be told up to date: `Account::pending` of those that
/// have to be told something. The newest state wins. Pure: the same situation and memory give the
/// same result.
///
/// As Alertmanager decides, but that a resolve is always told to who was told of the firing, also
/// under a silence or after a change of routes; and that what was not taken yet is kept up to date,
/// or withdrawn when there is nothing to tell any more.
void Decide(const Situation& situation, Memory& memory);

/// What Decide does where it is not known what fires, since nothing was evaluated after a start:
/// what waits from before stays as it is, and is held back while all routes of its group are in
/// mute intervals, or all of it fires and is silenced. Pure.
void HoldMuted(const Settings& settings, const std::vector<Silence>& silences, WallTime now,
               Memory& memory);

/// When Decide has something to do next though nothing else happens; WallTime::max(): never.
WallTime NextLook(const Memory& memory);

}  // namespace klaxon::notify
