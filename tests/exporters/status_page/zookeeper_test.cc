#include <catch2/catch_test_macros.hpp>

#include "exporters/status_page/page.h"
#include "exporters/status_page/zookeeper_section.h"
#include "tests/exporters/status_page/estate.h"

namespace klaxon::status_page {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace)

ZookeeperServerFacts Server(EntityTable& names, const std::string& name, const std::string& mode) {
  ZookeeperServerFacts server{.entity = names.Intern(name)};
  server.state = ZookeeperState::kServing;
  server.polled = server.told = server.monitored = AnswerAt(100);
  server.stats.mode = mode;
  server.stats.version = "3.8.4";
  server.stats.znodes = 12345;
  server.stats.latency_avg = 0.0025;
  return server;
}

ZookeeperFacts Healthy(EntityTable& names) {
  ZookeeperFacts facts;
  facts.servers = {Server(names, "zk-1:2181", "follower"), Server(names, "zk-2:2181", "leader"),
                   Server(names, "zk-3:2181", "follower")};
  facts.answers = {facts.servers[0].polled};
  return facts;
}

std::vector<Trouble> TroublesOf(ZookeeperFacts facts, int second = 110) {
  return TroublesIn(ViewOf({SectionOf("zookeeper", std::move(facts))}), At(second));
}

std::string PageOf(ZookeeperFacts facts) {
  const View view = ViewOf({SectionOf("zookeeper", std::move(facts))});
  return RenderPage(view, At(110), {.version = "1", .refresh = false, .sources = 1});
}

TEST_CASE("a healthy ensemble is shown without trouble", "[status_page]") {
  EntityTable names;
  CHECK(TroublesOf(Healthy(names)).empty());
  const std::string page = PageOf(Healthy(names));
  CHECK(page.find("ZooKeeper, led by zk-2:2181") != std::string::npos);
  CHECK(page.find("zk-2:2181") != std::string::npos);
  CHECK(page.find("2.5 ms") != std::string::npos);
  CHECK(page.find("all well") != std::string::npos);
}

TEST_CASE("a server lost is at risk, and says when it is the last but one", "[status_page]") {
  EntityTable names;
  ZookeeperFacts facts = Healthy(names);
  facts.servers[2].state = ZookeeperState::kNotServing;
  facts.servers[2].why = "zk-3:2181: says <that> it is not currently serving";
  const std::vector<Trouble> troubles = TroublesOf(facts);
  REQUIRE(troubles.size() == 2);
  CHECK(troubles[0].severity == Severity::kAtRisk);
  CHECK(troubles[0].what == "2 of 3 ZooKeeper servers in sync");
  CHECK(troubles[0].why == "one more lost, and ZooKeeper stops");
  CHECK(troubles[1].what == "ZooKeeper server zk-3:2181 does not serve");
  const std::string page = PageOf(facts);
  CHECK(page.find("<that>") == std::string::npos);
  // Trouble first.
  CHECK(page.find("<code>zk-3:2181</code>") < page.find("<code>zk-1:2181</code>"));
}

TEST_CASE("an ensemble that serves nobody is broken, one that disagrees too", "[status_page]") {
  EntityTable names;
  ZookeeperFacts facts = Healthy(names);
  facts.servers[0].stats.mode = "leader";
  const View once = ViewOf({SectionOf("zookeeper", facts)});
  CHECK(TroublesIn(once, At(110)).empty());
  const View twice = analysis::Advance(once, {SectionOf("zookeeper", facts)}, At(100));
  REQUIRE_FALSE(TroublesIn(twice, At(110)).empty());
  CHECK(TroublesIn(twice, At(110))[0].what == "the servers of ZooKeeper disagree");
  CHECK(TroublesIn(twice, At(110))[0].why.find("zk-1:2181 and zk-2:2181 both lead") == 0);
  for (ZookeeperServerFacts& server : facts.servers) {
    server.state = ZookeeperState::kNotServing;
  }
  const std::vector<Trouble> troubles = TroublesOf(facts);
  REQUIRE(troubles.size() == 1);
  CHECK(troubles[0].severity == Severity::kBroken);
  CHECK(troubles[0].what == "ZooKeeper does not serve");
}

TEST_CASE("what Kafka keeps there is told, and how far it has migrated", "[status_page]") {
  EntityTable names;
  ZookeeperFacts facts = Healthy(names);
  facts.kafka_read = AnswerAt(100);
  CHECK(PageOf(facts).find("No Kafka keeps its nodes here") != std::string::npos);
  facts.kafka = {.cluster_id = "<id>", .controller = 1, .brokers = {1, 2}};
  CHECK(PageOf(facts).find("<code>&lt;id&gt;</code>, 2 brokers registered, controller 1") !=
        std::string::npos);
  facts.kafka.controller = 3000;
  facts.kafka.kraft = true;
  facts.kafka.migration_written = WallTime{std::chrono::seconds{60}};
  const std::string page = PageOf(facts);
  CHECK(page.find("controller 3000 leads and writes to ZooKeeper too; 2 brokers registered") !=
        std::string::npos);
  CHECK(page.find("1970-01-01T00:01:00Z") != std::string::npos);
  facts.kafka.brokers.clear();
  CHECK(PageOf(facts).find("no broker is registered in ZooKeeper any more") != std::string::npos);
}

