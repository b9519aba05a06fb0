#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

#include "agent/kafka/wire/messages/describe_groups.h"
#include "agent/kafka/worker_group.h"
#include "agent/simulator/cluster.h"
#include "agent/simulator/connect_cluster.h"
#include "agent/simulator/connect_members.h"
#include "agent/simulator/connect_state.h"
#include "tests/simulator/small_cluster.h"
#include "tests/support/fake_clock.h"

namespace klaxon::simulator {
namespace {

using Json = nlohmann::json;

TEST_CASE("Connect's JSON has the worker's shapes", "[simulator]") {
  ConnectState state = ShopConnect("cluster-1");
  const Json root = Json::parse(RootJson(state));
  CHECK(root.at("version") == "4.3.1");
  CHECK(root.at("kafka_cluster_id") == "cluster-1");
  CHECK(Json::parse(ListJson(state)).size() == 3);

  const Json all = Json::parse(ExpandedJson(state, true, true));
  const Json& sink = all.at("customers-to-search");
  CHECK(sink.at("status").at("connector").at("state") == "RUNNING");
  CHECK_FALSE(sink.at("status").at("connector").contains("trace"));
  CHECK(sink.at("status").at("tasks").size() == 2);
  CHECK(sink.at("status").at("type") == "sink");
  CHECK(sink.at("info").at("config").at("topics") == "customers");
  CHECK(sink.at("info").at("tasks").at(1).at("task") == 1);
  CHECK_FALSE(Json::parse(ExpandedJson(state, true, false)).at("orders-to-lake").contains("info"));
}

TEST_CASE("a failed task carries its trace until it is healed", "[simulator]") {
  ConnectState state = ShopConnect("cluster-1");
  REQUIRE(FailTask(state, "customers-to-search", 1, SearchIsDownTrace()));
  const auto task = [&] {
    return Json::parse(StatusJson(*FindConnector(state, "customers-to-search"))).at("tasks").at(1);
  };
  CHECK(task().at("state") == "FAILED");
  const auto trace = task().at("trace").get<std::string>();
  CHECK(trace.rfind("Caused by: java.net.ConnectException: Connection refused") !=
        std::string::npos);
  REQUIRE(HealTask(state, "customers-to-search", 1));
  CHECK(task().at("state") == "RUNNING");
  CHECK_FALSE(task().contains("trace"));
  CHECK_FALSE(FailTask(state, "customers-to-search", 9, ""));
  CHECK_FALSE(FailTask(state, "nobody", 0, ""));
}

TEST_CASE("the workers' group tells what REST tells", "[simulator]") {
  const ConnectState connect = ShopConnect("cluster-1");
  testing::FakeClock clock;
  const auto cluster =
      Cluster::Start({.groups = {{.name = "workers", .kind = GroupKind::kConnect}}}, clock);
  REQUIRE(cluster);
  (*cluster)->Change([&](ClusterState& state) { JoinWorkers(connect, state, "workers"); });
  const BlockingClient client((*cluster)->bootstrap().at(0));
  const auto answer = MustAsk(client, kafka::wire::DescribeGroupsRequest{.groups = {"workers"}});
  const ConnectGroupFacts facts = kafka::ReadConnectGroup(answer.groups.at(0));
  CHECK(facts.misread.empty());
  REQUIRE(facts.members.size() == 2);
  CHECK(facts.leader_url == "http://connect-1.shop.internal:8083/");
  CHECK(facts.members[0].carries.size() == 3);
  CHECK(facts.members[1].url == "http://connect-2.shop.internal:8083/");
  REQUIRE(facts.members[1].carries.size() == 3);
  CHECK(facts.members[1].carries[2].connector == "orders-to-lake");
  CHECK(facts.members[1].carries[2].tasks == std::vector<int32_t>{1});
  CHECK_FALSE(facts.members[1].carries[2].instance);

  ConnectState lonely = connect;
  DropWorker(lonely, kShopWorkers[1]);
  (*cluster)->Change([&](ClusterState& state) { JoinWorkers(lonely, state, "workers"); });
  const auto later = MustAsk(client, kafka::wire::DescribeGroupsRequest{.groups = {"workers"}});
  CHECK(kafka::ReadConnectGroup(later.groups.at(0)).members.size() == 1);
}

TEST_CASE("workers of a cluster tell the same until one is made to differ", "[simulator]") {
  auto started = ConnectCluster::Start(ShopConnect("cluster-1"), 2);
  REQUIRE(started);
  ConnectCluster& cluster = **started;
  CHECK(cluster.urls() == cluster.worker(0).url() + "," + cluster.worker(1).url());
  const auto state = [&](size_t worker) {
    ConnectState told = cluster.worker(worker).Snapshot();
    return FindConnector(told, "orders-to-lake")->tasks.at(0).state;
  };
  cluster.Change([](ConnectState& all) { FailTask(all, "orders-to-lake", 0, "x"); });
  CHECK(state(0) == "FAILED");
  CHECK(state(1) == "FAILED");
  cluster.worker(1).Change([](ConnectState& one) { HealTask(one, "orders-to-lake", 0); });
  CHECK(state(0) == "FAILED");
  CHECK(state(1) == "RUNNING");
}

}  // namespace
}  // namespace klaxon::simulator
