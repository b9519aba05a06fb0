#include <cmath>
#include <utility>

#include <nlohmann/json.hpp>

#include "agent/base/mask.h"
#include "agent/base/text.h"
#include "collectors/zookeeper/parse.h"
#include "collectors/zookeeper/parse_pieces.h"

namespace klaxon::zookeeper_collector {
namespace {

using SettingsJson = nlohmann::json;
using Settings = ZookeeperSettings;

// ZooKeeperServerConf and ZooKeeperServer.dumpConf, in the words of `conf` and of the AdminServer.
// The limits are in ticks until Finish.
constexpr std::array<Key<Settings>, 14> kSettings{{
    {"serverId", &Settings::id},
    {"server_id", &Settings::id},
    {"tickTime", &Settings::tick, kMilliseconds},
    {"tick_time", &Settings::tick, kMilliseconds},
    {"initLimit", &Settings::init_limit},
    {"syncLimit", &Settings::sync_limit},
    {"minSessionTimeout", &Settings::session_timeout_min, kMilliseconds},
    {"min_session_timeout", &Settings::session_timeout_min, kMilliseconds},
    {"maxSessionTimeout", &Settings::session_timeout_max, kMilliseconds},
    {"max_session_timeout", &Settings::session_timeout_max, kMilliseconds},
    {"maxClientCnxns", &Settings::max_connections},
    {"max_client_cnxns", &Settings::max_connections},
    {"dataDirSize", &Settings::data_bytes},
    {"dataLogSize", &Settings::log_bytes},
}};

constexpr size_t kLongestPath = 200;

void TakeSetting(std::string_view name, std::string_view text, Settings& settings) {
  if (name == "dataDir" || name == "data_dir") {
    settings.data_dir = Printable(MaskSecrets(Trim(text)), kLongestPath);
  } else if (name == "dataLogDir" || name == "data_log_dir") {
    settings.log_dir = Printable(MaskSecrets(Trim(text)), kLongestPath);
  } else {
    Take(kSettings, name, NumberIn(Trim(text)), settings);
  }
}

/// Ticks become seconds.
void Finish(Settings& settings) {
  for (std::optional<double>* limit : {&settings.init_limit, &settings.sync_limit}) {
    if (*limit && settings.tick) {
      **limit *= *settings.tick;
    } else {
      limit->reset();
    }
  }
}

}  // namespace

Result<ZookeeperSettings> ParseConf(std::string_view answer) {
  if (const std::optional<Error> none = NoAnswer(answer)) {
    return *none;
  }
  Settings settings;
  // An ensemble's ends with a dynamic configuration that has no line end; a line without one may
  // be cut off, and is left out.
  const size_t whole = answer.rfind('\n') + 1;  // 0 without any
  for (const std::string_view line : Split(answer.substr(0, whole), '\n')) {
    const size_t sign = line.find('=');
    if (sign != std::string_view::npos) {
      TakeSetting(line.substr(0, sign), line.substr(sign + 1), settings);
    }
  }
  // The number of the server comes last of what every mode tells: without it half is missing.
  if (!settings.tick || !settings.id) {
    return Odd("conf", answer);
  }
  Finish(settings);
  return settings;
}

Result<ZookeeperSettings> ParseAdminConfiguration(std::string_view body) {
  const SettingsJson document = SettingsJson::parse(body, nullptr, false);
  if (!document.is_object()) {
    return Odd("configuration", body);
  }
  Settings settings;
  for (const auto& [name, value] : document.items()) {
    if (value.is_string()) {
      TakeSetting(name, value.get_ref<const std::string&>(), settings);
    } else if (value.is_number()) {
      const auto number = value.get<double>();
      Take(kSettings, name,
           number >= 0 && std::isfinite(number) ? std::optional(number) : std::nullopt, settings);
    }
  }
  if (!settings.tick || !settings.id) {
    return Odd("configuration", body);
  }
  Finish(settings);
  return settings;
}

Result<bool> ParseIsro(std::string_view answer) {
  if (const std::optional<Error> none = NoAnswer(answer)) {
    return *none;
  }
  // IsroCommand: "null" while its server does not run.
  if (answer == "null") {
    return Error(Reason::kRefused, "answers isro with null: it does not serve");
  }
  if (answer != "ro" && answer != "rw") {
    return Odd("isro", answer);
  }
  return answer == "ro";
}

Result<void> ParseRuok(std::string_view answer) {
  if (const std::optional<Error> none = NoAnswer(answer)) {
    return *none;
  }
  if (answer != "imok") {
    return Odd("ruok", answer);
  }
  return {};
}

}  // namespace klaxon::zookeeper_collector
