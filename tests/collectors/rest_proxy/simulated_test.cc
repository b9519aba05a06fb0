// The collector against the simulator's REST proxy.

#include <chrono>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "agent/simulator/rest_proxy.h"
#include "collectors/rest_proxy/collector.h"
#include "tests/contract/hostile_server.h"

namespace klaxon::rest_proxy_collector {
namespace {

using simulator::ProxyFaults;
using simulator::ProxyFlavour;
using simulator::RestProxy;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HostileServer;
using Names = std::vector<std::string>;

std::unique_ptr<RestProxy> StartProxy(const RestProxy::Options& options,
                                      const std::string& cluster_id = "abc-1") {
  Result<std::unique_ptr<RestProxy>> proxy = RestProxy::Start(options, [cluster_id] {
    return simulator::ProxyContent{
        .cluster_id = cluster_id, .topics = {"orders", "payments"}, .brokers = {1, 2, 3}};
  });
  REQUIRE(proxy);
  return *std::move(proxy);
}

/// A collector of some nodes, with everything it needs.
class Bench {
 public:
  explicit Bench(std::vector<std::string> urls, Duration patience = seconds{20})
      : collector_(
            {.name = "rest", .source = {.urls = std::move(urls)}, .request_timeout = patience},
            *http_) {}

  Reading Poll() {
    return collector_.Poll({.clock = clock_,
                            .interval = seconds{10},
                            .deadline = clock_.Now().mono + seconds{40},
                            .stop = {}});
  }

  static const RestProxyNodeFacts& Node(const Reading& reading, size_t index = 0) {
    const auto* facts = dynamic_cast<const RestProxyFacts*>(reading.facts.get());
    REQUIRE(facts != nullptr);
    REQUIRE(index < facts->nodes.size());
    return facts->nodes[index];
  }

