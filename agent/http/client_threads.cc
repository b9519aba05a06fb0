#include "agent/http/client_threads.h"

#include <system_error>

#include "agent/base/log.h"
#include "agent/base/thread_name.h"

namespace klaxon::http {

bool ClientThreads::Run(std::function<void()> task) {
  Threads done;  // joined after the lock
  const Lock lock(mutex_);
  done.swap(finished_);
  const auto place = running_.emplace(running_.end());
  try {
    *place = std::jthread([this, place, task = std::move(task)]() mutable {
      NameThisThread("http-client");
      task();
      task = nullptr;  // whatever it holds goes before the thread counts as finished
      Finished(place);
    });
    return true;
  } catch (const std::system_error& failure) {
    log::Warning("http", "cannot start a thread for a client: {}", failure.what());
    running_.erase(place);
    return false;
  }
}

void ClientThreads::Finished(Threads::iterator thread) {
  const Lock lock(mutex_);
  finished_.splice(finished_.end(), running_, thread);
  one_done_.notify_all();  // under the lock: this object may be gone right after it
}

void ClientThreads::Join() {
  while (true) {
    Threads some;
    {
      const Lock lock(mutex_);
      some.swap(finished_);
      if (some.empty() && running_.empty()) return;
      // A thread that runs moves itself to finished_ at its end: it cannot be joined from here.
      if (some.empty()) {
        one_done_.wait(mutex_, [this]() KLAXON_REQUIRES(mutex_) { return !finished_.empty(); });
        continue;
      }
    }
  }
}

}  // namespace klaxon::http
