#include "collectors/zookeeper/collector.h"

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "agent/model/zookeeper_ensemble.h"
#include "tests/contract/hostile_server.h"
#include "tests/support/fake_http_client.h"

namespace klaxon::zookeeper_collector {
namespace {

using klaxon::testing::FakeHttpClient;
using klaxon::testing::HostileServer;
using std::chrono::milliseconds;
using std::chrono::seconds;
using Peer = HostileServer::Peer;

constexpr const char* kQuiet = "This ZooKeeper instance is not currently serving requests\n";

std::string Srvr(const std::string& mode) {
  return "Zookeeper version: 3.8.4, built on x\nLatency min/avg/max: 0/1.0/9\nReceived: 4\n"
         "Sent: 5\nConnections: 2\nOutstanding: 0\nZxid: 0x34\nMode: " +
         mode + "\nNode count: 47\n";
}

std::string Mntr(const std::string& mode) {
  return "zk_version\t3.8.4\nzk_server_state\t" + mode + "\nzk_watch_count\t13\n";
}

constexpr const char* kConf =
    "clientPort=2181\ndataDir=/data\ndataDirSize=597\ntickTime=2000\nserverId=1\n";

std::string Refusal(const std::string& word) {
  return word + " is not executed because it is not in the whitelist.\n";
}

using Words = std::map<std::string, std::string>;

/// What a server says to which word; an empty text: it is silent. What is not in `words` is not in
/// its whitelist.
HostileServer::Script Say(const Words& words) {
  return [words](Peer& peer) {
    const std::string word(peer.Receive());
    const auto answer = words.find(word);
    if (answer == words.end()) {
      peer.Send(Refusal(word));
    } else if (answer->second.empty()) {
      peer.Hang();
    } else {
      peer.Send(answer->second);
    }
  };
}

HostileServer::Script Say(const std::string& srvr, const std::string& mntr) {
  return Say({{"srvr", srvr}, {"mntr", mntr}, {"conf", kConf}});
}

HostileServer::Script Serve(const std::string& mode) {
  return Say(Srvr(mode), Mntr(mode));
}

/// A collector over two servers.
class Bench {
 public:
  explicit Bench(bool admin = false, bool session = false)
      : one(Serve("leader")), two(Serve("follower")) {
    Config config;
    config.servers = {{.host = "127.0.0.1", .port = one.port()},
                      {.host = "127.0.0.1", .port = two.port()}};
    config.request_timeout = milliseconds{500};
    config.session = session;  // session_test has those that go well
    if (admin) {
      config.admin.urls = {"http://a1:8080/", "http://a2:8080"};
    }
    collector_ = std::make_unique<ZookeeperCollector>(config, http);
  }

  Reading Poll() {
    Reading reading = collector_->Poll({.clock = clock_,
                                        .interval = seconds{2},
                                        .deadline = clock_.Now().mono + seconds{10},
                                        .stop = {}});
    facts = std::dynamic_pointer_cast<const ZookeeperFacts>(reading.facts);
    return reading;
  }

  const ZookeeperServerFacts& Server(size_t which) const { return facts->servers.at(which); }

  Instant Now() { return clock_.Now(); }

  HostileServer one;
  HostileServer two;
  FakeHttpClient http{};
  std::shared_ptr<const ZookeeperFacts> facts{};

