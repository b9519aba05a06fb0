#include "agent/state/opener.h"

#include <chrono>
#include <utility>

#include "agent/base/log.h"

namespace klaxon::state {

Result<Database*> Opener::Get() {
  constexpr Duration kPause = std::chrono::seconds{10};
  const Lock lock(mutex_);
  if (database_ != nullptr) {
    return database_.get();
  }
  const Instant now = clock_.Now();
  if (error_ && now.mono - tried_ < kPause) {
    return *error_;
  }
  tried_ = now.mono;
  Result<std::unique_ptr<Database>> opened = Database::Open(folder_, now);
  if (!opened) {
    error_ = opened.error();
    return *error_;
  }
  if (error_) {
    log::Info("state", "{} can be used now", folder_);
  }
  database_ = *std::move(opened);
  return database_.get();
}

}  // namespace klaxon::state
