#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// What a person asks recovery to do.
namespace klaxon {

enum class RecoveryVerb : uint8_t {
  kPause,    ///< restart nothing of it until it is resumed; over ends of Klaxon, too
  kResume,   ///< no longer
  kRestart,  ///< restart what failed of it now: no wait, no attempt that is used up forbids it
  kLift,     ///< let it out of quarantine, or out of having used up its attempts
};

constexpr size_t kRecoveryVerbs = 4;

/// "pause", "resume", "restart", "lift".
std::string_view Name(RecoveryVerb verb);

struct RecoveryOrder {
  RecoveryVerb verb = RecoveryVerb::kPause;
  std::string cluster{};  ///< this and `connect` may be empty if there is only one Connect cluster
  std::string connect{};
  /// Empty: all of the Connect cluster, not of kRestart. Of kLift: its address leads to another
  /// Kafka cluster, and that is right.
  std::string connector{};
  std::string who{};      ///< has logged in
  std::string address{};  ///< from where
  std::string why{};      ///< in the person's own words
};

/// Somebody has paused it.
struct RecoveryPause {
  std::string connector{};  ///< empty: the whole Connect cluster
  std::string who{};
  std::string why{};
};

}  // namespace klaxon
