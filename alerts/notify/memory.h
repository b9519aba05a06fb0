#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/clock.h"
#include "alerts/model/alert.h"

/// What is remembered of who was told what: Alertmanager's notification log and our outbox.
namespace klaxon::notify {

/// By fingerprint.
using AlertMap = std::map<uint64_t, alerts::Alert>;

/// What a receiver has taken.
struct Told {
  AlertMap firing{};   ///< as firing, in the newest message
  AlertMap earlier{};  ///< as firing, in one before; a message since then was silent about them
  std::optional<WallTime> at{};  ///< the newest message; nothing: none was ever taken
  bool refused = false;          ///< one after that was given up
  bool acknowledged = false;     ///< and since then, that somebody knows of it
  uint64_t edition = 0;          ///< grows whenever anything here changes

  bool KnowsFiring(uint64_t fingerprint) const {
    return firing.contains(fingerprint) || earlier.contains(fingerprint);
  }
};

/// What a receiver must be told and has not taken yet.
struct Pending {
  AlertMap alerts{};
  WallTime since{};       ///< since when it owes us its acceptance
  uint64_t version = 0;   ///< differs whenever it must be told something else
  uint64_t attempts = 0;  ///< that were not accepted
  MonoTime not_before{};  ///< of the next one
  bool kept = false;      ///< it is on the disk, or the disk does not take it; it may be sent
  /// A mute interval keeps it back; a silence, too, while nobody knows what fires. Not on the disk.
  bool held = false;
  /// Its receiver wants to hear of no end: one here only says that its firing is owed. Not on the
  /// disk.
  bool without_ends = false;
  /// Why the receiver is told that somebody knows of what fires; empty: it is told what fires.
  std::string acknowledgement{};
};

struct Account {
  Told told{};
  std::optional<Pending> pending{};
};

struct GroupId {
  std::string receiver{};
  std::string key{};  ///< Alertmanager's groupKey

  friend auto operator<=>(const GroupId&, const GroupId&) = default;
};

/// Alerts that are told together.
struct Group {
  series::Labels labels{};
  WallTime next_look{};  ///< when it is seen whether there is something to tell
  std::map<std::string, Account> accounts{};  ///< by integration
};

struct Memory {
  std::map<GroupId, Group> groups{};
  uint64_t last_version = 0;
};

/// A resolve whose firing was never taken is preceded by that firing for so long; afterwards the
/// receiver is told the state as it is.
inline constexpr auto kFiringOwed = std::chrono::hours{1};

/// What is sent next of an outbox entry.
struct Next {
  AlertMap alerts{};
  uint64_t version = 0;
  bool last = true;  ///< false: the firing of what is resolved already; the rest follows
  std::string acknowledgement{};  ///< as of Pending
};

/// REQUIRES: the account has something pending. Pure.
Next NextOf(const Account& account, WallTime now);

/// The receiver has taken `sent`, or it was given up: `refused`. What was put in its place while it
/// was on its way stays pending, without the ends that have been told by it.
void Settle(const Next& sent, bool refused, WallTime now, Memory& memory, Account& account);

}  // namespace klaxon::notify
