#pragma once

#include <string>
#include <vector>

#include "agent/base/clock.h"
#include "agent/base/result.h"
#include "alerts/model/alert.h"
#include "alerts/notify/matchers.h"
#include "alerts/notify/routing.h"

namespace klaxon::notify {

/// Alerts that match are not told between two moments. Alertmanager's silence.
struct Silence {
  std::string id{};  ///< a UUID
  Matchers matchers{};
  WallTime starts_at{};
  WallTime ends_at{};
  WallTime updated_at{};
  std::string created_by{};
  std::string comment{};

  bool ActiveAt(WallTime now) const { return starts_at <= now && now < ends_at; }
};

/// What is wrong with a silence that somebody wants; `now`: when. Error: kInvalid. Pure.
Result<void> CheckSilence(const Silence& silence, WallTime now);

/// Why an alert is not told, though it fires; empty: it is told.
struct Muted {
  std::vector<std::string> silenced_by{};   ///< ids
  std::vector<std::string> inhibited_by{};  ///< fingerprints

  bool any() const { return !silenced_by.empty() || !inhibited_by.empty(); }
};

/// Of each alert, in their order. Pure. An alert that matches both sides of a rule is not inhibited
/// by others that do too.
std::vector<Muted> FindMuted(const std::vector<alerts::Alert>& alerts,
                             const std::vector<Silence>& silences,
                             const std::vector<InhibitRule>& rules, WallTime now);

}  // namespace klaxon::notify
