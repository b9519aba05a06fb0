#pragma once

#include <optional>
#include <string>

#include "agent/model/schema_registry_facts.h"
#include "agent/registry/client.h"

namespace klaxon::schema_registry_collector {

/// Which implementation answers, and its version.
struct Identity {
  RegistryKind kind = RegistryKind::kUnknown;
  std::string version{};  ///< empty: not told
};

/// Asks one to three requests. Error: none of them was answered, so that it is worth another try.
Result<Identity> Identify(const registry::RegistryClient& node, const registry::Patience& patience);

}  // namespace klaxon::schema_registry_collector
