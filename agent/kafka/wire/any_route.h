#pragma once

#include <memory>
#include <vector>

#include "agent/kafka/wire/peer.h"

namespace klaxon::kafka::wire {

/// The way of one call that any broker may answer: one candidate after the other, the next when the
/// one before failed, or has not begun to answer within a quarter of the time that was left (a
/// stopped broker accepts connections and then says nothing). The first answer counts. Confined to
/// the I/O thread.
class AnyRoute {
 public:
  AnyRoute(TicketPtr ticket, std::vector<std::shared_ptr<Peer>> candidates)
      : ticket_(std::move(ticket)), candidates_(std::move(candidates)) {}

  /// Asks the next candidates if it is time to. Fails the call when none is left.
  void Advance(const Instant& now);

  bool done() const { return !ticket_->open(); }

  /// MonoTime::max(): nothing to do until something fails.
  MonoTime due() const { return next_ < candidates_.size() ? next_at_ : MonoTime::max(); }

 private:
  bool IsTimeForNext(MonoTime now);
  Error AllFailed() const;

  TicketPtr ticket_;
  std::vector<std::shared_ptr<Peer>> candidates_;
  size_t next_ = 0;  ///< the first candidate not asked yet
  MonoTime next_at_{};
};

}  // namespace klaxon::kafka::wire
