#include "agent/app/reload_desk.h"

namespace klaxon::app {

Result<std::string> ReloadDesk::Ask(Duration limit) {
  const MonoTime due = std::chrono::steady_clock::now() + limit;
  uint64_t mine = 0;
  {
    const Lock lock(mutex_);
    mine = ++asked_;
  }
  wake_();
  const Lock lock(mutex_);
  answered_.wait_until(mutex_, due,
                       [this, mine]() KLAXON_REQUIRES(mutex_) { return closed_ || done_ >= mine; });
  if (done_ >= mine) {
    return outcome_;
  }
  if (closed_) {
    return Error(Reason::kCancelled, "Klaxon is stopping");
  }
  return Error(Reason::kTimeout, "the reload has not come to its end yet; the log will tell");
}

uint64_t ReloadDesk::Begin() const {
  const Lock lock(mutex_);
  return asked_;
}

void ReloadDesk::Finish(uint64_t taken, const Result<std::string>& outcome) {
  {
    const Lock lock(mutex_);
    done_ = taken;
    outcome_ = outcome;
  }
  answered_.notify_all();
}

void ReloadDesk::Close() {
  {
    const Lock lock(mutex_);
    closed_ = true;
  }
  answered_.notify_all();
}

}  // namespace klaxon::app
