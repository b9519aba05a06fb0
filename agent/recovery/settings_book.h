#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/recovery/pattern.h"
#include "agent/recovery/policy.h"

namespace klaxon::recovery {

/// The settings that hold for one connector.
struct Chosen {
  Settings settings{};
  std::string mistake{};  ///< in its own keys, one line; the settings are then those without them
};

using OwnKeys = std::vector<std::pair<std::string, std::string>>;

/// Finds the settings of connectors: the cluster's, those of the first pattern that matches the
/// name, and over them what the connector's own configuration says: `klaxon.recovery` is `mode`,
/// `klaxon.recovery.attempts` is `attempts`, and so on. Remembers what it found. Confined to one
/// thread.
class SettingsBook {
 public:
  explicit SettingsBook(const Policy& policy);

  std::shared_ptr<const Chosen> For(std::string_view connector, const OwnKeys& own);

  /// Forgets connectors that were not asked for since the last time.
  void Sweep();

 private:
  struct Entry {
    OwnKeys own{};
    std::shared_ptr<const Chosen> chosen{};
    bool used = false;
  };

  const Settings& Configured(std::string_view connector) const;

  Settings settings_;
  std::vector<std::pair<Pattern, Settings>> overrides_{};
  std::map<std::string, Entry, std::less<>> entries_{};
};

}  // namespace klaxon::recovery
