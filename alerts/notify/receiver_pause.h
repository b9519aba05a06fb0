#pragma once

#include <chrono>
#include <cstdint>
#include <set>

#include "agent/base/backoff.h"
#include "agent/base/clock.h"
#include "alerts/notify/memory.h"
#include "alerts/notify/receiver.h"

namespace klaxon::notify {

/// A receiver that asks for more patience is asked again all the same: a page is worth more.
inline constexpr Duration kLongestRetryAfter = std::chrono::minutes{15};

/// Which failures are about a receiver and not about one message, and how long it is left alone
/// then. What is about one message makes only its group wait.
///
/// Alertmanager never pauses a receiver: each group repeats by itself, after 0.5 s to 1 min
/// (notify/notify.go, RetryStage), so that no group holds up another, and all of them knock at the
/// door of one that is down. Here:
///
/// * A receiver speaks for all messages when it answers 429 (RFC 6585 section 4), 503 with
///   Retry-After (RFC 9110 section 10.2.3: how long the service is out), or as a mail server 421
///   (RFC 5321 section 3.8). It is left alone for 1 s, 2 s, ... 1 min, not before Retry-After.
/// * Everything else that can succeed later may be about this message: 502, 503 and 504 are what a
///   gateway says when the service behind it fell over one body; it hangs up or is silent for the
///   same reason. Only when three groups in a row have failed, and none was taken or given up
///   between, it is taken for the receiver, and left alone for 15 s at most, since that is a guess.
///   A connection that is refused needs no rule of its own: two attempts more, and it is known.
/// * 401, 403 and the like are about all messages as well, but they are given up: nothing is
///   repeated that could be paused.
///
/// Confined to one thread.
class ReceiverPause {
 public:
  explicit ReceiverPause(uint64_t seed) : backoff_(kPauses, seed) {}

  /// How long nothing is sent to the receiver after this attempt. What it asked for counts where it
  /// spoke for all messages; a guess takes it for its group's alone.
  Duration After(const GroupId& group, const Delivery& delivery);

 private:
  static constexpr BackoffOptions kPauses{.base = std::chrono::seconds{1},
                                          .cap = std::chrono::minutes{1}};

  Backoff backoff_;
  std::set<GroupId> failed_{};  // in a row; at most as many as make an outage
};

}  // namespace klaxon::notify
