#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "agent/metrics/writer.h"

namespace prometheus {
class Registry;
}

/// Klaxon's metrics about its own process, for any writer.
namespace klaxon::metrics {

/// `klaxon_build_info{version}`.
void EmitBuildInfo(std::string_view version, MetricWriter& writer);

/// What Linux says of this process. A field that could not be read is empty.
struct ProcessFacts {
  std::optional<double> cpu_seconds{};  ///< user and system, all threads, since the start
  std::optional<double> start_time{};   ///< Unix time, seconds
  std::optional<double> resident_bytes{};
  std::optional<double> virtual_bytes{};
  std::optional<double> threads{};
  std::optional<double> open_descriptors{};
  std::optional<double> max_descriptors{};  ///< +Inf: no limit
};

/// Reads /proc; a few tens of microseconds. Thread-safe.
ProcessFacts ReadProcess();

/// `process_*` under the names of Prometheus' own client libraries.
void EmitProcess(const ProcessFacts& facts, MetricWriter& writer);

/// The counters and gauges of a registry, in the order of their names. Other kinds are left out:
/// Klaxon has none. The names must not be those of a table.
void Replay(const prometheus::Registry& registry, MetricWriter& writer);

/// What the functions above emit, Replay apart.
std::span<const MetricInfo> OwnInfos();

}  // namespace klaxon::metrics
