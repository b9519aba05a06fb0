#pragma once

#include <span>
#include <vector>

#include "agent/kafka/security.h"
#include "agent/kafka/security_settings.h"

namespace klaxon::kafka {

/// Reads now what a connection by `options` would read later: authorities, certificate, key, and
/// the list of cipher suites. What is not there or of no use is a mistake of the setting that named
/// it. Only a look: the files may change afterwards.
///
/// REQUIRES: ReadSecurity made `options` of `settings`, without a mistake.
std::vector<SettingMistake> CheckStores(std::span<const Setting> settings,
                                        const SecurityOptions& options);

}  // namespace klaxon::kafka
