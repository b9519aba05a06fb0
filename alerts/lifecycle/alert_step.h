#pragma once

#include <optional>
#include <vector>

#include "agent/promql/value.h"
#include "agent/series/sample.h"
#include "alerts/lifecycle/active_alert.h"
#include "alerts/lifecycle/step.h"
#include "alerts/rules/rule.h"

namespace klaxon::alerts {

/// An alert rule, one evaluation further.
struct AlertStep {
  const rules::Rule& rule;
  const Step& step;
  int64_t limit = 0;                           ///< most alerts that may be active; 0: any number
  std::optional<WallTime> evaluated_before{};  ///< when it went well the last time
};

/// Takes what the expression gave into the alerts. Semantics of Prometheus 3 (rules/alerting.go),
/// but for what is unknown (see Surroundings), and for the limit: where Prometheus forgets all
/// alerts of the rule, they stay as they are here.
/// Error: kInvalid, two alerts with the same labels, or more than the limit; nothing has changed.
Result<void> Advance(const AlertStep& step, const promql::Vector& given, ActiveAlerts& alerts);

struct LabelledSample {
  series::LabelsRef labels = series::NoLabels();
  double value = 0;
};

/// The series ALERTS and ALERTS_FOR_STATE of alerts that are pending or firing.
std::vector<LabelledSample> SeriesOf(const ActiveAlerts& alerts);

}  // namespace klaxon::alerts
