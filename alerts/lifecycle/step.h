#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "agent/base/clock.h"
#include "agent/promql/query.h"
#include "agent/series/labels.h"
#include "agent/series/queryable.h"
#include "agent/series/sample.h"
#include "alerts/rules/rule.h"

namespace klaxon::alerts {

/// Takes the series that rules write.
class SampleSink {
 public:
  SampleSink() = default;
  SampleSink(const SampleSink&) = delete;
  SampleSink& operator=(const SampleSink&) = delete;
  virtual ~SampleSink() = default;

  /// Times of a series come in their order.
  virtual void Append(const series::LabelsRef& labels, series::Sample sample) = 0;
};

/// Why facts are unknown now that a rule reads and that could belong to an alert with these labels,
/// in words for people. Nothing: they are known.
using WhyUnknown = std::function<std::optional<std::string>(const rules::Rule& rule,
                                                            const series::Labels& labels)>;

/// What stays the same from one evaluation to the next.
struct Surroundings {
  std::map<std::string, std::string> external_labels{};  ///< for templates
  std::string external_url{};                            ///< "http://klaxon:9308/kafka"
  std::string path_prefix{};                             ///< "/kafka"
  /// Where people find the runbook that a rule's annotation `runbook_url` names, if that is no
  /// address yet. Empty: it is told as the rule has it.
  std::function<std::string(const std::string& url)> runbook_address{};
  promql::QueryOptions query{};
  WhyUnknown unknown{};  ///< empty: everything is known, as in Prometheus
  /// How long an alert still holds after `outage`, when its facts are known again: until the rule
  /// sees enough of them. Empty: not at all.
  std::function<Duration(const rules::Rule& rule, Duration outage)> settling{};
};

/// One evaluation.
struct Step {
  WallTime now{};  ///< its slot: what alerts' clocks go by
  /// What queries see: a little later than `now` when the evaluation began late, since a store
  /// keeps no more than the newest sample of most series. Empty: `now`.
  std::optional<WallTime> seen_at{};
  Duration query_offset{};  ///< queries look at this much before, and results are written there
  const series::Queryable& source;
  SampleSink& sink;
  const Surroundings& surroundings;
};

/// Prometheus' unit of time in queries.
inline int64_t Milliseconds(WallTime time) {
  return std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

}  // namespace klaxon::alerts
