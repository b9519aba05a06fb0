#include "alerts/notify/settings.h"

#include <utility>

#include "agent/series/labels.h"

namespace klaxon::notify {

alerts::Alert WithOwner(alerts::Alert alert, const std::vector<Owner>& owners) {
  for (const Owner& owner : owners) {
    if (!MatchAll(owner.matchers, alert.labels)) {
      continue;
    }
    series::LabelsBuilder builder(alert.labels);
    for (const auto& [name, value] : owner.labels) {
      if (alert.labels.Get(name).empty()) {
        builder.Set(name, value);
      }
    }
    alert.labels = builder.Build();
  }
  return alert;
}

}  // namespace klaxon::notify