TEST_CASE("Kafka and what belongs to it lead to each other", "[status_page]") {
  EntityTable names;
  ZookeeperFacts facts = Healthy(names);
  facts.kafka = {.cluster_id = "cluster-id-1", .controller = 1, .brokers = {1, 2}};
  facts.kafka_read = AnswerAt(100);
  const View view =
      ViewOf({SectionOf("kafka", HealthyKafka(names)), SectionOf("connect", HealthyConnect(names)),
              SectionOf("zookeeper", facts)});
  const std::string page = RenderPage(view, At(110), {.version = "1", .refresh = false});
  for (const char* piece :
       {"<section id=\"kafka-main-\">", "<section id=\"zookeeper-main-\">",
        "<a href=\"#connect-main-etl\">Connect etl</a>",
        "<a href=\"#zookeeper-main-\">ZooKeeper</a>",
        "Kafka <a href=\"#kafka-main-\">main</a> <span class=\"quiet\">by configuration</span>",
        "Kafka <a href=\"#kafka-main-\">main</a></p>"}) {
    INFO(piece);
    CHECK(page.find(piece) != std::string::npos);
  }
  facts.kafka.cluster_id = "<other>";
  const View strange =
      ViewOf({SectionOf("kafka", HealthyKafka(names)), SectionOf("zookeeper", facts)});
  CHECK(RenderPage(strange, At(110), {.version = "1", .refresh = false})
            .find("Kafka <code>&lt;other&gt;</code>, which is not watched") != std::string::npos);
}

TEST_CASE("a silent leader is unknown, not lost", "[status_page]") {
  EntityTable names;
  ZookeeperFacts facts = Healthy(names);
  facts.servers[1].state = ZookeeperState::kUnreachable;
  const std::vector<Trouble> troubles = TroublesOf(facts);
  REQUIRE(troubles.size() == 1);
  CHECK(troubles[0].severity == Severity::kUnknown);
}

TEST_CASE("servers for readers only and servers with other limits are at risk", "[status_page]") {
  EntityTable names;
  ZookeeperFacts facts = Healthy(names);
  for (ZookeeperServerFacts& server : facts.servers) {
    server.configured = server.told;
    server.settings = {.id = 1, .tick = 2, .data_bytes = 67'108'880, .data_dir = "/zk/<data>"};
  }
  CHECK(PageOf(facts).find("id 1, 67.1 MB in /zk/&lt;data&gt;") != std::string::npos);
  facts.servers[1].settings.tick = 3;
  facts.servers[2].read_only = true;
  const std::vector<Trouble> troubles = TroublesOf(facts);
  REQUIRE(troubles.size() == 2);
  CHECK(troubles[0].what == "ZooKeeper server zk-3:2181 serves readers only");
  CHECK(troubles[1].why == "tickTime is 2000 ms at zk-1:2181 and 3000 ms at zk-2:2181");
  CHECK(PageOf(facts).find("serving readers only</span>") != std::string::npos);
}

TEST_CASE("servers that all serve readers only are told in one way", "[status_page]") {
  EntityTable names;
  ZookeeperFacts facts = Healthy(names);
  for (ZookeeperServerFacts& server : facts.servers) {
    server.stats.mode = "read-only";
    server.read_only = true;
  }
  const std::vector<Trouble> troubles = TroublesOf(facts);
  REQUIRE_FALSE(troubles.empty());
  CHECK(troubles[0].what == "ZooKeeper serves readers only");
  CHECK(troubles[0].why.starts_with("3 servers answer, none serves writers"));
  const std::string page = PageOf(facts);
  CHECK(page.find("ZooKeeper, serving readers only") != std::string::npos);
  CHECK(page.find("does not serve") == std::string::npos);
  CHECK(page.find(">serving</span>") == std::string::npos);
}

TEST_CASE("a word that is not permitted is a hint, not a trouble", "[status_page]") {
  EntityTable names;
  ZookeeperFacts facts = Healthy(names);
  facts.servers[0].monitored = nullptr;
  facts.servers[0].refused = {"mntr"};
  CHECK(TroublesOf(facts).empty());
  CHECK(PageOf(facts).find("4lw.commands.whitelist") != std::string::npos);
}

}  // namespace
}  // namespace klaxon::status_page
