#include "collectors/zookeeper/parse.h"

#include <fstream>
#include <iterator>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

namespace klaxon::zookeeper_collector {
namespace {

/// Excerpts of what real servers answered.
std::string Recorded(const std::string& name) {
  std::ifstream file("tests/collectors/zookeeper/testdata/" + name, std::ios::binary);
  REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), {}};
}

constexpr const char* kSrvr =
    "Zookeeper version: 3.8.4-9316c2a7a97e1666d8f4593f34dd6fc36ecc436c, built on 2024-02-12 22:16 "
    "UTC\nLatency min/avg/max: 2/2.5/40\nReceived: 4\nSent: 5\nConnections: 2\nOutstanding: 1\n"
    "Zxid: 0x100000034\nMode: leader\nNode count: 47\nProposal sizes last/min/max: -1/-1/-1\n";

TEST_CASE("srvr is read with times in seconds", "[zookeeper]") {
  const auto stats = ParseSrvr(kSrvr);
  REQUIRE(stats);
  CHECK(stats->version == "3.8.4");
  CHECK(stats->mode == "leader");
  CHECK(stats->zxid == 0x100000034U);
  CHECK(stats->latency_min == 2 * 0.001);
  CHECK(stats->latency_avg == 2.5 * 0.001);
  CHECK(stats->latency_max == 40 * 0.001);
  CHECK(stats->packets_received == 4);
  CHECK(stats->packets_sent == 5);
  CHECK(stats->connections == 2);
  CHECK(stats->outstanding == 1);
  CHECK(stats->znodes == 47);
}

TEST_CASE("a leader's mntr tells its followers and elections", "[zookeeper]") {
  const auto leader = ParseMntr(Recorded("mntr_leader.txt"));
  REQUIRE(leader);
  CHECK(leader->stats.mode == "leader");
  CHECK(leader->stats.version == "3.8.4");
  CHECK(leader->stats.znodes == 5);
  CHECK(leader->stats.connections == 1);
  CHECK(leader->monitor.voters == 3);
  CHECK(leader->monitor.learners == 2);
  CHECK(leader->monitor.synced_followers == 2);
  CHECK(leader->monitor.synced_observers == 0);
  CHECK(leader->monitor.pending_syncs == 0);
  CHECK(leader->monitor.elections == 1);
  CHECK(leader->monitor.election_count == 1);
  CHECK(leader->monitor.election_sum == 288 * 0.001);
  CHECK(leader->monitor.uptime == 549 * 0.001);
  CHECK(leader->monitor.data_bytes == 182);
  CHECK(leader->monitor.open_files == 134);
  CHECK(leader->monitor.max_files == 20000);
  CHECK(leader->monitor.fsync_count == 0);
  CHECK_FALSE(leader->monitor.fsync_max);  // a maximum over nothing
}

TEST_CASE("with the Prometheus provider mntr tells the same in other words", "[zookeeper]") {
  const auto alone = ParseMntr(Recorded("mntr_prometheus.txt"));
  REQUIRE(alone);
  CHECK(alone->stats.mode == "standalone");
  CHECK(alone->stats.latency_avg == 0.6387 * 0.001);
  CHECK(alone->stats.znodes == 47);
  CHECK(alone->monitor.watches == 13);
  CHECK(alone->monitor.ephemerals == 2);
  CHECK(alone->monitor.sessions == 1);
  CHECK(alone->monitor.fsync_count == 52);
  CHECK(alone->monitor.fsync_sum == 0);
  CHECK_FALSE(alone->monitor.fsync_max);
  CHECK_FALSE(alone->monitor.learners);
  CHECK_FALSE(alone->monitor.voters);
}

