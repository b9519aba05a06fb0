#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "agent/series/labels.h"
#include "alerts/notify/memory.h"

/// Alerts as texts that SQLite keeps (JSON). What they hold was written by this program, but a file
/// may hold anything.
namespace klaxon::notify {

std::string ToText(const AlertMap& alerts);

/// Nothing: it is not such a text.
std::optional<AlertMap> AlertsFromText(std::string_view text);

std::string ToText(const series::Labels& labels);
std::optional<series::Labels> LabelsFromText(std::string_view text);

}  // namespace klaxon::notify
