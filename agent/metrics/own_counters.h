#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "agent/base/clock.h"
#include "agent/metrics/writer.h"

namespace klaxon::metrics {

/// What Klaxon counts about itself as it happens, in a registry of prometheus-cpp. Thread-safe.
class OwnCounters {
 public:
  /// The configuration that the agent starts with counts as loaded at `now`.
  explicit OwnCounters(const Instant& now);
  OwnCounters(const OwnCounters&) = delete;
  OwnCounters& operator=(const OwnCounters&) = delete;
  ~OwnCounters();

  void ReloadSucceeded(const Instant& now);
  void ReloadFailed();

  /// Whether the web configuration is in force as its files are now.
  void WebConfigIs(bool in_force);

  void Emit(MetricWriter& writer) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// What Klaxon costs one cluster, by API of the Kafka protocol. Counted since the start.
struct RequestRow {
  std::string cluster{};
  std::string api{};
  uint64_t answered = 0;
  uint64_t failed = 0;
};

/// Likewise in all.
struct TrafficRow {
  std::string cluster{};
  uint64_t received_bytes = 0;
  uint64_t connections_opened = 0;
};

/// `klaxon_kafka_*`.
void EmitTraffic(std::span<const RequestRow> requests, std::span<const TrafficRow> traffic,
                 MetricWriter& writer);

/// What this file emits.
std::span<const MetricInfo> CounterInfos();

}  // namespace klaxon::metrics
