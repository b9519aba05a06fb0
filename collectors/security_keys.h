#pragma once

#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "agent/config/yaml_map.h"
#include "agent/kafka/security_settings.h"
#include "agent/tls/client_options.h"

namespace klaxon {

/// Which keys a section has.
using KeyFilter = std::function<bool(std::string_view name)>;

/// Those of kafka::SecurityKeys() that `wanted` takes and that are given with a value. Each is
/// asked for, so that it is known even where it is not given.
std::vector<kafka::Setting> ReadSecurityKeys(config::YamlMap& yaml, const KeyFilter& wanted);

/// Tells mistakes at their keys.
void Complain(config::YamlMap& yaml, std::span<const kafka::SettingMistake> mistakes);

/// How a section with https addresses is trusted: the TLS keys, by librdkafka's names. `https`:
/// whether there is such an address; without one the keys are mistakes. What the files hold is
/// looked at.
tls::ClientOptions ReadTlsKeys(config::YamlMap& yaml, bool https);

}  // namespace klaxon
