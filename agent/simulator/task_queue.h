#pragma once

#include <deque>
#include <functional>

#include "agent/base/mutex.h"
#include "agent/simulator/socket.h"

namespace klaxon::simulator {

/// How other threads have something done by a thread that sits in poll().
class TaskQueue {
 public:
  TaskQueue();

  /// Has `task` run by the owner and waits until it is done. REQUIRES: called by another thread,
  /// while the owner runs.
  void Run(const std::function<void()>& task);

  /// Makes descriptor() readable. Thread-safe.
  void Wake() const;

  // --- the owner's side ---

  /// Readable when there is something to do.
  int descriptor() const { return wake_.get(); }

  void RunAll();

 private:
  Socket wake_;
  Mutex mutex_;
  std::deque<std::function<void()>> tasks_ KLAXON_GUARDED_BY(mutex_){};
};

}  // namespace klaxon::simulator
