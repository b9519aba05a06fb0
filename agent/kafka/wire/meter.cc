#include "agent/kafka/wire/meter.h"

namespace klaxon::kafka::wire {

void Meter::Sent(ApiKey api, size_t bytes) {
  const Lock lock(mutex_);
  ++traffic_.requests[api].sent;
  traffic_.bytes_sent += bytes;
}

void Meter::Answered(ApiKey api) {
  const Lock lock(mutex_);
  ++traffic_.requests[api].answered;
}

void Meter::Failed(ApiKey api) {
  const Lock lock(mutex_);
  ++traffic_.requests[api].failed;
}

void Meter::Received(size_t bytes) {
  const Lock lock(mutex_);
  traffic_.bytes_received += bytes;
}

void Meter::Connected() {
  const Lock lock(mutex_);
  ++traffic_.connections_opened;
}

Traffic Meter::Snapshot() const {
  const Lock lock(mutex_);
  return traffic_;
}

}  // namespace klaxon::kafka::wire
