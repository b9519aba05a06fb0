#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "agent/app/reader_options.h"
#include "agent/app/source.h"
#include "agent/base/log.h"
#include "agent/recovery/policy_config.h"
#include "collectors/connect/collector.h"
#include "collectors/connect/config.h"
#include "collectors/connect_status/config.h"
#include "collectors/connect_status/config_collector.h"
#include "collectors/connect_status/status_collector.h"
#include "collectors/kafka/collector.h"
#include "collectors/kafka/config.h"
#include "collectors/kafka/tokens.h"
#include "collectors/record_samples/collector.h"
#include "collectors/record_samples/config.h"
#include "collectors/rest_proxy/collector.h"
#include "collectors/rest_proxy/config.h"
#include "collectors/schema_registry/collector.h"
#include "collectors/schema_registry/config.h"
#include "collectors/zookeeper/collector.h"
#include "collectors/zookeeper/config.h"

namespace klaxon::app {
namespace {

using config::YamlMap;

std::unique_ptr<Collector> MakeKafka(const CollectorPlace& place,
                                     const kafka_collector::Config& config,
                                     const SourceDeps& deps) {
  if (!config.notice.empty()) {
    log::Info("kafka", "{}: {}", place.cluster, config.notice);
  }
  kafka::wire::ClientOptions options = kafka_collector::ClientOptionsOf(config, place.cluster);
  options.tokens = kafka_collector::MakeTokenSource(
      config.security, {.cluster = place.cluster, .clock = deps.clock, .http = deps.http});
  return std::make_unique<kafka_collector::KafkaCollector>(
      config, deps.traffic.MakeClient(options, deps.clock));
}

template <class Config>
kafka_collector::Config ConnectionOf(const Config& config) {
  kafka_collector::Config connection;
  connection.bootstrap = config.bootstrap;
  connection.client_id = config.client_id;
  connection.security = config.security;
  return connection;
}

/// A collector that reads records over the connection of a `kafka:` section.
template <class ReadingCollector, class Config>
std::unique_ptr<Collector> MakeReading(const CollectorPlace& place, const Config& config,
                                       const SourceDeps& deps) {
  return std::make_unique<ReadingCollector>(
      config, ReaderOptionsOf(ConnectionOf(config), place.cluster, deps.clock, deps.http));
}

template <class ReadingCollector, class Config>
SourceRef ReadingSource(CollectorPlace place, Config config, const kafka_collector::Config& kafka) {
  config.bootstrap = kafka.bootstrap;
  config.client_id = kafka.client_id;
  config.security = kafka.security;
  return std::make_shared<SourceOf<Config>>(std::move(place), std::move(config),
                                            MakeReading<ReadingCollector, Config>);
}

void ReadRecordSamples(YamlMap& yaml, const kafka_collector::Config& kafka,
                       const std::string& cluster, std::vector<SourceRef>& sources) {
  std::optional<YamlMap> samples = yaml.Map("record_samples");
  if (!samples) {
    return;
  }
  record_samples_collector::Config config = record_samples_collector::ReadConfig(*samples);
  samples->Finish();
  CollectorPlace place{
      .cluster = cluster, .collector = "record_samples", .interval = config.interval};
  sources.push_back(ReadingSource<record_samples_collector::RecordSamplesCollector>(
      std::move(place), std::move(config), kafka));
}

/// "etl, mirror": the Connect clusters that belong to a Kafka cluster; empty: none.
std::string ConnectNames(const std::string& cluster, std::span<const SourceRef> earlier) {
  std::string names;
  for (const SourceRef& source : earlier) {
    const CollectorPlace& place = source->place();
    if (place.collector == "connect" && place.cluster == cluster) {
      names += (names.empty() ? "" : ", ") + place.instance;
    }
  }
  return names;
}

/// The topics must be those of a Connect cluster that is watched: they only add to what it tells.
void CheckWatched(YamlMap& entry, const std::string& name, const std::string& cluster,
                  std::span<const SourceRef> earlier) {
  const bool watched = std::ranges::any_of(earlier, [&](const SourceRef& source) {
    const CollectorPlace& place = source->place();
    return place.collector == "connect" && place.cluster == cluster && place.instance == name;
  });
  if (watched || name.empty()) {
    return;
  }
  const std::string names = ConnectNames(cluster, earlier);
  entry.Complain("name", names.empty()
                             ? fmt::format("no Connect cluster is watched here; give this cluster "
                                           "\"connect: [{{name: {}, url: ...}}]\" as well",
                                           name)
                             : fmt::format("no Connect cluster is named \"{}\"; write one of those "
                                           "under connect: {}",
                                           name, names));
}

void ReadConnectTopics(YamlMap& yaml, const kafka_collector::Config& kafka,
                       const std::string& cluster, std::span<const SourceRef> earlier,
                       std::vector<SourceRef>& sources) {
  std::set<std::string> names;
  for (YamlMap& entry : yaml.Maps("connect_topics")) {
    connect_status_collector::Config config = connect_status_collector::ReadConfig(entry);
    if (!names.insert(config.name).second) {
      entry.Complain("name", fmt::format("a second entry is of \"{}\"", config.name));
    }
    CheckWatched(entry, config.name, cluster, earlier);
    entry.Finish();
    CollectorPlace place{.cluster = cluster,
                         .collector = "connect_status",
                         .instance = config.name,
                         .interval = connect_status_collector::kInterval};
    if (!config.config.empty()) {
      CollectorPlace second = place;
      second.collector = "connect_config";
      sources.push_back(ReadingSource<connect_status_collector::ConnectConfigCollector>(
          std::move(second), config, kafka));
    }
    sources.push_back(ReadingSource<connect_status_collector::ConnectStatusCollector>(
        std::move(place), std::move(config), kafka));
  }
}

std::vector<SourceRef> ReadKafka(YamlMap& cluster_map, const std::string& cluster,
                                 std::span<const SourceRef> earlier) {
  std::optional<YamlMap> yaml = cluster_map.Map("kafka");
  if (!yaml) {
    return {};
  }
  kafka_collector::Config config = kafka_collector::ReadConfig(*yaml);
  std::vector<SourceRef> more;
  ReadRecordSamples(*yaml, config, cluster, more);
  ReadConnectTopics(*yaml, config, cluster, earlier, more);
  yaml->Finish();
  CollectorPlace place{.cluster = cluster, .collector = "kafka", .interval = config.interval};
  std::vector<SourceRef> sources{std::make_shared<SourceOf<kafka_collector::Config>>(
      std::move(place), std::move(config), MakeKafka)};
  std::ranges::move(more, std::back_inserter(sources));
  return sources;
}

std::unique_ptr<Collector> MakeConnect(const CollectorPlace&,
                                       const connect_collector::Config& config,
                                       const SourceDeps& deps) {
  return std::make_unique<connect_collector::ConnectCollector>(config, deps.http);
}

/// A Connect cluster, with what may be done for its connectors.
class ConnectSource final : public SourceOf<connect_collector::Config> {
 public:
  ConnectSource(CollectorPlace place, connect_collector::Config config, recovery::Policy policy)
      : SourceOf(std::move(place), std::move(config), MakeConnect), policy_(std::move(policy)) {}

