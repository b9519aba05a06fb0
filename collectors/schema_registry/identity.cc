#include "collectors/schema_registry/identity.h"

namespace klaxon::schema_registry_collector {
namespace {

/// No answer at all, rather than one that says no.
bool Silent(const Error& error) {
  return error.reason() == Reason::kTimeout || error.reason() == Reason::kUnreachable ||
         error.reason() == Reason::kCancelled;
}

}  // namespace

Result<Identity> Identify(const registry::RegistryClient& node,
                          const registry::Patience& patience) {
  // The path that Apicurio puts its Confluent-compatible interface under.
  if (node.url().find("/apis/ccompat/") != std::string::npos) {
    const Result<std::string> version = node.ApicurioVersion(patience);
    if (!version && Silent(version.error())) {
      return version.error();
    }
    return Identity{.kind = RegistryKind::kApicurio, .version = version ? *version : ""};
  }
  const Result<std::string> confluent = node.ConfluentVersion(patience);
  if (confluent) {
    return Identity{.kind = RegistryKind::kConfluent, .version = *confluent};
  }
  if (Silent(confluent.error())) {
    return confluent.error();
  }
  const Result<registry::KarapaceHealth> karapace = node.Health(patience);
  if (karapace) {
    return Identity{.kind = RegistryKind::kKarapace, .version = karapace->version};
  }
  // Its health check hangs when its broker is gone; everything else here says no at once.
  if (Silent(karapace.error())) {
    return karapace.error();
  }
  return Identity{};
}

}  // namespace klaxon::schema_registry_collector
