#include "collectors/kafka/security_section.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "agent/config/read_file.h"
#include "agent/kafka/client_properties.h"
#include "agent/kafka/security_settings.h"
#include "agent/kafka/store_check.h"
#include "collectors/kafka/config.h"
#include "collectors/security_keys.h"

namespace klaxon::kafka_collector {
namespace {

constexpr const char* kCommandConfig = "command.config";
constexpr size_t kMostBytes = size_t{1} << 20U;

/// A token's file is read whenever a token is needed: its content, which reading the secret gave,
/// is dropped.
void PreferTokenFile(std::vector<kafka::Setting>& settings) {
  const bool file = std::ranges::any_of(settings, [](const kafka::Setting& setting) {
    return setting.key == "sasl.oauthbearer.token_file";
  });
  std::erase_if(settings, [&](const kafka::Setting& setting) {
    return file && setting.key == "sasl.oauthbearer.token";
  });
}

kafka::SecurityOptions ReadKeys(config::YamlMap& yaml, std::vector<kafka::Setting> settings) {
  PreferTokenFile(settings);
  kafka::SecurityReading reading = kafka::ReadSecurity(settings, kafka::Dialect::kLibrdkafka);
  if (reading.mistakes.empty()) {
    reading.mistakes = kafka::CheckStores(settings, reading.options);
  }
  Complain(yaml, reading.mistakes);
  return std::move(reading.options);
}

std::vector<HostPort> ReadBootstrap(config::YamlMap& yaml, const std::string& file,
                                    std::string_view servers) {
  std::vector<HostPort> addresses;
  for (std::string_view server : Split(servers, ',')) {
    const size_t scheme = server.find("://");  // Java takes "SASL_SSL://broker:9093"
    server.remove_prefix(scheme == std::string_view::npos ? 0 : scheme + 3);
    if (Result<HostPort> address = ParseHostPort(server, kDefaultPort)) {
      addresses.push_back(*std::move(address));
    } else {
      yaml.Complain(kCommandConfig,
                    fmt::format("{}: bootstrap.servers: {}", file, address.error().message()));
    }
  }
  return addresses;
}

SecuritySection ReadPropertiesFile(config::YamlMap& yaml, const std::string& file) {
  SecuritySection section;
  const Result<std::string> text = config::ReadFile(file, kMostBytes);
  if (!text) {
    yaml.Complain(kCommandConfig, fmt::format("{} {}", file, text.error().message()));
    return section;
  }
  if (Trim(*text).empty()) {  // what is left of a pipe that was read before; never plain text
    yaml.Complain(kCommandConfig, fmt::format("{} is empty", file));
    return section;
  }
  kafka::ClientProperties properties = kafka::ReadClientProperties(*text);
  if (properties.mistakes.empty()) {
    for (const auto& wrong : kafka::CheckStores(properties.settings, properties.security)) {
      properties.mistakes.push_back({wrong.line, wrong.written + ": " + wrong.what});
    }
  }
  for (const kafka::PropertiesMistake& mistake : properties.mistakes) {
    yaml.Complain(kCommandConfig, fmt::format("{}:{}: {}", file, mistake.line, mistake.what));
  }
  section.security = std::move(properties.security);
  section.bootstrap = ReadBootstrap(yaml, file, properties.bootstrap_servers);
  section.client_id = std::move(properties.client_id);
  if (!properties.without_effect.empty()) {
    section.notice = fmt::format("{}: without effect: {}", file, properties.without_effect);
  }
  return section;
}

}  // namespace

SecuritySection ReadSecuritySection(config::YamlMap& yaml) {
  const std::optional<std::string> file = yaml.FileName(kCommandConfig);
  std::vector<kafka::Setting> settings =
      ReadSecurityKeys(yaml, [](std::string_view) { return true; });
  if (!file || file->empty()) {
    return {.security = ReadKeys(yaml, std::move(settings))};
  }
  for (const kafka::Setting& setting : settings) {
    yaml.Complain(setting.key, fmt::format("the security options are those of {}, which "
                                           "command.config names; write this one there",
                                           *file));
  }
  return ReadPropertiesFile(yaml, *file);
}

}  // namespace klaxon::kafka_collector
