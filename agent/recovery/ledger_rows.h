#pragma once

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/recovery/journal.h"
#include "agent/state/value.h"

/// How the ledger's rows are made; for .cc files of this folder only.
namespace klaxon::recovery {

inline constexpr auto kDay = std::chrono::hours{24};
inline constexpr auto kKept = kDay * 90;

/// The result of an order that is being done; another one is written in its place.
inline constexpr std::string_view kBegun = "begun, no answer yet";

inline int64_t Milliseconds(WallTime time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

inline state::Value MillisecondsOrNull(const std::optional<Instant>& time) {
  return time ? state::Value(Milliseconds(time->wall)) : state::Value();
}

/// A moment of another process on the clocks of this one. The wall clock may have jumped: a moment
/// is never later than `latest`.
inline Instant InstantOf(WallTime stamp, const Instant& now, Duration latest) {
  constexpr Duration kYear = kDay * 366;
  const Duration ahead = std::clamp<Duration>(stamp - now.wall, -kYear, latest);
  return {now.wall + std::chrono::duration_cast<WallTime::duration>(ahead), now.mono + ahead};
}

inline std::vector<state::Statement> DeleteOld(const Instant& now) {
  const int64_t old = Milliseconds(now.wall - kKept);
  return {{.sql = "DELETE FROM recovery_attempts WHERE at < ?", .values = {old}},
          {.sql = "DELETE FROM recovery_orders WHERE at < ?", .values = {old}},
          {.sql = "DELETE FROM recovery_decisions WHERE at < ?", .values = {old}}};
}

/// What is worth remembering of a connector after a restart, as columns of recovery_memory after
/// its key; empty: nothing is.
state::Row RowOf(const ConnectorMemory& memory);

/// The same the other way round, from `first` on. `now` is the start of the agent.
void TakeRow(const state::Row& row, size_t first, const Instant& now, ConnectorMemory& memory);

/// What is worth remembering of the Connect cluster itself: recovery_clusters after its key.
state::Row RowOf(const Journal& journal);

void TakeRow(const state::Row& row, const Instant& now, Journal& journal);

}  // namespace klaxon::recovery