TEST_CASE("3.9 and the AdminServer are read alike", "[zookeeper]") {
  const auto newer = ParseMntr(Recorded("mntr_standalone.txt"));
  REQUIRE(newer);
  CHECK(newer->stats.version == "3.9.4");
  CHECK(newer->monitor.uptime == 2204 * 0.001);
  const auto admin = ParseAdminMonitor(Recorded("admin_monitor.json"));
  REQUIRE(admin);
  CHECK(admin->stats.version == "3.8.4");
  CHECK(admin->stats.mode == "standalone");
  CHECK(admin->stats.packets_sent == 143);
  CHECK(admin->monitor.uptime == 79060 * 0.001);
  CHECK(admin->monitor.fsync_count == 52);
}

TEST_CASE("versions lose their commit, and only that", "[zookeeper]") {
  struct Case {
    const char* told;
    const char* version;
  };

  const Case c = GENERATE(
      Case{"3.8.0-${mvngit.commit.id}, built on 2024-12-29 17:54 UTC", "3.8.0"},
      Case{"3.4.14-4c25d480e66aadd371de8bd2fd8da255ac140bcf, built on 03/06/2019", "3.4.14"},
      Case{"3.9.0-SNAPSHOT-4c25d480e66aadd371de8bd2fd8da255ac140bcf, built on x", "3.9.0-SNAPSHOT"},
      Case{"3.5.5-beta", "3.5.5-beta"}, Case{"\x1b[31m3", "?[31m3"});
  const auto read = ParseMntr(std::string("zk_version\t") + c.told + "\nzk_server_state\tleader\n");
  REQUIRE(read);
  CHECK(read->stats.version == c.version);
}

TEST_CASE("what a server says instead of an answer has its reason", "[zookeeper]") {
  const std::string quiet = "This ZooKeeper instance is not currently serving requests\n";
  CHECK(ParseSrvr(quiet).error().reason() == Reason::kRefused);
  CHECK(ParseMntr(quiet).error().reason() == Reason::kRefused);
  CHECK(ParseAdminMonitor(R"({"command": "monitor", "error": ")" + quiet.substr(0, 57) + "\"}")
            .error()
            .reason() == Reason::kRefused);
  const auto other = ParseAdminMonitor(
      R"({"version": "3.8.4", "server_state": "leader", "znode_count": 5, "error": "boom"})");
  REQUIRE_FALSE(other);
  CHECK(other.error().reason() == Reason::kBadAnswer);
  CHECK(other.error().message() == "answers monitor with an error: boom");
  const auto refused = ParseMntr("mntr is not executed because it is not in the whitelist.\n");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().reason() == Reason::kUnauthorized);
  CHECK(refused.error().message().find("4lw.commands.whitelist") != std::string::npos);
}

TEST_CASE("half an answer is none, wherever it is cut", "[zookeeper]") {
  const std::string whole = kSrvr;
  const size_t complete = whole.find("Proposal");
  for (size_t size = 0; size < complete - 1; ++size) {
    INFO(size);
    CHECK_FALSE(ParseSrvr(whole.substr(0, size)));
  }
  CHECK(ParseSrvr(whole.substr(0, complete)));
}

constexpr const char* kConfAnswer =
    "clientPort=24763\nsecureClientPort=-1\ndataDir=/zk/data/version-2\ndataDirSize=597\n"
    "dataLogDir=/zk/log/version-2\ndataLogSize=67108880\ntickTime=1000\nmaxClientCnxns=0\n"
    "minSessionTimeout=2000\nmaxSessionTimeout=20000\nclientPortListenBacklog=-1\nserverId=1\n"
    "initLimit=10\nsyncLimit=5\nelectionAlg=3\nelectionPort=25831\nquorumPort=17328\npeerType=0\n"
    "membership: \nserver.1=127.0.0.1:17328:25831:participant\nversion=0";

TEST_CASE("conf tells limits in seconds, sizes and folders", "[zookeeper]") {
  const auto settings = ParseConf(kConfAnswer);
  REQUIRE(settings);
  CHECK(settings->id == 1);
  CHECK(settings->tick == 1);
  CHECK(settings->init_limit == 10);
  CHECK(settings->sync_limit == 5);
  CHECK(settings->session_timeout_min == 2);
  CHECK(settings->session_timeout_max == 20);
  CHECK(settings->max_connections == 0);
  CHECK(settings->data_bytes == 597);
  CHECK(settings->log_bytes == 67108880);
  CHECK(settings->data_dir == "/zk/data/version-2");
  CHECK(settings->log_dir == "/zk/log/version-2");
}

