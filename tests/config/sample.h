#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/config/document.h"

namespace klaxon::config {

enum class Level { kDebug, kInfo, kWarn };

/// A configuration with every kind of value, read as the agent's own sections are read.
struct Sample {
  struct Connect {
    std::string name{};
    std::string url{};
    Duration interval = std::chrono::seconds(5);
    Secret password{};
  };

  struct Cluster {
    std::string name{};
    std::vector<HostPort> bootstrap{};
    Duration interval = std::chrono::seconds(10);
    int64_t groups = 250;
    double jitter = 0.1;
    bool enabled = true;
    std::vector<std::string> topics{"*"};
    std::optional<std::string> rack{};
    std::vector<std::pair<std::string, std::string>> labels{};
    std::vector<Connect> connect{};
  };

  HostPort listen{"127.0.0.1", 9308};
  Level level = Level::kInfo;
  std::vector<Cluster> clusters{};
};

Sample ReadSample(YamlMap root);

/// An environment of exactly these variables.
Environment Variables(std::map<std::string, std::string> variables);

/// The mistakes of reading a text as a Sample named "klaxon.yaml", one a line.
std::string MistakesOf(std::string_view text, const Environment& environment = Variables({}));

}  // namespace klaxon::config
