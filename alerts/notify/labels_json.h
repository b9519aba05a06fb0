#pragma once

#include <nlohmann/json_fwd.hpp>

#include "agent/series/labels.h"

namespace klaxon::notify {

/// {"name": "value", ...}: as messages and documents hold labels. Valid UTF-8, whatever they hold.
nlohmann::json LabelsAsJson(const series::Labels& labels);

}  // namespace klaxon::notify
