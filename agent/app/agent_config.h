#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/app/rule_settings.h"
#include "agent/app/source.h"
#include "agent/app/web_settings.h"
#include "agent/base/log.h"
#include "agent/base/text.h"
#include "agent/config/document.h"
#include "agent/series/store.h"
#include "alerts/notify/settings.h"

namespace klaxon::app {

/// kafka_exporter's port, so that a scrape configuration need not change.
constexpr uint16_t kDefaultPort = 9308;

/// How the series are sampled that rules and queries ask.
struct HistorySettings {
  Duration interval = std::chrono::seconds{15};  ///< from one sampling to the next
  int64_t memory_mib = 64;                       ///< for samples of the past
  series::Spans spans{};                         ///< besides what rules need

  friend bool operator==(const HistorySettings&, const HistorySettings&) = default;
};

/// The whole configuration of an agent. Constant after it was read.
struct AgentConfig {
  HostPort listen{.host = "", .port = kDefaultPort};
  log::Level log_level = log::Level::kInfo;
  /// Name of the label that tells clusters apart on /metrics; empty: left out.
  std::string cluster_label = "cluster";
  WebSettings web{};
  HistorySettings history{};
  std::string audit_file{};       ///< empty: standard error
  std::string state_directory{};  ///< empty: nothing outlives the agent
  RuleSettings rules{};
  std::vector<SourceRef> sources{};  ///< in the order of the file
  notify::Settings notify{};         ///< who is told of alerts
};

/// Reads a document; what is wrong with it is in `document.mistakes()` afterwards.
AgentConfig ReadAgentConfig(config::Document& document);

/// The configuration in a file, or all its mistakes, one a line. Files that it names are relative
/// to its folder.
Result<AgentConfig> LoadAgentConfig(const std::string& file);

/// What the command line can say instead of a file.
struct QuickStart {
  std::string cluster = "default";
  std::string bootstrap{};                ///< "host:port,host:port"
  std::string command_config{};           ///< a Java client's properties file
  std::vector<std::string> connect{};     ///< URLs of Kafka Connect clusters
  std::vector<std::string> registry{};    ///< URLs of schema registries
  std::vector<std::string> rest_proxy{};  ///< URLs of REST proxies; no option has them
  bool default_rules = false;             ///< the rules that Klaxon ships; no option has it
  std::string sampled{};  ///< topics whose records are looked at, by commas; no option has them
  std::optional<std::string> interval{};  ///< of every source, e.g. "5s"
};

/// dashboards/prometheus/klaxon-rules.yaml, so that the program has it wherever it runs.
extern const std::string_view kDefaultRules;

/// The same as a file with that content; errors speak of the command line's options.
Result<AgentConfig> ConfigFrom(const QuickStart& options);

}  // namespace klaxon::app