 private:
  SystemClock clock_{};
  std::unique_ptr<http::HttpClient> http_ = http::MakeHttpClient();
  RestProxyCollector collector_;
};

TEST_CASE("each kind of proxy is read by what it has", "[rest_proxy]") {
  struct Case {
    std::string what;
    RestProxy::Options options;
    RestProxyKind kind;
    std::string version;
    std::string api;
    bool cluster_id;
    bool brokers;
    Names off;
  };

  const std::vector<Case> cases{
      {"Confluent's", {}, RestProxyKind::kConfluent, "", "v2", true, true, {}},
      {"Confluent's without v3", {.v3 = false}, RestProxyKind::kUnknown, "", "v2", false, true, {}},
      {"Confluent's without v2",
       {.v2 = false},
       RestProxyKind::kConfluent,
       "",
       "v3",
       true,
       true,
       {"/topics"}},
      {"Confluent's without brokers",
       {.brokers = false},
       RestProxyKind::kConfluent,
       "",
       "v2",
       true,
       false,
       {"/brokers"}},
      {"Karapace",
       {.flavour = ProxyFlavour::kKarapace},
       RestProxyKind::kKarapace,
       "6.2.0",
       "v2",
       false,
       true,
       {}},
      {"the bridge",
       {.flavour = ProxyFlavour::kBridge},
       RestProxyKind::kBridge,
       "0.33.1",
       "v2",
       false,
       false,
       {}},
  };
  for (const Case& each : cases) {
    CAPTURE(each.what);
    const auto proxy = StartProxy(each.options);
    Bench bench({proxy->url() + "/"});
    for (int poll = 0; poll < 2; ++poll) {
      const Reading reading = bench.Poll();
      CHECK(reading.answered);
      CHECK(reading.problems.empty());
      const RestProxyNodeFacts& node = Bench::Node(reading);
      CHECK(node.state == RestProxyState::kServing);
      CHECK(node.kind == each.kind);
      CHECK(node.version == each.version);
      CHECK(node.api == each.api);
      CHECK(*node.topics == Names{"orders", "payments"});
      CHECK(node.cluster_id == (each.cluster_id ? "abc-1" : ""));
      CHECK((node.identified != nullptr) == each.cluster_id);
      CHECK((node.brokers == std::vector<int32_t>{1, 2, 3}) == each.brokers);
      CHECK(node.off == each.off);
      CHECK(node.notice.empty());
      CHECK(node.latency > 0);
    }
  }
}

TEST_CASE("a steady poll asks no more than three questions", "[rest_proxy]") {
  for (const ProxyFlavour flavour :
       {ProxyFlavour::kConfluent, ProxyFlavour::kKarapace, ProxyFlavour::kBridge}) {
    const auto proxy = StartProxy({.flavour = flavour});
    Bench bench({proxy->url()});
    bench.Poll();
    const uint64_t before = proxy->RequestCount();
    bench.Poll();
    CHECK(proxy->RequestCount() - before <= 3);
  }
}

TEST_CASE("faults are told apart, with what is known of them", "[rest_proxy]") {
  struct Case {
    std::string what;
    ProxyFlavour flavour;
    ProxyFaults faults;
    RestProxyState state;
    std::string words;
  };

  const std::vector<Case> cases{
      {"Kafka is away",
       ProxyFlavour::kConfluent,
       {.status = 500, .error_code = 50002},
       RestProxyState::kFailing,
       "answers 500: 50002: Kafka error: down; Kafka failed it: can"},
      {"Kafka refuses the proxy",
       ProxyFlavour::kConfluent,
       {.status = 403, .error_code = 40301},
       RestProxyState::kFailing,
       "Kafka forbids it to the proxy"},
      {"we are refused",
       ProxyFlavour::kKarapace,
       {.status = 401},
       RestProxyState::kFailing,
       "check username and password"},
      {"a login page",
       ProxyFlavour::kConfluent,
       {.html = true},
       RestProxyState::kUnknown,
       "a web page"},
      {"half a body",
       ProxyFlavour::kConfluent,
       {.cut_at = 5},
       RestProxyState::kUnknown,
       "not JSON, or cut short"},
      {"media types",
       ProxyFlavour::kConfluent,
       {.status = 406},
       RestProxyState::kFailing,
       "none of the media types of v2"},
      {"it waits for Kafka",
       ProxyFlavour::kBridge,
       {.hang = true},
       RestProxyState::kHanging,
       "its /healthy does answer: it waits for its Kafka"},
      {"all of it hangs",
       ProxyFlavour::kKarapace,
       {.hang = true},
       RestProxyState::kHanging,
       "nor does its /_health: so does Karapace when its brokers are gone"},
  };
  for (const Case& each : cases) {
    CAPTURE(each.what);
    const auto proxy = StartProxy({.flavour = each.flavour});
    Bench bench({proxy->url()}, each.faults.hang ? Duration(milliseconds{1500}) : seconds{20});
    REQUIRE(Bench::Node(bench.Poll()).state == RestProxyState::kServing);
    proxy->SetFaults(each.faults);
    const Reading reading = bench.Poll();
    const RestProxyNodeFacts& node = Bench::Node(reading);
    CAPTURE(node.why);
    CHECK(node.state == each.state);
    CHECK(node.why.find(each.words) != std::string::npos);
    CHECK(node.why.find(proxy->url()) != std::string::npos);
    REQUIRE(reading.problems.size() == 1);
    CHECK(*node.topics == Names{"orders", "payments"});  // kept, with their age
    CHECK(node.listed->error);
    proxy->SetFaults({});
    CHECK(Bench::Node(bench.Poll()).state == RestProxyState::kServing);
  }
}

TEST_CASE("with v2 switched off, what ails v3 is told by its own reason", "[rest_proxy]") {
  struct Case {
    std::string what;
    ProxyFaults faults;
    RestProxyState state;
    std::string words;
  };

  const std::string lists = "/v3/clusters/";
  const std::string all = "/v3/clusters";
  const std::vector<Case> cases{
      {"Kafka is away",
       {.status = 500, .error_code = 50002, .under = lists},
       RestProxyState::kFailing,
       "/v3/clusters/abc-1/topics answers 500: 50002: Kafka error: down; Kafka failed it"},
      {"Kafka refuses the proxy",
       {.status = 401, .error_code = 40101, .under = lists},
       RestProxyState::kFailing,
       "the proxy cannot log in to Kafka"},
      {"for the moment",
       {.status = 503, .error_code = 50003, .under = all},
       RestProxyState::kFailing,
       "/v3/clusters answers 503: 50003: Kafka error: down; Kafka failed it for the moment"},
      {"we are refused",
       {.status = 403, .under = all},
       RestProxyState::kFailing,
       "/v3/clusters answers 403"},
      {"its lists wait for Kafka",
       {.hang = true, .under = lists},
       RestProxyState::kHanging,
       "/v3/clusters/abc-1/topics: connected, but no answer in time; its / does answer"},
      {"all of v3 waits for Kafka",
       {.hang = true, .under = all},
       RestProxyState::kHanging,
       "/v3/clusters: connected, but no answer in time; its / does answer"},
  };
  for (const Case& each : cases) {
    for (const bool served_before : {false, true}) {
      CAPTURE(each.what, served_before);
      const auto proxy = StartProxy({.v2 = false});
      Bench bench({proxy->url()}, each.faults.hang ? Duration(milliseconds{1500}) : seconds{20});
      if (served_before) {
        REQUIRE(Bench::Node(bench.Poll()).state == RestProxyState::kServing);
      }
      proxy->SetFaults(each.faults);
      const Reading reading = bench.Poll();
      const RestProxyNodeFacts& node = Bench::Node(reading);
      CAPTURE(node.why);
      CHECK(node.state == each.state);
      CHECK(node.why.find(each.words) != std::string::npos);
      REQUIRE(reading.problems.size() == 1);
      proxy->SetFaults({});
      CHECK(Bench::Node(bench.Poll()).state == RestProxyState::kServing);
    }
  }
}

TEST_CASE("a list of topics in pages is served, and known to be no whole one", "[rest_proxy]") {
  const auto proxy = StartProxy({.v2 = false});
  Bench bench({proxy->url()});
  REQUIRE(Bench::Node(bench.Poll()).state == RestProxyState::kServing);
  proxy->SetFaults({.pages = true, .under = "/v3/clusters/abc-1/topics"});
  const Reading paged = bench.Poll();
  const RestProxyNodeFacts& node = Bench::Node(paged);
  CHECK(node.state == RestProxyState::kServing);
  CHECK(node.more_topics);
  REQUIRE(paged.problems.size() == 1);
  CHECK(paged.problems[0].error.message() ==
        proxy->url() +
            " lists topics in pages, which Klaxon does not follow: what comes behind the first 2 "
            "is not known");
  proxy->SetFaults({});
  CHECK_FALSE(Bench::Node(bench.Poll()).more_topics);
}

TEST_CASE("a Content-Type that clients stumble over is noticed", "[rest_proxy]") {
  const auto proxy = StartProxy({});
  proxy->SetFaults({.content_type = "text/plain"});
  Bench bench({proxy->url()});
  const RestProxyNodeFacts node = Bench::Node(bench.Poll());
  CHECK(node.state == RestProxyState::kServing);
  CHECK(node.notice ==
        "it sends JSON as \"text/plain\": clients that look at Content-Type refuse "
        "that");
}

TEST_CASE("nodes of two Kafka clusters are named", "[rest_proxy]") {
  const auto one = StartProxy({});
  const auto without = StartProxy({.v3 = false});
  const auto two = StartProxy({}, "xyz-9");
  Bench bench({one->url(), without->url(), two->url()});
  const Reading reading = bench.Poll();
  REQUIRE(reading.problems.size() == 1);
  CHECK(reading.problems[0].scope == "cluster id of " + two->url());
  CHECK(reading.problems[0].error.message() == two->url() + " works with Kafka cluster xyz-9, " +
                                                   one->url() +
                                                   " with abc-1; give the nodes of one proxy");
  CHECK(Bench::Node(reading, 2).state == RestProxyState::kServing);
}

TEST_CASE("both APIs switched off is no outage but a question", "[rest_proxy]") {
  const auto proxy = StartProxy({.v2 = false, .v3 = false});
  Bench bench({proxy->url()});
  const Reading reading = bench.Poll();
  REQUIRE(reading.problems.size() == 1);
  CHECK(reading.problems[0].error.message().find(
            "answers 404: 404: HTTP 404 Not Found; is this a REST proxy's address, or are its APIs "
            "switched off?") != std::string::npos);
}

TEST_CASE("one that hangs is told from one that is down, and costs the others nothing",
          "[rest_proxy]") {
  HostileServer silent([](HostileServer::Peer& peer) { peer.Hang(); });
  uint16_t closed = 0;
  {
    const HostileServer gone([](HostileServer::Peer&) {});
    closed = gone.port();
  }
  const auto good = StartProxy({});
  Bench bench({"http://127.0.0.1:" + std::to_string(silent.port()),
               "http://127.0.0.1:" + std::to_string(closed), good->url()},
              milliseconds{1500});
  const Reading reading = bench.Poll();
  CHECK(Bench::Node(reading, 0).state == RestProxyState::kHanging);
  CHECK(Bench::Node(reading, 0).why.find("nor does its /") != std::string::npos);
  CHECK(Bench::Node(reading, 1).state == RestProxyState::kUnreachable);
  CHECK(Bench::Node(reading, 2).state == RestProxyState::kServing);
  CHECK(reading.problems.size() == 2);
}

}  // namespace
}  // namespace klaxon::rest_proxy_collector
