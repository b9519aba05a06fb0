#pragma once

#include <atomic>
#include <cstddef>
#include <string>

#include "agent/base/clock.h"
#include "agent/http/message.h"
#include "agent/series/keeper.h"

namespace klaxon::query_api {

/// What one question may cost. Asked by anybody who may look.
struct QueryLimits {
  Duration time = std::chrono::seconds{20};  ///< a client may ask for less with `timeout`
  size_t samples = 50'000'000;               ///< that a query touches
  size_t held = 5'000'000;                   ///< that it holds at once
  size_t points = 11'000;                    ///< of a series in a range: Prometheus' own limit
  size_t series = 50'000;                    ///< that /api/v1/series lists
  size_t at_once = 4;                        ///< queries side by side
};

/// Prometheus' HTTP API over the series that Klaxon keeps, for Grafana and for people:
/// https://prometheus.io/docs/prometheus/latest/querying/api. GET only; Grafana falls back to it by
/// itself. Thread-safe; nobody waits for a query but the one who asks.
class QueryApi {
 public:
  /// Both outlive it.
  QueryApi(const series::Keeper& keeper, Clock& clock, QueryLimits limits = {})
      : keeper_(keeper), clock_(clock), limits_(limits) {}

  /// /api/v1/query: query, time, timeout.
  http::Response Query(const http::Request& request);
  /// /api/v1/query_range: query, start, end, step, timeout.
  http::Response QueryRange(const http::Request& request);
  /// /api/v1/series: match[], start, end, limit.
  http::Response Series(const http::Request& request) const;
  /// /api/v1/labels: match[], limit.
  http::Response LabelNames(const http::Request& request) const;
  /// /api/v1/label/NAME/values: match[], limit.
  http::Response LabelValues(const http::Request& request) const;

 private:
  class Turn;

  int64_t Now() const;

  const series::Keeper& keeper_;
  Clock& clock_;
  const QueryLimits limits_;
  std::atomic<size_t> running_ = 0;
};

}  // namespace klaxon::query_api
