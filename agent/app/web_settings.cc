#include "agent/app/web_settings.h"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "agent/base/text.h"

namespace klaxon::app {
namespace {

using config::Named;
using config::YamlMap;
using http::Access;

constexpr std::array<Named<Access>, 3> kRoles{{{Name(Access::kViewer), Access::kViewer},
                                               {Name(Access::kOperator), Access::kOperator},
                                               {Name(Access::kAdmin), Access::kAdmin}}};

void ReadRoles(YamlMap& yaml, WebSettings& settings) {
  for (const auto& [user, role] : yaml.StringMap("roles")) {
    const auto found = std::ranges::find(kRoles, std::string_view(role), &Named<Access>::name);
    if (found == kRoles.end()) {
      yaml.Complain("roles",
                    fmt::format("{}: expected one of viewer, operator, admin, found \"{}\"",
                                Printable(user, 80), Printable(role, 80)));
    } else {
      settings.roles.emplace_back(user, found->value);
    }
  }
}

}  // namespace

std::string WrongRoles(const WebSettings& settings, const http::WebConfig& web) {
  std::vector<std::string_view> names;
  names.reserve(web.users.size());
  for (const http::WebUser& user : web.users) {
    names.push_back(user.name);
  }
  std::string wrong;
  for (const auto& [user, role] : settings.roles) {
    if (std::ranges::find(names, std::string_view(user)) != names.end()) {
      continue;
    }
    const std::string_view nearest = Nearest(user, names);
    wrong += fmt::format(
        "{}web.roles: no user \"{}\" in {}{}", wrong.empty() ? "" : "\n", Printable(user, 80),
        settings.file.empty() ? "any file: web.config_file is not given" : settings.file,
        nearest.empty() ? "" : fmt::format("; did you mean \"{}\"?", nearest));
  }
  return wrong;
}

WebSettings ReadWebSettings(YamlMap& root) {
  WebSettings settings;
  std::optional<YamlMap> yaml = root.Map("web");
  if (!yaml) {
    return settings;
  }
  settings.file = yaml->String("config_file", "");
  settings.default_role = yaml->Enum<Access>("default_role", settings.default_role, kRoles);
  settings.open_probes = yaml->Bool("open_probes", settings.open_probes);
  ReadRoles(*yaml, settings);
  yaml->Finish();
  return settings;
}

Result<http::WebConfig> ReadWeb(const WebSettings& settings) {
  if (settings.file.empty()) {
    return http::WebConfig{};
  }
  return http::LoadWebConfig(settings.file);
}

Result<http::WebConfig> LoadWeb(const WebSettings& settings) {
  Result<http::WebConfig> web = ReadWeb(settings);
  if (web) {
    if (const std::string wrong = WrongRoles(settings, *web); !wrong.empty()) {
      return Error(Reason::kInvalid, wrong);
    }
  }
  return web;
}

http::AccessRules RulesOf(const WebSettings& settings, const http::WebConfig& web) {
  http::AccessRules rules;
  rules.users.reserve(web.users.size());
  for (const http::WebUser& user : web.users) {
    const auto role =
        std::ranges::find(settings.roles, user.name, &std::pair<std::string, Access>::first);
    rules.users.push_back(
        {.name = user.name,
         .hash = user.hash,
         .role = role == settings.roles.end() ? settings.default_role : role->second});
  }
  rules.open_probes = settings.open_probes;
  rules.rate_limit = web.rate_limit;
  rules.headers = web.headers;
  return rules;
}

}  // namespace klaxon::app
