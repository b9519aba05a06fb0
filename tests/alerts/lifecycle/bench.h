#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "agent/promql/parser.h"
#include "agent/promql/query.h"
#include "agent/promql/series_notation.h"
#include "agent/series/memory_store.h"
#include "alerts/lifecycle/engine.h"
#include "alerts/lifecycle/group_state.h"
#include "alerts/rules/rule_file.h"

namespace klaxon::alerts::testing {

inline WallTime At(Duration since_start) {
  const WallTime start(std::chrono::seconds(1'767'225'600));  // 2026-01-01T00:00:00Z
  return start + std::chrono::duration_cast<WallTime::duration>(since_start);
}

inline std::vector<rules::Group> GroupsOf(const std::string& text,
                                          const std::string& file = "r.yaml") {
  rules::RuleFile read = rules::ParseRuleFile(text, file);
  INFO(rules::ToString(read.mistakes));
  REQUIRE(read.mistakes.empty());
  return read.groups;
}

/// What rules write lies beside the other series.
class Sink final : public SampleSink {
 public:
  explicit Sink(series::MemoryStore& store) : store_(store) {}

  void Append(const series::LabelsRef& labels, series::Sample sample) override {
    store_.Append(*labels, sample);
  }

 private:
  series::MemoryStore& store_;
};

/// One group with a store of its own, stepped by hand.
class Bench {
 public:
  explicit Bench(const std::string& text) : group_(GroupsOf(text).front()) {}

  /// A sample at a time: Set("lag{group=\"g\"}", 5, minutes(1)).
  void Set(std::string_view series, double value, Duration at) {
    const auto labels = promql::ParseSeriesLabels(series);
    REQUIRE(labels);
    store_.Append(*labels, {.time = Milliseconds(At(at)), .value = value});
  }

  void Evaluate(Duration at) {
    Sink sink(store_);
    group_.Evaluate({.now = At(at), .source = store_, .sink = sink, .surroundings = surroundings_});
  }

  /// What an expression finds among what the rules wrote and the store.
  promql::Vector Ask(std::string_view expression, Duration at) {
    const promql::Parsed parsed = promql::Parse(expression);
    REQUIRE(parsed.expression);
    const auto result = promql::InstantQuery(*parsed.expression, store_, Milliseconds(At(at)));
    REQUIRE(result);
    return result->vector;
  }

  /// "pending", "firing", "inactive" or "" for the only alert of a rule.
  std::string PhaseOf(size_t rule = 0) const {
    const ActiveAlerts& alerts = group_.rules()[rule].alerts();
    return alerts.empty() ? "" : std::string(Name(alerts.begin()->second.phase));
  }

  const ActiveAlert& Only(size_t rule = 0) const {
    REQUIRE(group_.rules()[rule].alerts().size() == 1);
    return group_.rules()[rule].alerts().begin()->second;
  }

  GroupState& group() { return group_; }

  Surroundings& surroundings() { return surroundings_; }

 private:
  GroupState group_;
  series::MemoryStore store_{};
  Surroundings surroundings_{};
};

}  // namespace klaxon::alerts::testing
