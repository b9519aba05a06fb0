#pragma once

#include <map>
#include <string>

#include "alerts/lifecycle/active_alert.h"

namespace klaxon::notify {

/// What a restart must know of alerts, as `Evaluation::states` takes it.
std::map<std::string, std::string> ToStates(const alerts::SavedAlerts& saved);

/// What ToStates made; what cannot be read is left out, and the log says so.
alerts::SavedAlerts FromStates(const std::map<std::string, std::string>& states);

}  // namespace klaxon::notify
