#include "exporters/api/documents.h"

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

#include "tests/analysis/connect/estate.h"
#include "tests/exporters/status_page/estate.h"

namespace klaxon::api {
namespace {

using nlohmann::json;
using status_page::testing::AnswerAt;
using status_page::testing::At;
using status_page::testing::HealthyConnect;
using status_page::testing::HealthyKafka;
using status_page::testing::SectionOf;
using status_page::testing::ViewOf;

TEST_CASE("a cluster is told in numbers while its answers are fresh", "[api]") {
  EntityTable names;
  const View view = ViewOf({SectionOf("kafka", HealthyKafka(names))});
  const json cluster = json::parse(ClustersDocument(view, At(105))).at("clusters").at(0);
  CHECK(cluster.at("name") == "main");
  CHECK(cluster.at("brokers").size() == 2);
  CHECK(cluster.at("partitions") == 2);
  CHECK(cluster.at("controller") == 1);
  CHECK(cluster.at("leadership").at("leaderless_partitions") == 0);
  CHECK(cluster.at("as_of").at("fresh") == true);
  CHECK(cluster.at("as_of").at("age_seconds") == 5.0);
}

TEST_CASE("what is stale is null, and says so", "[api]") {
  EntityTable names;
  const View view = ViewOf(
      {SectionOf("kafka", HealthyKafka(names)), SectionOf("connect", HealthyConnect(names))});
  const json cluster = json::parse(ClustersDocument(view, At(200))).at("clusters").at(0);
  CHECK(cluster.at("brokers").is_null());
  CHECK(cluster.at("groups").is_null());
  CHECK(cluster.at("leadership").at("leaderless_partitions").is_null());
  CHECK(cluster.at("as_of").at("fresh") == false);
  const json group = json::parse(GroupsDocument(view, At(200), {})).at("groups").at(0);
  CHECK(group.at("lag").at("sum").is_null());
  CHECK(group.at("state").is_null());
  CHECK(group.at("members").is_null());
  const json connector = json::parse(ConnectorsDocument(view, At(200), {})).at("connectors").at(0);
  CHECK(connector.at("state").is_null());
  CHECK(connector.at("tasks").is_null());
}

TEST_CASE("a group's lag is told a topic, the unknown part by its reason", "[api]") {
  EntityTable names;
  KafkaFacts kafka = HealthyKafka(names);
  kafka.groups[0].topics[0].commits[1].offset = 5000;  // beyond the end
  const View view = ViewOf({SectionOf("kafka", kafka)});
  const json lag = json::parse(GroupsDocument(view, At(105), {})).at("groups").at(0).at("lag");
  CHECK(lag.at("sum") == 600);
  CHECK(lag.at("unknown_partitions") == 1);
  CHECK(lag.at("topics").at(0).at("topic") == "orders");
  CHECK(lag.at("topics").at(0).at("unknown_partitions") == json{{"beyond_end", 1}});
}

TEST_CASE("documents can be asked for one cluster", "[api]") {
  EntityTable names;
  const View view = ViewOf(
      {SectionOf("kafka", HealthyKafka(names)), SectionOf("connect", HealthyConnect(names))});
  CHECK(json::parse(GroupsDocument(view, At(105), "main")).at("groups").size() == 1);
  CHECK(json::parse(GroupsDocument(view, At(105), "other")).at("groups").empty());
  CHECK(json::parse(ConnectorsDocument(view, At(105), "other")).at("connectors").empty());
}

TEST_CASE("a failed task carries its root cause, whatever bytes it is made of", "[api]") {
  EntityTable names;
  ConnectFacts connect = HealthyConnect(names);
  connect.connectors[0].tasks[0].state = "FAILED";
  connect.connectors[0].tasks[0].root_cause = "broken \xFF byte";
  const View view = ViewOf({SectionOf("connect", connect)});
  const json task =
      json::parse(ConnectorsDocument(view, At(105), {})).at("connectors").at(0).at("tasks").at(0);
  CHECK(task.at("state") == "FAILED");
  CHECK(task.at("root_cause") == "broken \xEF\xBF\xBD byte");
}

TEST_CASE("a connector tells how many tasks it may have, and a mark of its configuration",
          "[api]") {
  EntityTable names;
  ConnectFacts connect = HealthyConnect(names);
  connect.connectors[0].config = {.hash = 77, .mark = 0xabc, .tasks_max = 8};
  const auto told = [&] {
    const View view = ViewOf({SectionOf("connect", connect)});
    return json::parse(ConnectorsDocument(view, At(105), {})).at("connectors").at(0);
  };
  CHECK(told().at("tasks_max") == 8);
  CHECK(told().at("tasks_running") == connect.connectors[0].tasks.size());
  CHECK(told().at("config_hash") == "0000000000000abc");
  connect.connectors[0].config = {};
  CHECK(told().at("tasks_max").is_null());
  CHECK(told().at("config_hash").is_null());
}

TEST_CASE("what has no state is in it since no time", "[api]") {
  klaxon::testing::ConnectEstate estate;
  estate.Connector("new", "sink", 0).state.clear();
  estate.Pass(10);
  const json document = json::parse(ConnectorsDocument(estate.view, estate.Now(), {}));
  CHECK(document.at("connectors").at(0).at("state").is_null());
  CHECK(document.at("connectors").at(0).at("in_state").is_null());
}

TEST_CASE("a connector carries what is wrong with it, and its workers' group", "[api]") {
  klaxon::testing::ConnectEstate estate;
  estate.Connector("lake", "sink", 2).tasks[1].worker = "w3:8083";
  estate.groups = {{"connect-lake", {.commits = {{0, 4}}}}};
  estate.topics = {{"orders", 10}};
  estate.workers.leader = "m-w2:8083";
  estate.Pass(10);
  estate.Pass(10);
  const json document = json::parse(ConnectorsDocument(estate.view, estate.Now(), {}));
  const json& lake = document.at("connectors").at(0);
  CHECK(lake.at("problems").at(0).at("problem") == "ghost");
  CHECK(lake.at("problems").at(0).at("task") == 1);
  CHECK(lake.at("tasks").at(0).at("ghost") == false);
  CHECK(lake.at("tasks").at(1).at("ghost") == true);
  CHECK(lake.at("zombie").is_null());
  CHECK(lake.at("progress").at("lag") == 6);
  CHECK(lake.at("progress").at("consumer_group") == "connect-lake");
  CHECK(lake.at("in_state").at("seen_to_change") == false);
  const json& cluster = document.at("connect_clusters").at(0);
  CHECK(cluster.at("group") == "a-workers");
  CHECK(cluster.at("state") == "Stable");
  CHECK(cluster.at("members").at(0).at("worker") == "w1:8083");
  CHECK(cluster.at("members").at(0).at("tasks") == 2);
  CHECK(cluster.at("members").at(1).at("leader") == true);
  const Instant later{.wall = {}, .mono = estate.Now().mono + std::chrono::seconds{60}};
  const json old = json::parse(ConnectorsDocument(estate.view, later, {}));
  CHECK(old.at("connectors").at(0).at("problems").is_null());
  CHECK(old.at("connect_clusters").at(0).at("members").is_null());
}

TEST_CASE("a connector carries what recovery decided about it", "[api]") {
  klaxon::testing::ConnectEstate estate;
  estate.Connector("lake", "sink", 1);
  estate.Connector("orders", "source", 1);
  estate.Pass(10);
  RecoveryFacts recovery;
  recovery.breaker = BreakerState::kSpread;
  recovery.decisions = {{.connector = "lake",
                         .action = RecoveryAction::kWait,
                         .failure = FailureClass::kDependency,
                         .failed = {-1, 0},
                         .why = "back-off",
                         .due = estate.Now(),
                         .attempts = 2,
                         .attempts_allowed = 5,
                         .gates = {{.name = "owner", .seen = false, .value = "not known"},
                                   {.name = "fresh", .open = true, .value = "1 s"}},
                         .last_restart = RestartReport{.sent_at = estate.Now(),
                                                       .outcome = RestartOutcome::kAccepted,
                                                       .verdict = RestartVerdict::kFailedAgain,
                                                       .evidence = "it failed again"}}};
  recovery.acts = true;
  recovery.budget_left = 4;
  estate.Recover(recovery);
  const json document = json::parse(ConnectorsDocument(estate.view, estate.Now(), {}));
  const json& lake = document.at("connectors").at(0).at("recovery");
  CHECK(lake.at("action") == "wait");
  CHECK(lake.at("failure_class") == "dependency");
  CHECK(lake.at("failed_tasks") == json{-1, 0});
  CHECK(lake.at("due").is_string());
  CHECK(lake.at("gates").at(0).at("open").is_null());
  CHECK(lake.at("gates").at(1).at("open") == true);
  CHECK(lake.at("last_restart").at("outcome") == "accepted");
  CHECK(lake.at("last_restart").at("verdict") == "failed_again");
  CHECK(lake.at("last_restart").at("recovered_after_seconds").is_null());
  CHECK(document.at("connectors").at(1).at("recovery").is_null());
  CHECK(document.at("connect_clusters").at(0).at("recovery").at("breaker") == "spread");
  CHECK(document.at("connect_clusters").at(0).at("recovery").at("acts") == true);
  CHECK(document.at("connect_clusters").at(0).at("recovery").at("budget_left") == 4);
  CHECK(document.at("connect_clusters").at(0).at("recovery").at("hindrance").is_null());
  const Instant later{.wall = {}, .mono = estate.Now().mono + std::chrono::seconds{60}};
  const json old = json::parse(ConnectorsDocument(estate.view, later, {}));
  CHECK(lake.at("fresh") == true);
  CHECK(old.at("connectors").at(0).at("recovery").at("fresh") == false);
  CHECK(old.at("connectors").at(0).at("recovery").at("action") == "wait");
  CHECK(old.at("connect_clusters").at(0).at("recovery").at("fresh") == false);
}

TEST_CASE("a REST proxy is told beside what Kafka says", "[api]") {
  EntityTable names;
  RestProxyFacts facts;
  for (const char* name : {"http://a:8082", "http://b:8082"}) {
    RestProxyNodeFacts node{.entity = names.Intern(name)};
    node.state = RestProxyState::kServing;
    node.polled = node.listed = AnswerAt(100);
    node.topics =
        std::make_shared<const std::vector<std::string>>(std::vector<std::string>{"orders"});
    facts.nodes.push_back(node);
  }
  facts.nodes[1].state = RestProxyState::kHanging;
  facts.nodes[1].why = "silent \xFF";
  const View view = ViewOf({SectionOf("rest_proxy", std::move(facts))});
  const json proxy =
      json::parse(RestProxiesDocument(view, At(105), "main")).at("rest_proxies").at(0);
  const json& serving = proxy.at("nodes").at(0);
  CHECK(serving.at("state") == "serving");
  CHECK(serving.at("told").at("topics") == 1);
  CHECK(serving.at("told").at("cluster_id").is_null());
  CHECK(serving.at("kafka").at("same_cluster").is_null());
  CHECK(serving.at("kafka").at("missing_topics").is_null());
  CHECK(proxy.at("nodes").at(1).at("state") == "hanging");
  CHECK(proxy.at("nodes").at(1).at("told").is_null());
  CHECK(json::parse(RestProxiesDocument(view, At(105), "other")).at("rest_proxies").empty());
}

TEST_CASE("what a registry lists and does not tell is named", "[api]") {
  EntityTable names;
  SchemaRegistryFacts facts;
  facts.nodes.push_back({.entity = names.Intern("http://a:8081"),
                         .state = RegistryNodeState::kServing,
                         .polled = AnswerAt(100),
                         .compare_failed = "answers 500"});
  facts.listed = AnswerAt(100);
  facts.stuck = "answers 403";
  const auto registry = [&] {
    const View view = ViewOf({SectionOf("schema_registry", facts)});
    return json::parse(SubjectsDocument(view, At(105), "main")).at("registries").at(0);
  };
  CHECK(registry().at("unreadable").at("versions") == 0);
  auto all = std::make_shared<UnreadableSubjects>();
  all->counts = {2, 1, 0};
  all->subjects = {
      {.name = "\xFF", .part = UnreadablePart::kVersions, .why = "403", .since = At(9)}};
  facts.unreadable = all;
  const json told = registry();
  CHECK(told.at("stuck") == "answers 403");
  CHECK(told.at("unreadable").at("versions") == 2);
  CHECK(told.at("unreadable").at("settings") == 1);
  CHECK(told.at("unreadable").at("subjects").at(0).at("part") == "versions");
  CHECK(told.at("unreadable").at("subjects").at(0).at("since") == "1970-01-01T00:00:09Z");
  CHECK(told.at("nodes").at(0).at("compare_failed") == "answers 500");
}

TEST_CASE("of a ZooKeeper server that does not serve no number is told", "[api]") {
  EntityTable names;
  ZookeeperFacts facts;
  for (const char* name : {"zk-1:2181", "zk-2:2181"}) {
    ZookeeperServerFacts server{.entity = names.Intern(name)};
    server.state = ZookeeperState::kServing;
    server.polled = server.told = AnswerAt(100);
    server.stats = {.mode = "leader", .version = "3.8.4", .zxid = 0x10000002aU, .znodes = 5};
    facts.servers.push_back(server);
  }
  facts.servers[1].state = ZookeeperState::kNotServing;
  facts.servers[1].why = "no \xFF quorum";
  const View view = ViewOf({SectionOf("zookeeper", std::move(facts))});
  const json ensemble = json::parse(ZookeeperDocument(view, At(105), "main")).at("ensembles").at(0);
  CHECK(ensemble.at("state") == "led");
  CHECK(ensemble.at("servers").at(0).at("stats").at("zxid") == "0x10000002a");
  CHECK(ensemble.at("servers").at(0).at("stats").at("outstanding_requests").is_null());
  CHECK(ensemble.at("servers").at(1).at("state") == "not_serving");
  CHECK(ensemble.at("servers").at(1).at("stats").is_null());
  CHECK(json::parse(ZookeeperDocument(view, At(105), "other")).at("ensembles").empty());
  const json old = json::parse(ZookeeperDocument(view, At(140), {})).at("ensembles").at(0);
  CHECK(old.at("state").is_null());
  CHECK(old.at("servers").at(0).at("stats").is_null());
}

}  // namespace
}  // namespace klaxon::api