TEST_CASE("a server that stands alone has no limits of an ensemble", "[zookeeper]") {
  const auto settings = ParseConf("dataDir=/zk\ntickTime=2000\nserverId=0\n");
  REQUIRE(settings);
  CHECK(settings->id == 0);
  CHECK_FALSE(settings->init_limit);
  CHECK_FALSE(settings->data_bytes);
}

TEST_CASE("an AdminServer's configuration is less of the same", "[zookeeper]") {
  const auto settings = ParseAdminConfiguration(
      R"({"client_port": 24763, "data_dir": "/zk", "tick_time": 1000, "max_client_cnxns": 60,
          "min_session_timeout": -1, "server_id": 3, "command": "configuration", "error": null})");
  REQUIRE(settings);
  CHECK(settings->id == 3);
  CHECK(settings->tick == 1);
  CHECK(settings->max_connections == 60);
  CHECK(settings->data_dir == "/zk");
  CHECK_FALSE(settings->session_timeout_min);
}

TEST_CASE("isro and ruok have two answers each, and nothing else counts", "[zookeeper]") {
  CHECK(*ParseIsro("ro"));
  CHECK_FALSE(*ParseIsro("rw"));
  CHECK(ParseIsro("null").error().reason() == Reason::kRefused);
  CHECK(ParseRuok("imok"));
  for (const char* other : {"", "imo", "imok\n", "rw\n", "RO", "HTTP/1.1 400 Bad Request"}) {
    INFO(other);
    CHECK(ParseIsro(other).error().reason() == Reason::kBadAnswer);
    CHECK(ParseRuok(other).error().reason() == Reason::kBadAnswer);
  }
  CHECK(ParseRuok("ruok is not executed because it is not in the whitelist.\n").error().reason() ==
        Reason::kUnauthorized);
}

TEST_CASE("other bytes are a bad answer, told in one printable line", "[zookeeper]") {
  const std::string bytes =
      GENERATE(std::string(), std::string("HTTP/1.1 400 Bad Request\r\n\r\n"),
               std::string("\x15\x03\x03\x00\x02\x02\x50", 7), std::string(100'000, '\n'),
               std::string("Zookeeper version:\nMode:\nNode count:\n"),
               std::string("zk_version\t\nzk_server_state\t\n"), std::string("\xff\xfe\n"));
  for (const auto& error :
       {ParseSrvr(bytes).error(), ParseMntr(bytes).error(), ParseAdminMonitor(bytes).error(),
        ParseConf(bytes).error(), ParseAdminConfiguration(bytes).error(), ParseIsro(bytes).error(),
        ParseRuok(bytes).error()}) {
    CHECK(error.reason() == Reason::kBadAnswer);
    CHECK(error.message().size() < 200);
    CHECK(error.message().find('\n') == std::string::npos);
  }
}

TEST_CASE("what is no number is not told", "[zookeeper]") {
  const char* number = GENERATE("-1", "NaN", "Infinity", "1e999", "", "12x", "0x10", "- 1", "1,5");
  INFO(number);
  const auto read = ParseMntr(
      std::string("zk_version\t3.8.4\nzk_server_state\tleader\nzk_znode_count\t") + number + "\n");
  REQUIRE(read);
  CHECK_FALSE(read->stats.znodes);
}

TEST_CASE("an AdminServer's document of the wrong shape is refused", "[zookeeper]") {
  const char* body = GENERATE("", "[]", "{}", "{{{", "null", R"({"version": 3})",
                              R"({"version": "3.8.4", "server_state": ["leader"]})");
  INFO(body);
  CHECK_FALSE(ParseAdminMonitor(body));
  CHECK_FALSE(ParseAdminConfiguration(body));
}

}  // namespace
}  // namespace klaxon::zookeeper_collector
