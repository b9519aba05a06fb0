#include "tests/series/random_estate.h"

#include <memory>
#include <random>
#include <string_view>
#include <utility>

#include "agent/model/connect_facts.h"
#include "agent/model/kafka_facts.h"
#include "agent/model/rest_proxy_facts.h"
#include "agent/model/schema_registry_facts.h"
#include "agent/model/worker_group_facts.h"
#include "agent/model/zookeeper_facts.h"
#include "tests/metrics/estate.h"

namespace klaxon::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Makes the sections of one cluster.
class Maker {
 public:
  Maker(std::string cluster, uint32_t seed) : cluster_(std::move(cluster)), dice_(seed) {}

  SectionRef Kafka() {
    auto facts = std::make_shared<KafkaFacts>();
    facts->cluster_id = "id-" + cluster_;
    facts->metadata = Told("Metadata");
    facts->leadership = Told("Metadata, proven");
    facts->proof = MetadataProof::kProven;
    facts->controller = 1;
    facts->controller_answer = Told("DescribeQuorum");
    for (const int32_t id : {1, 2, 3}) {
      facts->brokers.push_back({.id = id, .host = "kafka-" + std::to_string(id), .port = 9092});
      facts->group_lists.push_back(Told("ListGroups"));
      facts->topics.push_back(Topic("t" + std::to_string(id)));
      facts->groups.push_back(Group("g" + std::to_string(id), facts->group_lists.back()));
    }
    facts->groups.push_back(Nodes(facts->group_lists.back()));
    facts->groups.push_back(Workers(facts->group_lists.front()));
    return Wrap("kafka", "", std::move(facts));
  }

  SectionRef Connect() {
    auto facts = std::make_shared<ConnectFacts>();
    facts->version = "4.3.1";
    facts->kafka_cluster_id = "id-" + cluster_;
    facts->root = Told("GET /");
    facts->listed = Told("GET /connectors");
    facts->compared = Told("comparison");
    facts->plugins_told = Told("GET /connector-plugins");
    for (const std::string name : {"http://w1:8083", "http://w2:8083"}) {
      facts->workers.push_back({.entity = names_.Intern(name),
                                .alive = true,
                                .polled = Told("poll"),
                                .latency = 0.1,
                                .version = "4.3.1",
                                .kafka_cluster_id = "id-" + cluster_,
                                .told = Told("GET / of a worker"),
                                .health = ConnectHealth::kHealthy,
                                .health_told = Told("GET /health")});
    }
    facts->connectors = {Connector("lake", "sink"), Connector("orders", "source")};
    facts->disagreements = {{.connector = names_.Intern("lake"), .states = {"RUNNING", "FAILED"}}};
    return Wrap("connect", "etl", std::move(facts));
  }

  SectionRef Registry() {
    auto facts = std::make_shared<SchemaRegistryFacts>();
    facts->kind = RegistryKind::kConfluent;
    facts->version = "7.6";
    for (const std::string name : {"http://r1:8081", "http://r2:8081"}) {
      facts->nodes.push_back({.entity = names_.Intern(name),
                              .state = RegistryNodeState::kServing,
                              .polled = Told("poll"),
                              .latency_seconds = 0.1,
                              .told = Told("GET /config"),
                              .compatibility = "FULL",
                              .mode = "READWRITE",
                              .mode_told = Told("GET /mode"),
                              .primary = name == "http://r1:8081",
                              .compared = Told("comparison")});
    }
    facts->kafka_cluster_id = "id-" + cluster_;
    facts->identified = Told("GET /v1/metadata/id");
    facts->compatibility = "FULL";
    facts->settings = Told("GET /config");
    facts->mode = "READWRITE";
    facts->mode_told = Told("GET /mode");
    facts->inventory = Inventory();
    facts->listed = Told("GET /subjects");
    facts->whole = true;
    facts->subject_settings_at = EstateNow();
    facts->max_id = 7;
    facts->max_id_told = true;
    facts->max_id_answer = Told("GET /schemas");
    facts->topic = {.name = "_schemas",
                    .followed = true,
                    .tailed = Told("_schemas"),
                    .records = 5,
                    .cleanup_policy = "compact",
                    .policy = Told("DescribeConfigs")};
    return Wrap("schema_registry", "shop", std::move(facts));
  }

