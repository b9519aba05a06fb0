#pragma once

#include <string>
#include <utility>
#include <vector>

#include "agent/base/result.h"
#include "agent/config/yaml_map.h"
#include "agent/http/access_rules.h"
#include "agent/http/web_config.h"

namespace klaxon::app {

/// Who may do what with this agent. Roles are ours and not in the web configuration file, which
/// exporters would refuse for a key that they do not know.
struct WebSettings {
  std::string file{};  ///< exporter-toolkit's web configuration; empty: plain HTTP without users
  std::vector<std::pair<std::string, http::Access>> roles{};  ///< by user
  http::Access default_role = http::Access::kViewer;          ///< of users without one
  bool open_probes = true;                                    ///< /-/healthy and /-/ready

  friend bool operator==(const WebSettings&, const WebSettings&) = default;
};

/// Reads the section `web`.
WebSettings ReadWebSettings(config::YamlMap& root);

/// The file that the settings name; all defaults if there is none. Error: its mistakes, one a line.
Result<http::WebConfig> ReadWeb(const WebSettings& settings);

/// The roles for users that there are not, one a line; empty if there are none.
std::string WrongRoles(const WebSettings& settings, const http::WebConfig& web);

/// As ReadWeb, and a role for a user that there is not is a mistake too.
Result<http::WebConfig> LoadWeb(const WebSettings& settings);

http::AccessRules RulesOf(const WebSettings& settings, const http::WebConfig& web);

}  // namespace klaxon::app
