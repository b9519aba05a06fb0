#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <utility>

#include "agent/base/clock.h"
#include "agent/base/mutex.h"

namespace klaxon {

/// The newest version of an immutable value: one writer replaces it, readers hold the version they
/// took for as long as they like and never wait for a writer's work. Thread-safe.
///
/// A mutex and not std::atomic<std::shared_ptr>: ThreadSanitizer reports GCC 12's as a race.
template <class T>
class Latest {
 public:
  explicit Latest(std::shared_ptr<const T> value) : value_(std::move(value)) {}

  std::shared_ptr<const T> Get() const {
    const Lock lock(mutex_);
    return value_;
  }

  void Set(std::shared_ptr<const T> value) {
    std::shared_ptr<const T> old;  // freed after the lock: a large value takes long to destroy
    {
      const Lock lock(mutex_);
      old = std::exchange(value_, std::move(value));
      ++version_;
    }
    changed_.notify_all();
  }

  /// How often Set was called. Take it before Get to wait for anything newer.
  uint64_t Version() const {
    const Lock lock(mutex_);
    return version_;
  }

  /// Waits until Set was called more than `seen` times, `due` passed or `stop` was requested.
  /// Returns the version then.
  uint64_t WaitNewer(uint64_t seen, MonoTime due, const std::stop_token& stop) const {
    const Lock lock(mutex_);
    changed_.wait_until(mutex_, stop, due,
                        [&]() KLAXON_REQUIRES(mutex_) { return version_ > seen; });
    return version_;
  }

 private:
  mutable Mutex mutex_;
  mutable std::condition_variable_any changed_;
  std::shared_ptr<const T> value_ KLAXON_GUARDED_BY(mutex_);
  uint64_t version_ KLAXON_GUARDED_BY(mutex_) = 0;
};

}  // namespace klaxon