  SectionRef RestProxy() {
    auto facts = std::make_shared<RestProxyFacts>();
    for (const std::string name : {"http://p1:8082", "http://p2:8082"}) {
      facts->nodes.push_back({.entity = names_.Intern(name),
                              .state = RestProxyState::kServing,
                              .polled = Told("poll"),
                              .kind = RestProxyKind::kConfluent,
                              .api = "v3",
                              .off = {"/brokers"},
                              .latency = 0.2,
                              .topics = std::make_shared<const std::vector<std::string>>(
                                  std::vector<std::string>{"t1", "t2"}),
                              .listed = Told("topics"),
                              .cluster_id = "id-" + cluster_,
                              .identified = Told("clusters"),
                              .brokers = {1, 2},
                              .brokers_listed = Told("brokers")});
    }
    return Wrap("rest_proxy", "rest", std::move(facts));
  }

  SectionRef Zookeeper() {
    auto facts = std::make_shared<ZookeeperFacts>();
    facts->servers = {Server("zk-1:2181", "leader"), Server("zk-2:2181", "follower"),
                      Server("zk-3:2181", "follower")};
    facts->kafka = {.cluster_id = "id-" + cluster_,
                    .controller = 3000,
                    .kraft = true,
                    .brokers = {1, 2},
                    .migration_written = WallTime{seconds{1000}},
                    .migration_offset = 5};
    facts->kafka_read = Told("session");
    return Wrap("zookeeper", "", std::move(facts));
  }

