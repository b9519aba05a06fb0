#include "tests/config/sample.h"

#include <array>

namespace klaxon::config {
namespace {

using namespace std::chrono_literals;

Sample::Connect ReadConnect(YamlMap yaml) {
  Sample::Connect connect;
  connect.name = yaml.RequiredString("name");
  connect.url = yaml.RequiredString("url");
  connect.interval = yaml.Duration("interval", connect.interval, {.least = 1s, .most = 1h});
  connect.password = yaml.Secret("password");
  yaml.Finish();
  return connect;
}

void ReadKafka(YamlMap yaml, Sample::Cluster& cluster) {
  yaml.Require("bootstrap.servers");
  cluster.bootstrap = yaml.HostPorts("bootstrap.servers");
  cluster.interval = yaml.Duration("interval", cluster.interval, {.least = 1s, .most = 1h});
  cluster.groups = yaml.Integer("groups", cluster.groups, {.least = 1, .most = 1'000});
  cluster.jitter = yaml.Number("jitter", cluster.jitter, {.least = 0, .most = 1});
  cluster.enabled = yaml.Bool("enabled", cluster.enabled);
  cluster.topics = yaml.StringList("topics", cluster.topics);
  cluster.rack = yaml.OptionalString("rack");
  cluster.labels = yaml.StringMap("labels");
  yaml.Finish();
}

Sample::Cluster ReadCluster(YamlMap yaml) {
  Sample::Cluster cluster;
  cluster.name = yaml.RequiredString("name");
  if (std::optional<YamlMap> kafka = yaml.Map("kafka")) {
    ReadKafka(*std::move(kafka), cluster);
  }
  for (YamlMap& connect : yaml.Maps("connect")) {
    cluster.connect.push_back(ReadConnect(std::move(connect)));
  }
  yaml.Finish();
  return cluster;
}

}  // namespace

Sample ReadSample(YamlMap root) {
  static constexpr std::array<Named<Level>, 3> kLevels{
      {{"debug", Level::kDebug}, {"info", Level::kInfo}, {"warn", Level::kWarn}}};
  Sample sample;
  sample.listen = root.HostPort("listen", sample.listen);
  if (std::optional<YamlMap> log = root.Map("log")) {
    sample.level = log->Enum<Level>("level", sample.level, kLevels);
  }
  const bool has_clusters = root.Require("clusters");
  for (YamlMap& cluster : root.Maps("clusters")) {
    sample.clusters.push_back(ReadCluster(std::move(cluster)));
  }
  if (has_clusters && sample.clusters.empty()) {
    root.Complain("clusters", "name at least one cluster");
  }
  root.Finish();
  return sample;
}

Environment Variables(std::map<std::string, std::string> variables) {
  return [variables = std::move(variables)](const std::string& name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
}

std::string MistakesOf(std::string_view text, const Environment& environment) {
  Document document = Document::Parse(text, "klaxon.yaml", environment);
  (void)ReadSample(document.Root());
  return ToString(document.mistakes());
}

}  // namespace klaxon::config
