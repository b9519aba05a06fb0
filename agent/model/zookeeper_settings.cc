#include <array>

#include <fmt/format.h>

#include "agent/model/zookeeper_facts.h"

namespace klaxon {
namespace {

/// By the name in zoo.cfg, in its unit.
struct SharedSetting {
  std::string_view name{};
  std::optional<double> ZookeeperSettings::* member = nullptr;
  std::string_view unit{};
  double scale = 1;
};

constexpr double kThousand = 1000;

// The limits of time are compared in seconds, in which they hold.
constexpr std::array<SharedSetting, 6> kShared{{
    {"tickTime", &ZookeeperSettings::tick, " ms", kThousand},
    {"initLimit", &ZookeeperSettings::init_limit, " s"},
    {"syncLimit", &ZookeeperSettings::sync_limit, " s"},
    {"minSessionTimeout", &ZookeeperSettings::session_timeout_min, " ms", kThousand},
    {"maxSessionTimeout", &ZookeeperSettings::session_timeout_max, " ms", kThousand},
    {"maxClientCnxns", &ZookeeperSettings::max_connections, ""},
}};

std::string At(const SharedSetting& setting, const ZookeeperServerFacts& server) {
  return fmt::format("{:.10g}{} at {}", *(server.settings.*setting.member) * setting.scale,
                     setting.unit, server.entity->name);
}

}  // namespace

std::vector<std::string> DifferingSettings(const ZookeeperFacts& facts, const Instant& now) {
  std::vector<std::string> lines;
  for (const SharedSetting& setting : kShared) {
    const ZookeeperServerFacts* first = nullptr;
    for (const ZookeeperServerFacts& server : facts.servers) {
      const std::optional<double>& value = server.settings.*setting.member;
      if (!server.Serves(now) || !IsFresh(server.configured, now) || !value) {
        continue;
      }
      first = first == nullptr ? &server : first;
      if (*value != *(first->settings.*setting.member)) {
        lines.push_back(
            fmt::format("{} is {} and {}", setting.name, At(setting, *first), At(setting, server)));
        break;
      }
    }
  }
  return lines;
}

}  // namespace klaxon
