#include "alerts/lifecycle/alert_step.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "agent/base/duration.h"
#include "alerts/lifecycle/expansion.h"

namespace klaxon::alerts {
namespace {

struct Found {
  series::Labels annotations{};
  double value = 0;
};

using FoundAlerts = std::map<series::Labels, Found>;

Result<FoundAlerts> Expanded(const AlertStep& step, const promql::Vector& given) {
  FoundAlerts found;
  for (const promql::VectorSample& sample : given) {
    const Expansion expansion(step.rule, *sample.labels, sample.value, step.step);
    const auto [place, is_new] =
        found.try_emplace(expansion.AlertLabels(),
                          Found{.annotations = expansion.Annotations(), .value = sample.value});
    if (!is_new) {
      return Error(Reason::kInvalid,
                   fmt::format("vector contains metrics with the same labelset after applying "
                               "alert labels: {}",
                               ToString(place->first)));
    }
  }
  return found;
}

/// A pending alert does not come nearer to firing while nobody can tell whether it is right.
void StopClock(const AlertStep& step, ActiveAlert& alert) {
  const WallTime now = step.step.now;
  const WallTime before = step.evaluated_before.value_or(now);
  if (before < now) alert.active_since += now - std::max(before, alert.active_since);
}

/// Its rule may see too little for a while after what was unknown is known again. Each outage
/// counts by itself, or short ones that come again and again would hold an alert for ever.
void BeginToSettle(const AlertStep& step, ActiveAlert& alert) {
  if (!alert.outage_since) return;
  const Duration outage = step.step.now - *alert.outage_since + alert.forgotten;
  alert.outage_since.reset();
  alert.forgotten = Duration::zero();
  const auto& settling = step.step.surroundings.settling;
  if (!settling) return;
  const WallTime until =
      step.step.now + std::chrono::duration_cast<WallTime::duration>(settling(step.rule, outage));
  alert.settles_until = std::max(alert.settles_until.value_or(until), until);
}

bool Settles(const AlertStep& step, const ActiveAlert& alert) {
  return step.step.surroundings.settling && alert.settles_until &&
         step.step.now < *alert.settles_until;
}

void SetKnown(ActiveAlert& alert) {
  alert.unknown_since.reset();
  alert.unknown_why.clear();
}

/// Nobody can tell now if the alert is right. It is marked, and waits as it is.
void Hold(const AlertStep& step, std::string why, ActiveAlert& alert) {
  if (alert.phase == Phase::kPending) StopClock(step, alert);
  alert.unknown_since = alert.unknown_since.value_or(step.step.now);
  alert.unknown_why = std::move(why);
  alert.keep_firing_since.reset();
}

bool HoldsUnknown(const AlertStep& step, ActiveAlert& alert) {
  const auto& unknown = step.step.surroundings.unknown;
  std::optional<std::string> why = unknown ? unknown(step.rule, alert.labels) : std::nullopt;
  if (!why) return false;
  Hold(step, *std::move(why), alert);
  alert.outage_since = alert.outage_since.value_or(step.step.now);
  return true;
}

/// The same of an alert that the expression does not give, and until its rule sees enough again.
bool HoldsAbsent(const AlertStep& step, ActiveAlert& alert) {
  if (HoldsUnknown(step, alert)) return true;
  BeginToSettle(step, alert);
  if (Settles(step, alert)) {
    Hold(step, "it is known again, but its rule does not see enough of it yet", alert);
    return true;
  }
  SetKnown(alert);
  alert.settles_until.reset();
  return false;
}

void Fire(const AlertStep& step, ActiveAlert& alert) {
  const WallTime now = step.step.now;
  const bool long_enough = now - alert.active_since >= step.rule.hold_for;
  if (alert.phase == Phase::kPending && long_enough) {
    alert.phase = Phase::kFiring;
    alert.fired_at = now;
  } else if (alert.phase == Phase::kFiring && !long_enough &&
             alert.fired_at.value_or(now) - alert.active_since < step.rule.hold_for) {
    // Its `for` was raised since. That it fired too early tells so: `now` does not, since the clock
    // may have been set back.
    alert.phase = Phase::kPending;
    alert.fired_at.reset();
  }
}

void TakePresent(const AlertStep& step, const series::Labels& labels, Found found,
                 ActiveAlerts& alerts) {
  ActiveAlert& alert = alerts[labels];
  if (alert.labels.empty() || alert.phase == Phase::kResolved) {
    alert = {.labels = labels, .active_since = step.step.now};
  }
  const bool waits = HoldsUnknown(step, alert);
  // A sum over the part that is known is no news of an alert that people were told of.
  if (waits && alert.phase == Phase::kFiring) return;
  alert.value = found.value;
  alert.annotations = std::move(found.annotations);
  if (waits) return;
  BeginToSettle(step, alert);  // it may be given once by what is about to leave the window
  SetKnown(alert);
  alert.keep_firing_since.reset();
  Fire(step, alert);
}

/// Whether a firing alert that the expression no longer gives goes on nevertheless.
bool Holds(const AlertStep& step, ActiveAlert& alert) {
  if (HoldsAbsent(step, alert)) return true;
  const WallTime now = step.step.now;
  if (step.rule.keep_firing_for == Duration::zero()) return false;
  alert.keep_firing_since = alert.keep_firing_since.value_or(now);
  return now - *alert.keep_firing_since < step.rule.keep_firing_for;
}

/// False: the alert is forgotten.
bool TakeAbsent(const AlertStep& step, ActiveAlert& alert) {
  const WallTime now = step.step.now;
  switch (alert.phase) {
    case Phase::kPending:
      return HoldsAbsent(step, alert);
    case Phase::kFiring:
      if (!Holds(step, alert)) {
        alert.phase = Phase::kResolved;
        alert.resolved_at = now;
        alert.keep_firing_since.reset();
      }
      return true;
    case Phase::kResolved:
      return now - alert.resolved_at.value_or(now) <= kResolvedRetention;
  }
  std::abort();
}

Result<void> CheckLimit(const AlertStep& step, const ActiveAlerts& alerts) {
  int64_t active = 0;
  for (const auto& [labels, alert] : alerts) {
    active += alert.phase == Phase::kResolved ? 0 : 1;
  }
  if (step.limit <= 0 || active <= step.limit) return {};
  return Error(Reason::kInvalid,
               fmt::format("exceeded limit of {} with {} alerts; those that were active stay as "
                           "they are",
                           step.limit, active));
}

series::LabelsRef WithMetric(const ActiveAlert& alert, std::string_view metric,
                             std::string_view state) {
  series::LabelsBuilder labels(alert.labels);
  labels.Set(series::kMetricName, metric);
  if (!state.empty()) labels.Set("alertstate", state);
  return std::make_shared<const series::Labels>(labels.Build());
}

}  // namespace

Result<void> Advance(const AlertStep& step, const promql::Vector& given, ActiveAlerts& alerts) {
  Result<FoundAlerts> found = Expanded(step, given);
  if (!found) return found.error();
  ActiveAlerts next = alerts;
  for (auto alert = next.begin(); alert != next.end();) {
    const bool keep = found->contains(alert->first) || TakeAbsent(step, alert->second);
    alert = keep ? std::next(alert) : next.erase(alert);
  }
  for (auto& [labels, each] : *found) {
    TakePresent(step, labels, std::move(each), next);
  }
  if (Result<void> checked = CheckLimit(step, next); !checked) return checked;
  alerts = std::move(next);
  return {};
}

std::vector<LabelledSample> SeriesOf(const ActiveAlerts& alerts) {
  std::vector<LabelledSample> series;
  for (const auto& [labels, alert] : alerts) {
    if (alert.phase == Phase::kResolved) continue;
    series.push_back({.labels = WithMetric(alert, "ALERTS", Name(alert.phase)), .value = 1});
    const auto since =
        std::chrono::floor<std::chrono::seconds>(alert.active_since.time_since_epoch());
    series.push_back({.labels = WithMetric(alert, "ALERTS_FOR_STATE", ""),
                      .value = static_cast<double>(since.count())});
  }
  return series;
}

}  // namespace klaxon::alerts
