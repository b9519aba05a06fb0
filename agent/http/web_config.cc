#include "agent/http/web_config.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <system_error>

#include <fmt/format.h>

#include "agent/base/text.h"
#include "agent/config/yaml_map.h"
#include "agent/http/field.h"
#include "agent/http/password.h"
#include "agent/http/web_tls.h"
#include "agent/tls/server_context.h"

namespace klaxon::http {
namespace {

using config::YamlMap;

/// A header that the file may set, and the values it may have; none: any.
struct Settable {
  std::string_view name{};
  std::array<std::string_view, 2> values{};
};

constexpr std::array<Settable, 5> kSettable{{{"Content-Security-Policy", {}},
                                             {"X-Frame-Options", {"deny", "sameorigin"}},
                                             {"X-Content-Type-Options", {"nosniff", "nosniff"}},
                                             {"X-XSS-Protection", {}},
                                             {"Strict-Transport-Security", {}}}};

/// What is wrong with a header; empty if nothing is.
std::string WrongHeader(const std::string& name, const std::string& value) {
  const auto found = std::ranges::find(kSettable, std::string_view(name), &Settable::name);
  if (found == kSettable.end()) {
    std::array<std::string_view, kSettable.size()> names;
    std::ranges::transform(kSettable, names.begin(), &Settable::name);
    return fmt::format("the header \"{}\" cannot be set; these can: {}", Printable(name, 80),
                       fmt::join(names, ", "));
  }
  if (!IsFieldValue(value)) return fmt::format("{}: a header is one line of text", name);
  if (found->values[0].empty() || std::ranges::find(found->values, value) != found->values.end()) {
    return "";
  }
  return fmt::format("{}: expected {}, found \"{}\"", name,
                     found->values[0] == found->values[1]
                         ? std::string(found->values[0])
                         : fmt::format("{} or {}", found->values[0], found->values[1]),
                     Printable(value, 80));
}

/// Returns what is said of HTTP/2.
bool ReadHttp(YamlMap& root, WebConfig& config) {
  std::optional<YamlMap> yaml = root.Map("http_server_config");
  if (!yaml) return true;
  const bool given = yaml->Has("http2");
  const bool http2 = yaml->Bool("http2", true);
  if (given && http2) {
    config.remarks.emplace_back("http2 has no effect: Klaxon speaks HTTP/1.1");
  }
  config.headers = yaml->StringMap("headers");
  for (const auto& [name, value] : config.headers) {
    if (std::string wrong = WrongHeader(name, value); !wrong.empty()) {
      yaml->Complain("headers", std::move(wrong));
    }
  }
  yaml->Finish();
  return http2;
}

void ReadUsers(const config::Document& document, YamlMap& root, WebConfig& config) {
  const size_t mistakes = document.mistakes().size();
  const std::vector<std::pair<std::string, std::string>> users = root.StringMap("basic_auth_users");
  const bool none = users.empty() && document.mistakes().size() == mistakes;
  std::optional<YamlMap> yaml =
      users.empty() && !none ? std::nullopt : root.Map("basic_auth_users");
  if (none && yaml) {
    root.Complain("basic_auth_users",
                  "there is no user in it, so everything would be open; name one, or leave the key "
                  "out if that is meant");
  }
  for (const auto& [name, hash] : users) {
    yaml->Has(name);  // makes the key known
    const std::optional<int> cost = CostOf(hash);
    if (!cost) {
      yaml->Complain(name, "expected the bcrypt hash of a password, as htpasswd -nBC 10 makes it");
    } else if (*cost > kHighestCost) {
      config.remarks.push_back(
          fmt::format("the password of {} is hashed with cost {}: checking it would take too long, "
                      "so this user "
                      "cannot log in; the highest that is computed is {}",
                      Printable(name, 80), *cost, kHighestCost));
    }
    if (name.find(':') != std::string::npos) {
      yaml->Complain(name, "a user's name cannot hold ':'");
    }
    config.users.push_back({.name = name, .hash = Secret(hash)});
  }
  if (yaml) yaml->Finish();
}

void ReadRateLimit(YamlMap& root, WebConfig& config) {
  constexpr int64_t kMost = 1'000'000;
  std::optional<YamlMap> yaml = root.Map("rate_limit");
  if (!yaml) return;
  config.rate_limit.interval = yaml->Duration("interval", Duration::zero());
  config.rate_limit.burst = yaml->Integer("burst", 0, {.least = 0, .most = kMost});
  if (config.rate_limit.interval > Duration::zero() && config.rate_limit.burst == 0) {
    config.remarks.emplace_back(
        "rate_limit has an interval and a burst of 0: every request is refused");
  }
  yaml->Finish();
}

}  // namespace

WebConfig ReadWebConfig(config::Document& document, std::string_view folder) {
  WebConfig config;
  YamlMap root = document.Root();
  const bool http2 = ReadHttp(root, config);
  if (std::optional<YamlMap> yaml = root.Map("tls_server_config")) {
    config.tls = ReadWebTls(*yaml, folder, http2, config.remarks);
    // What is in the files is looked at when all else is right: one mistake has one line.
    if (config.tls.enabled && document.ok()) {
      const Result<void> good = tls::ServerContext(config.tls.options, "http").Check();
      if (!good) yaml->Complain("cert_file", good.error().message());
    }
    yaml->Finish();
  }
  ReadUsers(document, root, config);
  ReadRateLimit(root, config);
  root.Finish();
  return config;
}

Result<WebConfig> LoadWebConfig(const std::string& file) {
  // A pipe is empty when it is read again, and an empty file means that there are no users.
  std::error_code ignored;
  if (std::filesystem::exists(file, ignored) && !std::filesystem::is_regular_file(file, ignored)) {
    return Error(Reason::kInvalid, file + ": is not a regular file; it is read again and again");
  }
  config::Document document = config::Document::Load(file);
  WebConfig config = ReadWebConfig(document, std::filesystem::path(file).parent_path().string());
  if (!document.ok()) return Error(Reason::kInvalid, ToString(document.mistakes()));
  return config;
}

}  // namespace klaxon::http