 private:
  SystemClock clock_{};
  std::unique_ptr<ZookeeperCollector> collector_{};
};

TEST_CASE("a poll tells every server with answers of its own", "[zookeeper]") {
  Bench bench;
  const Reading reading = bench.Poll();
  CHECK(reading.answered);
  CHECK(reading.problems.empty());
  REQUIRE(bench.facts != nullptr);
  REQUIRE(bench.facts->servers.size() == 2);
  CHECK(bench.Server(0).entity->name == "127.0.0.1:" + std::to_string(bench.one.port()));
  CHECK(bench.Server(0).state == ZookeeperState::kServing);
  CHECK(bench.Server(0).stats.mode == "leader");
  CHECK(bench.Server(0).monitor.watches == 13);
  CHECK(bench.Server(0).refused.empty());
  CHECK(bench.Server(0).told->good_for == seconds{6});
  CHECK(bench.Server(1).stats.mode == "follower");
  CHECK(bench.Server(0).alive == true);
  CHECK(bench.Server(0).read_only == false);
  CHECK(bench.Server(0).settings.data_dir == "/data");
  CHECK(bench.Server(0).configured->good_for > seconds{60});
  CHECK(bench.facts->answers.size() == 8);
  CHECK(SeenEnsemble(*bench.facts, bench.Now()).state == EnsembleState::kLed);
}

TEST_CASE("what failed to be read of Kafka's nodes is told until it is tried again",
          "[zookeeper]") {
  Bench bench(false, true);  // these servers hold no sessions
  for (int i = 0; i < 4; ++i) {
    INFO(i);
    const Reading reading = bench.Poll();
    REQUIRE(reading.problems.size() == 1);
    CHECK(reading.problems[0].scope == "Kafka's nodes");
    CHECK(reading.problems[0].error.message().find("; asked 2") != std::string::npos);
  }
}

TEST_CASE("a silent server leaves the other fresh, and its own age grows", "[zookeeper]") {
  Bench bench;
  bench.Poll();
  const Instant told = bench.Server(0).told->taken_at;
  bench.one.SetScript(Say("", ""));
  const Reading reading = bench.Poll();
  CHECK(reading.answered);
  REQUIRE(reading.problems.size() == 1);
  CHECK(reading.problems[0].scope == bench.Server(0).entity->name);
  CHECK(reading.problems[0].error.reason() == Reason::kTimeout);
  CHECK(bench.Server(0).state == ZookeeperState::kUnreachable);
  CHECK(bench.Server(0).told->taken_at == told);
  CHECK(bench.Server(0).told->error);
  CHECK(bench.Server(0).stats.mode == "leader");  // of before, with its age
  CHECK(bench.Server(1).state == ZookeeperState::kServing);
  CHECK_FALSE(bench.Server(1).told->error);
  const ZookeeperEnsemble ensemble = SeenEnsemble(*bench.facts, bench.Now());
  CHECK(ensemble.state == EnsembleState::kLeaderUnseen);
  CHECK(ensemble.leaders == 0);
  CHECK(ensemble.silent == 1);
}

TEST_CASE("not serving is a fact, not a failure of the poll", "[zookeeper]") {
  Bench bench;
  bench.one.SetScript(Say(kQuiet, kQuiet));
  bench.two.SetScript(Say(kQuiet, kQuiet));
  const Reading reading = bench.Poll();
  CHECK(reading.answered);
  CHECK(reading.problems.empty());
  CHECK(bench.Server(0).state == ZookeeperState::kNotServing);
  CHECK(bench.Server(0).why.find("not currently serving") != std::string::npos);
  CHECK(SeenEnsemble(*bench.facts, bench.Now()).state == EnsembleState::kNotServing);
  bench.one.SetScript(Say(Srvr("leader"), kQuiet));  // ceased between the words
  bench.Poll();
  CHECK(bench.Server(0).state == ZookeeperState::kNotServing);
  bench.one.SetScript(Serve("leader"));
  bench.Poll();
  CHECK(bench.Server(0).state == ZookeeperState::kServing);
  CHECK(bench.Server(0).why.empty());
}

TEST_CASE("mntr refused leaves what srvr tells, and is remembered", "[zookeeper]") {
  Bench bench;
  bench.one.SetScript(Say(Srvr("leader"), Refusal("mntr")));
  const Reading reading = bench.Poll();
  CHECK(reading.problems.empty());
  CHECK(bench.Server(0).state == ZookeeperState::kServing);
  CHECK(bench.Server(0).stats.znodes == 47);
  CHECK(bench.Server(0).monitored == nullptr);
  CHECK(bench.Server(0).refused == std::vector<std::string>{"mntr"});
}

TEST_CASE("srvr refused is made up for by mntr; without both nothing is known", "[zookeeper]") {
  Bench bench;
  bench.one.SetScript(Say(Refusal("srvr"), Mntr("leader")));
  bench.two.SetScript(Say(Refusal("srvr"), Refusal("mntr")));
  const Reading reading = bench.Poll();
  CHECK(bench.Server(0).state == ZookeeperState::kServing);
  CHECK(bench.Server(0).stats.mode == "leader");
  CHECK(bench.Server(1).state == ZookeeperState::kUnknown);
  CHECK(bench.Server(1).refused == std::vector<std::string>{"srvr", "mntr", "isro", "ruok"});
  CHECK(bench.Server(1).alive == true);
  CHECK_FALSE(bench.Server(1).read_only);
  REQUIRE(reading.problems.size() == 1);
  CHECK(reading.problems[0].error.reason() == Reason::kUnauthorized);
  CHECK(reading.problems[0].error.message().find("4lw.commands.whitelist") != std::string::npos);
}

TEST_CASE("isro and ruok are asked where srvr and mntr tell nothing", "[zookeeper]") {
  struct Case {
    const char* what;
    Words words;
    ZookeeperState state;
    std::optional<bool> read_only;
    std::optional<bool> alive;
    const char* why;
  };

  const std::vector<Case> cases{
      {"serves", {{"isro", "rw"}}, ZookeeperState::kServing, false, true, "told by isro"},
      {"serves readers", {{"isro", "ro"}}, ZookeeperState::kServing, true, true, "told by isro"},
      {"serves nobody", {{"isro", "null"}}, ZookeeperState::kNotServing, {}, true, "null"},
      {"lives", {{"ruok", "imok"}}, ZookeeperState::kUnknown, {}, true, "imok"},
      {"refuses all", {}, ZookeeperState::kUnknown, {}, true, "4lw.commands.whitelist"},
      {"hangs, and lives",
       {{"srvr", ""}, {"isro", "??"}, {"ruok", "imok"}},
       ZookeeperState::kNotServing,
       {},
       true,
       "imok"},
      {"hangs",
       {{"srvr", ""}, {"isro", ""}, {"ruok", ""}},
       ZookeeperState::kUnreachable,
       {},
       false,
       "in time"},
      {"is something else",
       {{"srvr", "220 smtp\n"}, {"isro", "500\n"}, {"ruok", "500\n"}},
       ZookeeperState::kUnknown,
       {},
       {},
       "220 smtp"},
  };
  Bench bench;
  for (const Case& c : cases) {
    INFO(c.what);
    bench.one.SetScript(Say(c.words));
    bench.Poll();
    CHECK(Name(bench.Server(0).state) == Name(c.state));
    CHECK(bench.Server(0).read_only == c.read_only);
    CHECK(bench.Server(0).alive == c.alive);
    CHECK(bench.Server(0).why.find(c.why) != std::string::npos);
  }
}

TEST_CASE("a server that serves without telling its mode leaves the ensemble unknown",
          "[zookeeper]") {
  Bench bench;
  bench.one.SetScript(Say({{"isro", "rw"}}));
  bench.two.SetScript(Say({{"isro", "rw"}}));
  bench.Poll();
  CHECK(SeenEnsemble(*bench.facts, bench.Now()).state == EnsembleState::kUnknown);
  bench.one.SetScript(Serve("leader"));
  bench.Poll();
  CHECK(SeenEnsemble(*bench.facts, bench.Now()).state == EnsembleState::kLed);
}

TEST_CASE("settings are asked for once, and again when a server is back", "[zookeeper]") {
  Bench bench;
  std::atomic<int> asked = 0;
  bench.one.SetScript([&](Peer& peer) {
    const std::string word(peer.Receive());
    asked += word == "conf" ? 1 : 0;
    peer.Send(word == "srvr" ? Srvr("leader") : word == "mntr" ? Mntr("leader") : Refusal(word));
  });
  bench.Poll();
  bench.Poll();
  CHECK(asked == 1);
  CHECK(bench.Server(0).refused == std::vector<std::string>{"conf"});
  CHECK(bench.Server(0).configured == nullptr);
  bench.one.SetScript([](Peer& peer) { peer.Reset(); });
  bench.Poll();
  bench.one.SetScript(Serve("leader"));
  bench.Poll();
  CHECK(bench.Server(0).refused.empty());
  CHECK(bench.Server(0).settings.tick == 2);
}

TEST_CASE("the AdminServer tells the settings where conf is refused", "[zookeeper]") {
  Bench bench(true);
  bench.one.SetScript(Say({{"srvr", Srvr("leader")}, {"mntr", Mntr("leader")}}));
  bench.http.Set("http://a1:8080/commands/configuration",
                 R"({"tick_time": 2000, "server_id": 7, "data_dir": "/zk", "error": null})");
  CHECK(bench.Poll().problems.empty());
  CHECK(bench.Server(0).settings.id == 7);
  CHECK(bench.Server(0).settings.data_dir == "/zk");
}

TEST_CASE("settings that did not come are asked for again by the next poll", "[zookeeper]") {
  Bench bench(true);
  bench.one.SetScript(Say({{"srvr", Srvr("leader")}, {"mntr", Mntr("leader")}}));
  bench.http.Set("http://a1:8080/commands/configuration", "it begins", 503, "text/plain");
  CHECK(bench.Poll().problems.size() == 1);
  CHECK(bench.Server(0).settings.id != 7);
  bench.http.Set("http://a1:8080/commands/configuration",
                 R"({"tick_time": 2000, "server_id": 7, "data_dir": "/zk", "error": null})");
  CHECK(bench.Poll().problems.empty());
  CHECK(bench.Server(0).settings.id == 7);
}

TEST_CASE("the AdminServer is asked for what the words refuse", "[zookeeper]") {
  Bench bench(true);
  bench.http.Set("http://a2:8080/commands/monitor",
                 R"({"version": "3.8.4", "server_state": "follower", "watch_count": 7,
                     "znode_count": 5, "command": "monitor", "error": null})");
  bench.two.SetScript(Say(Refusal("srvr"), Refusal("mntr")));
  CHECK(bench.Poll().problems.empty());
  CHECK(bench.http.TakeAsked() == std::vector<std::string>{"http://a2:8080/commands/monitor"});
  CHECK(bench.Server(1).state == ZookeeperState::kServing);
  CHECK(bench.Server(1).stats.mode == "follower");
  CHECK(bench.Server(1).monitor.watches == 7);

