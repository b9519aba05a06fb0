#pragma once

#include <functional>
#include <memory>
#include <stop_token>

#include "agent/base/clock.h"
#include "agent/base/descriptor.h"

namespace klaxon::http {

/// Where every wait of one request ends: at its deadline, or when it is told to stop. Confined to
/// one thread, apart from what its waker does.
class Patience {
 public:
  enum class End { kReady, kTimeout, kStopped };

  Patience(MonoTime deadline, const std::stop_token& stop);

  /// Waits for poll `events` of `fd` (-1: for nothing but the waker), no longer than `until`
  /// either. kReady also when the descriptor is broken: using it says how.
  End WaitFor(int fd, short events, MonoTime until = MonoTime::max());

  /// The same without waiting: kReady as long as there is time.
  End Now() const;

  /// Ends a wait with kReady from another thread; may outlive this object.
  std::function<void()> Waker() const;

  MonoTime deadline() const { return deadline_; }

 private:
  const MonoTime deadline_;
  const std::stop_token stop_;
  const std::shared_ptr<Descriptor> event_;
  const std::stop_callback<std::function<void()>> on_stop_;
};

}  // namespace klaxon::http
