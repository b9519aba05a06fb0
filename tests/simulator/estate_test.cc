#include "agent/simulator/estate.h"

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

#include "agent/http/client.h"
#include "agent/kafka/wire/messages/metadata.h"
#include "agent/simulator/connect_worker.h"
#include "tests/simulator/small_cluster.h"
#include "tests/support/fake_clock.h"

namespace klaxon::simulator {
namespace {

using Json = nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::seconds;

Result<http::HttpResponse> Get(const std::string& url, Duration patience = seconds{10}) {
  static const std::unique_ptr<http::HttpClient> client = http::MakeHttpClient();
  return client->Get({.url = url}, std::chrono::steady_clock::now() + patience, {});
}

Json MustGet(const std::string& url) {
  const Result<http::HttpResponse> response = Get(url);
  INFO(url << ": " << (response ? response->body : response.error().message()));
  REQUIRE(response);
  REQUIRE(response->status == 200);
  CHECK(response->content_type.starts_with("application/json"));
  return Json::parse(response->body);
}

std::unique_ptr<ConnectWorker> StartConnect() {
  Result<std::unique_ptr<ConnectWorker>> worker = ConnectWorker::Start(ShopConnect("cluster-1"));
  REQUIRE(worker);
  return std::move(*worker);
}

/// As the first of the workers tells it.
std::string TaskState(const std::string& urls) {
  return MustGet(urls.substr(0, urls.find(',')) + "/connectors?expand=status&expand=info")
      .at("customers-to-search")
      .at("status")
      .at("tasks")
      .at(1)
      .at("state")
      .get<std::string>();
}

size_t UnderReplicated(const Cluster& cluster) {
  size_t count = 0;
  for (const Topic& topic : cluster.Snapshot().topics) {
    for (const Partition& partition : topic.partitions) {
      count += partition.in_sync.size() < partition.replicas.size() ? 1U : 0U;
    }
  }
  return count;
}

TEST_CASE("a Connect worker answers over HTTP as the real one", "[simulator]") {
  const auto worker = StartConnect();
  const std::string url = worker->url();
  CHECK(MustGet(url + "/").at("kafka_cluster_id") == "cluster-1");
  CHECK(MustGet(url + "/health").at("status") == "healthy");
  CHECK(MustGet(url + "/connectors").size() == 3);
  CHECK(MustGet(url + "/connectors?expand=nonsense").is_array());
  CHECK(MustGet(url + "/connectors?expand=info").at("orders-to-lake").size() == 1);
  CHECK(MustGet(url + "/connectors/orders-to-lake/status").at("tasks").size() == 3);
  CHECK(MustGet(url + "/connectors/orders-to-lake").at("type") == "sink");
  const Result<http::HttpResponse> missing = Get(url + "/connectors/nobody/status");
  REQUIRE(missing);
  CHECK(missing->status == 404);
  CHECK(Json::parse(missing->body).at("error_code") == 404);
  CHECK(worker->RequestCount() == 8);
}

TEST_CASE("a Connect worker fails as it is told to", "[simulator]") {
  const auto worker = StartConnect();
  const std::string url = worker->url() + "/connectors";
  worker->SetFaults({.status = 500});
  CHECK(Get(url)->status == 500);
  worker->SetFaults({.html = true});
  CHECK(Get(url)->body.starts_with("<html>"));
  worker->SetFaults({.cut_at = 10});
  CHECK_FALSE(Json::accept(Get(url)->body));
  worker->SetFaults({.delay = std::chrono::hours{1}});
  const Result<http::HttpResponse> late = Get(url, milliseconds{200});
  REQUIRE_FALSE(late);
  CHECK(late.error().reason() == Reason::kTimeout);
  worker->SetFaults({});
  CHECK(Get(url)->status == 200);
}  // and ends at once, though an answer is still due in an hour

TEST_CASE("the demo's estate is broken from the first second, and alive", "[simulator]") {
  testing::FakeClock clock;
  const auto estate = Estate::Start({}, clock);
  REQUIRE(estate);
  REQUIRE((*estate)->clusters().size() == 1);
  const Cluster& shop = *(*estate)->clusters().front();
  REQUIRE(shop.bootstrap().size() == 3);
  REQUIRE(clock.WaitForSleepers());
  CHECK(UnderReplicated(shop) == 1);
  CHECK(TaskState((*estate)->connect_url()) == "FAILED");
  const ClusterState before = shop.Snapshot();
  CHECK(before.topics.size() == 41);
  CHECK(before.groups.size() == 20);
  REQUIRE(clock.AdvanceWhenAsleep(seconds{10}));
  const ClusterState after = shop.Snapshot();
  CHECK(FindTopic(after, "orders")->partitions[0].End() >
        FindTopic(before, "orders")->partitions[0].End());
}

TEST_CASE("the demo's story is played and ends with everything well", "[simulator]") {
  testing::FakeClock clock;
  const auto estate = Estate::Start({}, clock);
  REQUIRE(estate);
  const Cluster& shop = *(*estate)->clusters().front();
  auto go_to = [&, at = Duration{}](Duration when) mutable {
    for (; at < when; at += seconds{1}) {
      REQUIRE(clock.AdvanceWhenAsleep(seconds{1}));
    }
    REQUIRE(clock.WaitForSleepers());
  };
  go_to(seconds{160});
  CHECK(FindGroup(shop.Snapshot(), "fraud-detection")->speed == 0);
  CHECK(UnderReplicated(shop) == 0);
  go_to(seconds{200});
  CHECK(TaskState((*estate)->connect_url()) == "RUNNING");
  go_to(seconds{290});
  CHECK(FindBroker(shop.Snapshot(), 3)->fenced);
  CHECK_FALSE(BlockingClient(shop.bootstrap().at(2)).connected());
  CHECK(UnderReplicated(shop) > 50);
  go_to(seconds{370});
  CHECK(BlockingClient(shop.bootstrap().at(2)).connected());
  CHECK(FindTopic(shop.Snapshot(), "load-test") != nullptr);
  go_to(seconds{460});
  CHECK(UnderReplicated(shop) == 0);
  CHECK(FindTopic(shop.Snapshot(), "load-test") == nullptr);
}

TEST_CASE("an estate can have several clusters and no Connect", "[simulator]") {
  SystemClock clock;
  ClusterSpec other = SmallSpec(1);
  other.name = "other";
  const auto estate = Estate::Start(
      {.clusters = {SmallSpec(1), other}, .connect = false, .incidents = false}, clock);
  REQUIRE(estate);
  REQUIRE((*estate)->clusters().size() == 2);
  CHECK((*estate)->clusters().at(1)->name() == "other");
  CHECK((*estate)->connect_url().empty());
  for (const auto& cluster : (*estate)->clusters()) {
    const BlockingClient client(cluster->bootstrap().front());
    CHECK(MustAsk(client, kafka::wire::MetadataRequest{}).topics.size() == 3);
  }
}

}  // namespace
}  // namespace klaxon::simulator
