#include "collectors/security_keys.h"

#include <cstdlib>
#include <string>
#include <utility>

#include "agent/kafka/store_check.h"

namespace klaxon {
namespace {

std::string Value(config::YamlMap& yaml, const kafka::SecurityKey& key) {
  switch (key.kind) {
    case kafka::SettingKind::kText:
      return yaml.OptionalString(key.name).value_or("");
    case kafka::SettingKind::kFile:
      return yaml.FileName(key.name).value_or("");
    case kafka::SettingKind::kSecret:
      return yaml.Secret(key.name).Reveal();
  }
  std::abort();
}

}  // namespace

std::vector<kafka::Setting> ReadSecurityKeys(config::YamlMap& yaml, const KeyFilter& wanted) {
  std::vector<kafka::Setting> settings;
  for (const kafka::SecurityKey& key : kafka::SecurityKeys()) {
    if (std::string value = wanted(key.name) ? Value(yaml, key) : ""; !value.empty()) {
      std::string name(key.name);
      settings.push_back({.key = name, .value = std::move(value), .written = name});
    }
  }
  return settings;
}

void Complain(config::YamlMap& yaml, std::span<const kafka::SettingMistake> mistakes) {
  for (const kafka::SettingMistake& mistake : mistakes) {
    if (mistake.kind == kafka::SettingMistake::Kind::kWrongValue) {
      yaml.ComplainOfValue(mistake.written, mistake.what);
    } else {
      yaml.Complain(mistake.written, mistake.what);
    }
  }
}

tls::ClientOptions ReadTlsKeys(config::YamlMap& yaml, bool https) {
  std::vector<kafka::Setting> settings = ReadSecurityKeys(yaml, [](std::string_view name) {
    return name.starts_with("ssl.") || name.starts_with("enable.ssl.");
  });
  for (const kafka::Setting& setting : settings) {
    if (!https) {
      yaml.Complain(setting.key, "is not used with http; give an address with https://");
    }
  }
  if (!https) {
    return {};
  }
  settings.push_back({.key = "security.protocol", .value = "SSL"});
  kafka::SecurityReading reading = kafka::ReadSecurity(settings, kafka::Dialect::kLibrdkafka);
  if (reading.mistakes.empty()) {
    reading.mistakes = kafka::CheckStores(settings, reading.options);
  }
  Complain(yaml, reading.mistakes);
  return std::move(reading.options.tls);
}

}  // namespace klaxon
