#include "agent/app/agent_config.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <iterator>
#include <set>

#include <fmt/format.h>

#include "agent/base/duration.h"
#include "agent/http/audit_log.h"
#include "alerts/receivers/config.h"
#include "alerts/rules/rule_file.h"
#include "exporters/prometheus/catalogue.h"

namespace klaxon::app {
namespace {

using config::Document;
using config::Named;
using config::YamlMap;

constexpr std::array<Named<log::Level>, 4> kLevels{{{"debug", log::Level::kDebug},
                                                    {"info", log::Level::kInfo},
                                                    {"warning", log::Level::kWarning},
                                                    {"error", log::Level::kError}}};

/// Letters, digits, '.', '_' and '-': a cluster's name is a label, a file name and part of a URL.
bool IsName(std::string_view text) {
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  constexpr size_t kLongest = 100;
  return !text.empty() && text.size() <= kLongest &&
         text.find_first_not_of(kAllowed) == std::string_view::npos;
}

/// Prometheus' rule for label names, https://prometheus.io/docs/concepts/data_model.
bool IsLabelName(std::string_view text) {
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
  return text.empty() || (text.find_first_not_of(kAllowed) == std::string_view::npos &&
                          (text.front() < '0' || text.front() > '9') && !text.starts_with("__"));
}

/// Of all kinds, in the order of the table.
std::vector<SourceRef> ReadSources(YamlMap& yaml, const std::string& cluster,
                                   const std::vector<SourceRef>& others) {
  const std::span<const SourceKind> kinds = SourceKinds();
  std::vector<std::vector<SourceRef>> read(kinds.size());
  std::vector<SourceRef> earlier = others;
  for (const bool first : {true, false}) {
    for (size_t i = 0; i < kinds.size(); ++i) {
      if (kinds[i].first == first) {
        read[i] = kinds[i].read(yaml, cluster, earlier);
        earlier.insert(earlier.end(), read[i].begin(), read[i].end());
      }
    }
  }
  std::vector<SourceRef> sources;
  for (const std::vector<SourceRef>& each : read) {
    sources.insert(sources.end(), each.begin(), each.end());
  }
  return sources;
}

void ReadCluster(const Document& document, YamlMap& yaml, std::set<std::string>& names,
                 AgentConfig& config) {
  const std::string name = yaml.RequiredString("name");
  if (!name.empty() && !IsName(name)) {
    yaml.Complain("name", "may hold letters, digits, '.', '_' and '-' only, 100 at most");
  } else if (!name.empty() && !names.insert(name).second) {
    yaml.Complain("name", fmt::format("a second cluster is named \"{}\"", name));
  }
  const size_t mistakes = document.mistakes().size();
  std::vector<SourceRef> sources = ReadSources(yaml, name, config.sources);
  if (sources.empty() && document.mistakes().size() == mistakes) {
    yaml.Complain("name",
                  "the cluster has nothing to watch; give it kafka, connect, "
                  "schema_registry, rest_proxy or zookeeper");
  }
  std::ranges::move(sources, std::back_inserter(config.sources));
  yaml.Finish();
}

HistorySettings ReadHistory(YamlMap& root) {
  using std::chrono::hours;
  using std::chrono::seconds;
  HistorySettings settings;
  std::optional<YamlMap> yaml = root.Map("history");
  if (!yaml) return settings;
  settings.interval = yaml->Duration("interval", settings.interval, {seconds{1}, hours{1}});
  settings.memory_mib = yaml->Integer("memory_mib", settings.memory_mib, {1, 65536});
  for (const auto& [metric, text] : yaml->StringMap("metrics")) {
    const Result<Duration> span = ParseDuration(text);
    if (!span || *span <= Duration::zero() || *span > hours{24} * 31) {
      yaml->Complain("metrics",
                     fmt::format("{} is kept for \"{}\"; write a time such as 6h, 31d at "
                                 "most",
                                 metric, text));
      continue;
    }
    settings.spans[metric] = std::chrono::duration_cast<std::chrono::milliseconds>(*span).count();
  }
  yaml->Finish();
  return settings;
}

/// Recovery does nothing that it cannot remember.
void CheckState(const AgentConfig& config, YamlMap& root) {
  for (const SourceRef& source : config.sources) {
    const recovery::Policy* policy = source->policy();
    if (policy != nullptr && recovery::MayAct(*policy) && config.state_directory.empty()) {
      root.Complain("state",
                    fmt::format("recovery.mode: act of \"{}\" needs a directory in which Klaxon "
                                "remembers what it has done; write `state: {{directory: "
                                "/var/lib/klaxon}}` beside `clusters`",
                                source->place().instance));
      return;
    }
  }
}

}  // namespace

AgentConfig ReadAgentConfig(Document& document) {
  AgentConfig config;
  YamlMap root = document.Root();
  config.listen = root.HostPort("listen", config.listen);
  config.cluster_label = root.String("cluster_label", config.cluster_label);
  if (!IsLabelName(config.cluster_label)) {
    root.Complain("cluster_label", "is not a label name: letters, digits and '_', no digit first");
  }
  if (std::optional<YamlMap> log = root.Map("log")) {
    config.log_level = log->Enum<log::Level>("level", config.log_level, kLevels);
    log->Finish();
  }
  config.web = ReadWebSettings(root);
  config.history = ReadHistory(root);
  if (std::optional<YamlMap> audit = root.Map("audit")) {
    config.audit_file = audit->String("file", config.audit_file);
    audit->Finish();
  }
  if (std::optional<YamlMap> state = root.Map("state")) {
    config.state_directory = state->String("directory", config.state_directory);
    state->Finish();
  }
  if (std::optional<YamlMap> notify = root.Map("notify")) {
    config.notify = receivers::ReadNotify(*notify);
  }
  config.rules = ReadRuleSettings(root);
  config.rules.external_url = config.notify.external_url;
  config.rules.told = !config.notify.empty();
  std::set<std::string> names;
  const bool given = root.Require("clusters");
  std::vector<YamlMap> clusters = root.Maps("clusters");
  if (given && clusters.empty()) {
    root.Complain("clusters", "needs at least one cluster");
  }
  for (YamlMap& cluster : clusters) {
    ReadCluster(document, cluster, names, config);
  }
  if (const Result<void> label =
          prometheus_page::CheckClusterLabel(config.cluster_label, names.size());
      !label) {
    root.Complain("cluster_label", label.error().message());
  }
  CheckState(config, root);
  root.Finish();
  return config;
}

Result<AgentConfig> LoadAgentConfig(const std::string& file) {
  Document document = Document::Load(file);
  AgentConfig config = ReadAgentConfig(document);
  if (!document.ok()) {
    return Error(Reason::kInvalid, ToString(document.mistakes()));
  }
  const std::filesystem::path folder = std::filesystem::path(file).parent_path();
  for (std::string* named : {&config.web.file, &config.audit_file, &config.state_directory}) {
    *named = named->empty() ? "" : (folder / *named).string();
  }
  if (!config.audit_file.empty()) {
    if (const Result<void> good = http::CheckAuditFile(config.audit_file); !good) {
      return Error(Reason::kInvalid,
                   fmt::format("{}: audit.file: {}", file, good.error().message()));
    }
  }
  if (const Result<void> loaded = LoadRuleGroups(folder.string(), config.rules); !loaded) {
    return loaded.error();
  }
  return config;
}

namespace {

/// A YAML scalar that holds exactly `text`, whatever it is.
std::string Quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char letter : text) {
    quoted += letter == '\'' ? "''" : letter == '$' ? "$$" : std::string(1, letter);
  }
  return quoted + "'";
}

