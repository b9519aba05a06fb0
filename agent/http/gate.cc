#include "agent/http/gate.h"

#include <sys/socket.h>

namespace klaxon::http {

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
  // Stop may have come between its last answer and this.
  if (stopping_ && phase == Phase::kReading) ::shutdown(guest.fd, SHUT_RD);
}

/// Ends the connection, of one group or of any, that has been reading for longest; failing that the
/// one that has been taking its answer for longest, if that is longer than a client that reads
/// needs.
bool Gate::Evict(const std::string* group, MonoTime now) {
  Guest* reader = nullptr;
  Guest* taker = nullptr;
  for (auto& [id, guest] : guests_) {
    if (guest.closing || (group != nullptr && guest.group != *group)) continue;
    if (guest.phase == Phase::kReading && (reader == nullptr || guest.since < reader->since)) {
      reader = &guest;
    }
    if (guest.phase == Phase::kAnswering && guest.since < now - limits_.write_timeout &&
        (taker == nullptr || guest.since < taker->since)) {
      taker = &guest;
    }
  }
  Guest* const victim = reader != nullptr ? reader : taker;
  if (victim == nullptr) return false;
  ::shutdown(victim->fd, SHUT_RDWR);  // its thread wakes up and leaves
  Uncount(*victim);
  return true;
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