  const recovery::Policy* policy() const override { return &policy_; }

  http::ClientAccess Access(http::HttpClient& http) const override {
    return MakeAccess(config().source, "recovery/" + config().name, http);
  }

 private:
  recovery::Policy policy_;
};

recovery::Policy ReadRecovery(YamlMap& connect) {
  std::optional<YamlMap> yaml = connect.Map("recovery");
  if (!yaml) {
    return {};
  }
  recovery::Policy policy = recovery::ReadPolicy(*yaml);
  yaml->Finish();
  return policy;
}

/// One worker in two entries would be counted twice, and what fails on it restarted twice.
void CheckWorkers(YamlMap& yaml, const connect_collector::Config& config,
                  std::span<const SourceRef> others) {
  for (const SourceRef& other : others) {
    const auto* connect = dynamic_cast<const ConnectSource*>(other.get());
    if (connect == nullptr) {
      continue;
    }
    const std::vector<std::string>& urls = connect->config().source.urls;
    const auto found = std::ranges::find_first_of(config.source.urls, urls);
    if (found != config.source.urls.end()) {
      yaml.Complain("url", fmt::format("{} is a worker of \"{}\" in the cluster \"{}\" already",
                                       *found, connect->config().name, connect->place().cluster));
    }
  }
}

std::vector<SourceRef> ReadConnect(YamlMap& cluster_map, const std::string& cluster,
                                   std::span<const SourceRef> earlier) {
  std::vector<SourceRef> sources;
  std::set<std::string> names;
  for (YamlMap& yaml : cluster_map.Maps("connect")) {
    connect_collector::Config config = connect_collector::ReadConfig(yaml);
    if (!names.insert(config.name).second) {
      yaml.Complain("name", fmt::format("a second Connect cluster is named \"{}\"", config.name));
    }
    CheckWorkers(yaml, config, earlier);
    CheckWorkers(yaml, config, sources);
    recovery::Policy policy = ReadRecovery(yaml);
    yaml.Finish();
    CollectorPlace place{.cluster = cluster,
                         .collector = "connect",
                         .instance = config.name,
                         .interval = config.interval};
    sources.push_back(
        std::make_shared<ConnectSource>(std::move(place), std::move(config), std::move(policy)));
  }
  return sources;
}

std::unique_ptr<Collector> MakeRegistry(const CollectorPlace& place,
                                        const schema_registry_collector::Config& config,
                                        const SourceDeps& deps) {
  if (config.bootstrap.empty()) {
    return std::make_unique<schema_registry_collector::SchemaRegistryCollector>(config, deps.http);
  }
  const kafka_collector::Config connection = ConnectionOf(config);
  kafka::wire::ClientOptions options = kafka_collector::ClientOptionsOf(connection, place.cluster);
  options.tokens = kafka_collector::MakeTokenSource(
      config.security, {.cluster = place.cluster, .clock = deps.clock, .http = deps.http});
  return std::make_unique<schema_registry_collector::SchemaRegistryCollector>(
      config, deps.http,
      schema_registry_collector::TopicAccess{
          .reader = ReaderOptionsOf(connection, place.cluster, deps.clock, deps.http),
          .client = deps.traffic.MakeClient(options, deps.clock)});
}

/// Lets a registry's topic be read over the connection of its cluster's `kafka:` section. False:
/// there is none.
bool ConnectTopic(const std::string& cluster, std::span<const SourceRef> earlier,
                  schema_registry_collector::Config& config) {
  for (const SourceRef& source : earlier) {
    const auto* kafka = dynamic_cast<const SourceOf<kafka_collector::Config>*>(source.get());
    if (kafka != nullptr && kafka->place().cluster == cluster) {
      config.bootstrap = kafka->config().bootstrap;
      config.client_id = kafka->config().client_id;
      config.security = kafka->config().security;
      return true;
    }
  }
  return false;
}

std::vector<SourceRef> ReadRegistries(YamlMap& cluster_map, const std::string& cluster,
                                      std::span<const SourceRef> earlier) {
  std::vector<SourceRef> sources;
  std::set<std::string> names;
  std::vector<YamlMap> registries = cluster_map.Maps("schema_registry");
  for (YamlMap& yaml : registries) {
    schema_registry_collector::Config config = schema_registry_collector::ReadConfig(yaml);
    if (!names.insert(config.name).second) {
      yaml.Complain("name", fmt::format("a second schema registry is named \"{}\"", config.name));
    }
    // Of several registries only one can have the topic that each has by itself.
    const bool wanted = !config.topic.empty();
    if ((wanted || registries.size() == 1) && !ConnectTopic(cluster, earlier, config) && wanted) {
      yaml.Complain("topic", "needs a kafka section in the same cluster, to be read over");
    }
    yaml.Finish();
    CollectorPlace place{.cluster = cluster,
                         .collector = "schema_registry",
                         .instance = config.name,
                         .interval = config.topic.empty()
                                         ? config.interval
                                         : schema_registry_collector::kTailInterval};
    sources.push_back(std::make_shared<SourceOf<schema_registry_collector::Config>>(
        std::move(place), std::move(config), MakeRegistry));
  }
  return sources;
}

std::unique_ptr<Collector> MakeRestProxy(const CollectorPlace&,
                                         const rest_proxy_collector::Config& config,
                                         const SourceDeps& deps) {
  return std::make_unique<rest_proxy_collector::RestProxyCollector>(config, deps.http);
}

std::vector<SourceRef> ReadRestProxies(YamlMap& cluster_map, const std::string& cluster,
                                       std::span<const SourceRef>) {
  std::vector<SourceRef> sources;
  std::set<std::string> names;
  for (YamlMap& yaml : cluster_map.Maps("rest_proxy")) {
    rest_proxy_collector::Config config = rest_proxy_collector::ReadConfig(yaml);
    if (!names.insert(config.name).second) {
      yaml.Complain("name", fmt::format("a second REST proxy is named \"{}\"", config.name));
    }
    yaml.Finish();
    CollectorPlace place{.cluster = cluster,
                         .collector = "rest_proxy",
                         .instance = config.name,
                         .interval = config.interval};
    sources.push_back(std::make_shared<SourceOf<rest_proxy_collector::Config>>(
        std::move(place), std::move(config), MakeRestProxy));
  }
  return sources;
}

std::unique_ptr<Collector> MakeZookeeper(const CollectorPlace&,
                                         const zookeeper_collector::Config& config,
                                         const SourceDeps& deps) {
  return std::make_unique<zookeeper_collector::ZookeeperCollector>(config, deps.http);
}

std::vector<SourceRef> ReadZookeeper(YamlMap& cluster_map, const std::string& cluster,
                                     std::span<const SourceRef>) {
  std::optional<YamlMap> yaml = cluster_map.Map("zookeeper");
  if (!yaml) {
    return {};
  }
  zookeeper_collector::Config config = zookeeper_collector::ReadConfig(*yaml);
  yaml->Finish();
  CollectorPlace place{.cluster = cluster, .collector = "zookeeper", .interval = config.interval};
  return {std::make_shared<SourceOf<zookeeper_collector::Config>>(
      std::move(place), std::move(config), MakeZookeeper)};
}

// A new source is a line here.
constexpr std::array<SourceKind, 5> kKinds{{
    {.key = "kafka", .read = ReadKafka},
    {.key = "connect", .read = ReadConnect, .first = true},
    {.key = "schema_registry", .read = ReadRegistries},
    {.key = "rest_proxy", .read = ReadRestProxies},
    {.key = "zookeeper", .read = ReadZookeeper},
}};

}  // namespace

std::span<const SourceKind> SourceKinds() {
  return kKinds;
}

}  // namespace klaxon::app
