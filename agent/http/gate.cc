#include "agent/http/gate.h"

#include <sys/socket.h>

namespace klaxon::http {
namespace {

/// How long a request may take to come, and an answer wait for its client, while others wait for a
/// connection.
constexpr Duration kMayWait = std::chrono::milliseconds{100};

}  // namespace

Gate::Entry Gate::Enter(int fd, const std::string& group, MonoTime now) {
  const Lock lock(mutex_);
  if (stopping_) return {};
  Entry entry;
  const auto counted = per_group_.find(group);
  if (counted != per_group_.end() && counted->second >= limits_.connections_per_address) {
    entry.cap = Rejection::kTooManyFromAddress;
    if (!Evict(&group, now)) return entry;
  }
  if (counted_ >= limits_.connections) {
    entry.cap = Rejection::kTooManyConnections;
    if (!Evict(nullptr, now)) return entry;
  }
  entry.id = next_id_++;
  guests_[*entry.id] = {.fd = fd, .group = group, .since = now};
  ++per_group_[group];
  ++counted_;
  return entry;
}

void Gate::Uncount(Guest& guest) {
  if (guest.closing) return;
  guest.closing = true;
  --counted_;
  const auto counted = per_group_.find(guest.group);
  if (--counted->second == 0) per_group_.erase(counted);
}

void Gate::Leave(uint64_t id) {
  {
    const Lock lock(mutex_);
    const auto found = guests_.find(id);
    Uncount(found->second);
    guests_.erase(found);
  }
  left_.notify_all();
}

void Gate::SetPhase(uint64_t id, Phase phase, MonoTime now) {
  const Lock lock(mutex_);
  Guest& guest = guests_.at(id);
  guest.phase = phase;
  guest.since = now;
  guest.moved = now;
  // Stop may have come between its last answer and this.
  if (stopping_ && phase == Phase::kReading) ::shutdown(guest.fd, SHUT_RD);
}

/// How soon a guest has to go: the higher the rank the sooner, then whoever is at it for longest.
/// Those of one group throw each other out at once; others only when they have had time for a
/// request, or a crowd of newcomers would never let one another finish.
Gate::Turn Gate::TurnOf(const Guest& guest, bool within_group, MonoTime now) const {
  if (guest.phase == Phase::kReading && (within_group || guest.since < now - kMayWait)) {
    return {.rank = 3, .since = guest.since};
  }
  if (guest.phase != Phase::kAnswering) return {};
  if (guest.moved < now - kMayWait) return {.rank = 2, .since = guest.moved};
  if (guest.since < now - limits_.write_timeout) return {.rank = 1, .since = guest.since};
  return {};
}

/// Whether one has to go before another; never if it may stay.
bool Gate::Sooner(const Turn& one, const Turn& other) {
  return one.rank > other.rank ||
         (one.rank != 0 && one.rank == other.rank && one.since < other.since);
}

/// Who has to go for a newcomer, of one group or of any; null if nobody does.
Gate::Guest* Gate::Victim(const std::string* group, MonoTime now) {
  Guest* victim = nullptr;
  Turn first;
  for (auto& [id, guest] : guests_) {
    const bool asked = group == nullptr || guest.group == *group;
    if (guest.closing || !asked) continue;
    const Turn turn = TurnOf(guest, group != nullptr, now);
    if (!Sooner(turn, first)) continue;
    first = turn;
    victim = &guest;
  }
  return victim;
}

bool Gate::Evict(const std::string* group, MonoTime now) {
  Guest* const victim = Victim(group, now);
  if (victim == nullptr) return false;
  ::shutdown(victim->fd, SHUT_RDWR);  // its thread wakes up and leaves
  Uncount(*victim);
  return true;
}

bool Gate::Full(MonoTime now) {
  const Lock lock(mutex_);
  const size_t leaving = guests_.size() - counted_;
  return leaving >= kMostLeaving ||
         (counted_ >= limits_.connections && Victim(nullptr, now) == nullptr);
}

void Gate::Progressed(uint64_t id, MonoTime now) {
  const Lock lock(mutex_);
  guests_.at(id).moved = now;
}

bool Gate::CloseOne(MonoTime now) {
  const Lock lock(mutex_);
  return Evict(nullptr, now);
}

bool Gate::stopping() const {
  const Lock lock(mutex_);
  return stopping_;
}

void Gate::Stop(MonoTime limit) {
  const Lock lock(mutex_);
  stopping_ = true;
  for (auto& [id, guest] : guests_) {
    if (guest.phase == Phase::kReading) ::shutdown(guest.fd, SHUT_RD);
  }
  left_.wait_until(mutex_, limit, [this]() KLAXON_REQUIRES(mutex_) { return guests_.empty(); });
  for (auto& [id, guest] : guests_)
    ::shutdown(guest.fd, SHUT_RDWR);
}

}  // namespace klaxon::http
