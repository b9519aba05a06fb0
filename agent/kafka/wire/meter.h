#pragma once

#include "agent/base/mutex.h"
#include "agent/kafka/wire/client.h"

namespace klaxon::kafka::wire {

/// Counts the traffic of a client. Thread-safe.
class Meter {
 public:
  void Sent(ApiKey api, size_t bytes);
  void Answered(ApiKey api);
  void Failed(ApiKey api);
  void Received(size_t bytes);
  void Connected();
  Traffic Snapshot() const;

 private:
  mutable Mutex mutex_;
  Traffic traffic_ KLAXON_GUARDED_BY(mutex_);
};

}  // namespace klaxon::kafka::wire
