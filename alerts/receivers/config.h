#pragma once

#include "agent/config/yaml_map.h"
#include "alerts/notify/settings.h"

namespace klaxon::receivers {

/// Reads `notify:`: Alertmanager's `route`, `receivers`, `inhibit_rules` and `time_intervals`, and
/// besides `alertmanagers`, `heartbeats`, `owners` and `external_url`. Mistakes go to the document;
/// what is returned then is of no use.
notify::Settings ReadNotify(config::YamlMap& yaml);

/// The tree under `route:`, the rules and the intervals, without those who receive.
void ReadRouting(config::YamlMap& yaml, notify::Settings& settings);

}  // namespace klaxon::receivers
