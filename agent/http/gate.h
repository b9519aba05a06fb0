#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>

#include "agent/base/clock.h"
#include "agent/base/mutex.h"
#include "agent/http/server.h"

namespace klaxon::http {

/// Every open connection of a server and what it is doing: decides who may come in, who has to go
/// for it, and ends them all when the server stops. Thread-safe.
class Gate {
 public:
  enum class Phase {
    kReading,    ///< idle, or its request is not complete: may be closed for a newer one
    kHandling,   ///< a handler works for it
    kAnswering,  ///< takes its answer: may be closed for a newer one while it does not
  };

  /// Connections that were told to go for newer ones and whose threads have not ended yet. They do
  /// not count for the caps, but they still cost memory; beyond this newcomers wait for them.
  static constexpr size_t kMostLeaving = 64;

  explicit Gate(const ServerLimits& limits) : limits_(limits) {}

  struct Entry {
    std::optional<uint64_t> id{};    ///< none: turned away
    std::optional<Rejection> cap{};  ///< the cap that was reached, if one was
  };

  /// Lets `fd` in if the caps allow it, or another connection can go for it. `group` is what counts
  /// as one client. The descriptor stays the caller's and is open until Leave.
  Entry Enter(int fd, const std::string& group, MonoTime now);

  /// Before the descriptor is closed.
  void Leave(uint64_t id);

  void SetPhase(uint64_t id, Phase phase, MonoTime now);

  /// It has taken a part of its answer that it let wait. REQUIRES: kAnswering.
  void Progressed(uint64_t id, MonoTime now);

  /// Whether a newcomer would be turned away for the cap of all connections, or would come before
  /// too many others have left.
  bool Full(MonoTime now);

  /// Makes room in the descriptor table; false if nobody can go.
  bool CloseOne(MonoTime now);

  bool stopping() const;

  /// Ends what is only reading, and each other connection when its answer is out; returns when all
  /// have left, or after `limit`, having cut off the rest.
  void Stop(MonoTime limit);

 private:
  struct Guest {
    int fd = -1;
    std::string group{};
    Phase phase = Phase::kReading;
    MonoTime since{};      ///< when the phase began
    MonoTime moved{};      ///< when it last took a part of its answer
    bool closing = false;  ///< told to go, does not count any more
  };

  struct Turn {
    int rank = 0;  ///< 0: it may stay
    MonoTime since{};
  };

  Turn TurnOf(const Guest& guest, bool within_group, MonoTime now) const;
  static bool Sooner(const Turn& one, const Turn& other);
  Guest* Victim(const std::string* group, MonoTime now) KLAXON_REQUIRES(mutex_);
  bool Evict(const std::string* group, MonoTime now) KLAXON_REQUIRES(mutex_);
  void Uncount(Guest& guest) KLAXON_REQUIRES(mutex_);

  const ServerLimits limits_;
  mutable Mutex mutex_{};
  std::condition_variable_any left_{};
  std::unordered_map<uint64_t, Guest> guests_ KLAXON_GUARDED_BY(mutex_){};
  std::map<std::string, size_t> per_group_ KLAXON_GUARDED_BY(mutex_){};
  size_t counted_ KLAXON_GUARDED_BY(mutex_) = 0;
  uint64_t next_id_ KLAXON_GUARDED_BY(mutex_) = 1;
  bool stopping_ KLAXON_GUARDED_BY(mutex_) = false;
};

}  // namespace klaxon::http