 private:
  /// An answer that expires within half a minute; one of twelve never came.
  AnswerRef Told(std::string_view source) {
    if (dice_() % 12 == 0) return nullptr;
    const Instant now = EstateNow();
    const milliseconds age{dice_() % 30'000};
    answers_.push_back(std::make_shared<const Answer>(
        Answer{.source = std::string(source),
               .taken_at = {.wall = now.wall - age, .mono = now.mono - age},
               .good_for = seconds{30},
               .error = dice_() % 4 == 0 ? std::optional(Error(Reason::kTimeout, "no answer"))
                                         : std::nullopt}));
    return answers_.back();
  }

  SectionRef Wrap(const std::string& collector, const std::string& instance,
                  std::shared_ptr<Facts> facts) {
    facts->answers = std::exchange(answers_, {});
    const PollStatus status{.interval = seconds{10},
                            .polls = 3,
                            .took = milliseconds{20},
                            .finished_at = EstateNow(),
                            .last_answered = EstateNow()};
    return std::make_shared<const Section>(Section{.cluster = cluster_,
                                                   .collector = collector,
                                                   .instance = instance,
                                                   .status = status,
                                                   .facts = std::move(facts)});
  }

  TopicFacts Topic(const std::string& name) {
    TopicFacts topic{.entity = names_.Intern(name)};
    for (int32_t partition = 0; partition < 3; ++partition) {
      topic.partitions.push_back({.partition = partition,
                                  .leader = partition + 1,
                                  .replicas = {partition + 1, 1},
                                  .in_sync = {partition + 1},
                                  .earliest = {.offset = 10, .answer = Told("earliest")},
                                  .latest = {.offset = 100, .answer = Told("latest")}});
    }
    return topic;
  }

  GroupFacts Group(const std::string& name, const AnswerRef& listed) {
    GroupFacts group{.entity = names_.Intern(name),
                     .protocol_type = "consumer",
                     .coordinator = 1,
                     .listed = listed,
                     .state = "Stable",
                     .members = {{.client_id = "a"}},
                     .described = Told("DescribeGroups"),
                     .committed = Told("OffsetFetch")};
    for (int32_t topic = 0; topic < 3; ++topic) {
      group.topics.push_back({.topic = names_.Intern("t" + std::to_string(topic + 1)),
                              .topic_index = topic,
                              .commits = {{.partition = 0, .offset = 50},
                                          {.partition = 1, .offset = 60},
                                          {.partition = 2, .offset = 100}}});
    }
    return group;
  }

  GroupFacts Workers(const AnswerRef& listed) {
    auto workers = std::make_shared<ConnectGroupFacts>();
    workers->protocol = "sessioned";
    workers->leader = "m1";
    workers->members = {{.member_id = "m1",
                         .url = "http://w1:8083/",
                         .carries = {{.connector = "lake", .instance = true, .tasks = {0, 1}},
                                     {.connector = "orders", .instance = true, .tasks = {0, 1}}}},
                        {.member_id = "m2", .url = "http://w2:8083/"}};
    return {.entity = names_.Intern("z-workers"),
            .protocol_type = "connect",
            .listed = listed,
            .state = "Stable",
            .connect = std::move(workers),
            .described = Told("DescribeGroups")};
  }

  /// Of the registry; its leader may be a node that is not configured.
  GroupFacts Nodes(const AnswerRef& listed) {
    auto nodes = std::make_shared<RegistryGroupFacts>();
    const std::string leader = dice_() % 2 == 0 ? "http://r1:8081" : "http://r9:8081";
    nodes->leader = "n1";
    nodes->leader_url = leader;
    nodes->members = {{.member_id = "n1", .url = leader, .eligible = true},
                      {.member_id = "n2", .url = "http://r2:8081", .eligible = true}};
    return {.entity = names_.Intern("schema-registry"),
            .protocol_type = "sr",
            .listed = listed,
            .state = "Stable",
            .registry = std::move(nodes),
            .described = Told("DescribeGroups")};
  }

  ConnectorFacts Connector(const std::string& name, const std::string& type) {
    ConnectorFacts connector{.entity = names_.Intern(name),
                             .type = type,
                             .connector_class = "com.example.Sink",
                             .state = "RUNNING",
                             .worker = "w1:8083",
                             .tasks = {{.id = 0, .state = "RUNNING", .worker = "w1:8083"},
                                       {.id = 1, .state = "FAILED", .worker = "w1:8083"}},
                             .intent = ConnectIntent::kRunning};
    connector.topics_told = Told("topics");
    connector.offsets_told = Told("offsets");
    if (dice_() % 2 == 0) {
      connector.untold = Error(Reason::kTimeout, "no answer");
      connector.told_before = Told("status");
    }
    return connector;
  }

  std::shared_ptr<const RegistryInventory> Inventory() {
    auto inventory = std::make_shared<RegistryInventory>();
    for (int32_t id = 1; id <= 3; ++id) {
      auto subject = std::make_shared<SubjectFacts>();
      subject->entity = names_.Intern("t" + std::to_string(id) + "-value");
      subject->versions = {
          {.version = 1,
           .schema = std::make_shared<const SchemaFacts>(SchemaFacts{.id = id, .type = "AVRO"})}};
      subject->compatibility = subject->mode = "";
      inventory->subjects.push_back(std::move(subject));
    }
    return inventory;
  }

  ZookeeperServerFacts Server(const std::string& name, const std::string& mode) {
    ZookeeperServerFacts server{.entity = names_.Intern(name),
                                .state = ZookeeperState::kServing,
                                .read_only = false,
                                .alive = true,
                                .polled = Told("srvr")};
    server.stats = {.mode = mode,
                    .version = "3.8.4",
                    .zxid = 0x700000002aU,
                    .latency_avg = 0.5,
                    .connections = 3,
                    .outstanding = 4,
                    .znodes = 5};
    server.told = Told("srvr");
    server.monitor = {.watches = 1, .open_files = 5, .max_files = 6, .voters = 3, .elections = 2};
    if (mode == "leader") server.monitor.synced_followers = 2;
    server.monitored = Told("mntr");
    server.settings = {.id = 1, .tick = 2, .init_limit = 20, .sync_limit = 10};
    server.configured = Told("conf");
    return server;
  }

  std::string cluster_;
  std::mt19937 dice_;
  EntityTable names_;
  std::vector<AnswerRef> answers_{};
};

}  // namespace

std::vector<SectionRef> RandomEstate(uint32_t seed) {
  std::vector<SectionRef> sections;
  for (const std::string cluster : {"blue", "green"}) {
    Maker maker(cluster, seed * 2 + (cluster == "blue" ? 0U : 1U));
    for (SectionRef section :
         {maker.Kafka(), maker.Connect(), maker.Registry(), maker.RestProxy(), maker.Zookeeper()}) {
      sections.push_back(std::move(section));
    }
  }
  return sections;
}

}  // namespace klaxon::testing