/// A section `key` of the services at `urls`: NAME, NAME-2, ...; `more` is said of each.
std::string AsList(std::string_view key, std::string_view name,
                   const std::vector<std::string>& urls, std::string_view more) {
  std::string text = urls.empty() ? "" : fmt::format("  {}:\n", key);
  for (size_t i = 0; i < urls.size(); ++i) {
    const std::string number = i == 0 ? "" : fmt::format("-{}", i + 1);
    text += fmt::format("  - {{name: {}{}, url: {}, {}}}\n", name, number, Quoted(urls[i]), more);
  }
  return text;
}

/// The file that says the same as the options: one reader, one set of checks.
std::string AsFile(const QuickStart& options) {
  const std::string interval =
      options.interval ? fmt::format("interval: {}", Quoted(*options.interval)) : "";
  std::string text = fmt::format("clusters:\n- name: {}\n", Quoted(options.cluster));
  if (!options.bootstrap.empty() || !options.command_config.empty()) {
    const auto key = [](std::string_view name, const std::string& value) {
      return value.empty() ? "" : fmt::format("{}: {}, ", name, Quoted(value));
    };
    const std::string samples = options.sampled.empty()
                                    ? ""
                                    : fmt::format("record_samples: {{topics: {}, interval: 15s}}, ",
                                                  Quoted(options.sampled));
    text += fmt::format("  kafka: {{{}{}{}{}}}\n", key("bootstrap.servers", options.bootstrap),
                        key("command.config", options.command_config), samples, interval);
  }
  return text + AsList("connect", "connect", options.connect, interval) +
         AsList("schema_registry", "registry", options.registry, interval) +
         AsList("rest_proxy", "proxy", options.rest_proxy, interval);
}

}  // namespace

Result<AgentConfig> ConfigFrom(const QuickStart& options) {
  Document document = Document::Parse(AsFile(options), "command line");
  AgentConfig config = ReadAgentConfig(document);
  if (!document.ok()) {
    std::string text;
    for (const config::Mistake& mistake : document.mistakes()) {
      text += fmt::format("{}command line: {}: {}", text.empty() ? "" : "\n", mistake.path,
                          mistake.what);
    }
    return Error(Reason::kInvalid, text);
  }
  if (options.default_rules) {
    config.rules.groups = rules::ParseRuleFile(kDefaultRules, "klaxon-rules.yaml").groups;
  }
  return config;
}

}  // namespace klaxon::app
