#include "alerts/lifecycle/active_alert.h"

#include <cstdlib>

namespace klaxon::alerts {

std::string_view Name(Phase phase) {
  switch (phase) {
    case Phase::kPending:
      return "pending";
    case Phase::kFiring:
      return "firing";
    case Phase::kResolved:
      return "inactive";
  }
  std::abort();
}

std::optional<Alert> AsAlert(const ActiveAlert& active, const std::string& generator_address) {
  if (active.phase == Phase::kPending) return std::nullopt;
  return Alert{.labels = active.labels,
               .annotations = active.annotations,
               .starts_at = active.fired_at.value_or(active.active_since),
               .ends_at = active.resolved_at,
               .unknown_since = active.unknown_since,
               .value = active.value,
               .generator_address = generator_address};
}

}  // namespace klaxon::alerts
