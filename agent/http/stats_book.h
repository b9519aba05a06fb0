#pragma once

#include <string>

#include "agent/base/mutex.h"
#include "agent/http/server.h"

namespace klaxon::http {

/// Where every part of a server counts. Thread-safe.
class StatsBook {
 public:
  void Answered(const std::string& route, int status);
  void Rejected(Rejection cause);
  void HandlerFailed();
  void Sent(uint64_t bytes);
  void Opened();
  void Closed();

  ServerStats Read() const;

 private:
  mutable Mutex mutex_{};
  ServerStats stats_ KLAXON_GUARDED_BY(mutex_){};
};

}  // namespace klaxon::http
