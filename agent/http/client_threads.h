#pragma once

#include <condition_variable>
#include <functional>
#include <list>
#include <thread>

#include "agent/base/mutex.h"

namespace klaxon::http {

/// A thread for every task, started at once. Not cpp-httplib's pool: of two tasks that come in one
/// moment it gives the second to a thread that is busy with the first, where it waits for as long
/// as a slow client lasts (5 s seen). Thread-safe.
class ClientThreads {
 public:
  ClientThreads() = default;
  ClientThreads(const ClientThreads&) = delete;
  ClientThreads& operator=(const ClientThreads&) = delete;

  ~ClientThreads() { Join(); }

  /// False, without running it, when no thread can be had.
  bool Run(std::function<void()> task);

  /// Waits for every task; Run must not be called after it. Idempotent.
  void Join();

 private:
  using Threads = std::list<std::jthread>;

  void Finished(Threads::iterator thread);

  Mutex mutex_{};
  std::condition_variable_any one_done_{};
  Threads running_ KLAXON_GUARDED_BY(mutex_){};
  Threads finished_ KLAXON_GUARDED_BY(mutex_){};  ///< to be joined, which takes no time
};

}  // namespace klaxon::http
