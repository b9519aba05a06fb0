#pragma once

#include <memory>
#include <optional>
#include <string>

#include "agent/base/clock.h"
#include "agent/base/mutex.h"
#include "agent/base/result.h"
#include "agent/state/database.h"

namespace klaxon::state {

/// Opens the database of a directory when somebody needs it, and tries again while it cannot be
/// opened: a disk may be mounted late, or be full for an hour. Thread-safe.
class Opener {
 public:
  /// `clock` outlives it.
  Opener(std::string folder, Clock& clock) : folder_(std::move(folder)), clock_(clock) {}

  /// The database, which lives as long as this does. Errors: as Database::Open; for 10 s after one
  /// the same is said again.
  Result<Database*> Get();

 private:
  const std::string folder_;
  Clock& clock_;
  Mutex mutex_;
  std::unique_ptr<Database> database_ KLAXON_GUARDED_BY(mutex_){};
  std::optional<Error> error_ KLAXON_GUARDED_BY(mutex_){};
  MonoTime tried_ KLAXON_GUARDED_BY(mutex_){};
};

}  // namespace klaxon::state
