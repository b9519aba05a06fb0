#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "alerts/lifecycle/active_alert.h"
#include "alerts/lifecycle/alert_step.h"
#include "alerts/lifecycle/step.h"
#include "alerts/rules/rule.h"

namespace klaxon::alerts {

enum class Health : uint8_t { kUnknown, kGood, kBad };

std::string_view Name(Health health);  ///< "unknown", "ok", "err": Prometheus' words

/// How the last evaluation of a rule went.
struct RuleReport {
  Health health = Health::kUnknown;
  std::string error{};                  ///< of the last evaluation; empty unless it failed
  std::vector<std::string> warnings{};  ///< of the query, e.g. history that is not kept
  std::optional<WallTime> evaluated_at{};
  Duration took{};
  size_t series = 0;  ///< that it wrote
  uint64_t evaluations = 0;
  uint64_t failures = 0;
};

/// A rule in force: what it found, and the alerts that came of it.
class RuleState {
 public:
  explicit RuleState(std::shared_ptr<const rules::Rule> rule) : rule_(std::move(rule)) {}

  /// One evaluation. Writes what the rule gives, and staleness markers for what it gave the last
  /// time and no longer. After a failure the alerts are as they were before.
  void Evaluate(const Step& step, int64_t limit);

  /// How long the last evaluation took, by whoever measured it.
  void SetTook(Duration took) { report_.took = took; }

  const rules::Rule& rule() const { return *rule_; }

  const std::shared_ptr<const rules::Rule>& shared_rule() const { return rule_; }

  const RuleReport& report() const { return report_; }

  const ActiveAlerts& alerts() const { return alerts_; }

  /// Takes an alert over from before a restart or a reload. Of two with the same labels, one that
  /// fires stays.
  void Adopt(ActiveAlert alert);

  /// Goes on where `before` ended: its alerts, its series, its last report. It may be called for
  /// more than one rule of before.
  void Continue(RuleState before);

  /// The series that the last evaluation wrote, each with a staleness marker: the rule goes.
  void EndSeries(SampleSink& sink, int64_t time);

 private:
  using SeriesSet = std::unordered_set<series::LabelsRef, series::LabelsHash, series::SameLabels>;

  Result<std::vector<LabelledSample>> Samples(const Step& step, int64_t limit);
  Result<std::vector<LabelledSample>> Record(const promql::Vector& given, int64_t limit) const;
  void Write(const std::vector<LabelledSample>& samples, const Step& step);

  std::shared_ptr<const rules::Rule> rule_;
  RuleReport report_{};
  ActiveAlerts alerts_{};
  std::optional<WallTime> went_well_at_{};
  SeriesSet written_{};
};

}  // namespace klaxon::alerts