  bench.http.Set("http://a2:8080/commands/monitor", "<html>NullPointerException", 500, "text/html");
  CHECK(bench.Poll().problems.empty());
  CHECK(bench.Server(1).state == ZookeeperState::kNotServing);

  bench.http.Set("http://a2:8080/commands/monitor", "<html>login", 200, "text/html");
  const Reading odd = bench.Poll();
  REQUIRE(odd.problems.size() == 1);
  CHECK(bench.Server(1).state == ZookeeperState::kUnknown);
  CHECK(odd.problems[0].error.message().find("http://a2:8080") != std::string::npos);
}

TEST_CASE("while nobody answers everything stays, with its age and the reason", "[zookeeper]") {
  Bench bench;
  bench.Poll();
  bench.one.SetScript([](Peer& peer) { peer.Reset(); });
  bench.two.SetScript([](Peer& peer) { peer.Reset(); });
  const Reading reading = bench.Poll();
  CHECK_FALSE(reading.answered);
  CHECK(reading.problems.size() == 2);
  REQUIRE(bench.facts != nullptr);
  CHECK(bench.Server(0).stats.mode == "leader");
  CHECK_FALSE(bench.Server(0).Serves(bench.Now()));
  CHECK(SeenEnsemble(*bench.facts, bench.Now()).state == EnsembleState::kUnknown);
}

}  // namespace
}  // namespace klaxon::zookeeper_collector
