#include <array>
#include <map>
#include <set>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include "agent/metrics/writer.h"
#include "tests/metrics/estate.h"
#include "tests/metrics/recording_writer.h"

namespace klaxon::metrics {
namespace {

using std::chrono::seconds;

AnswerRef Aged(Duration age) {
  return std::make_shared<const Answer>(
      Answer{.source = "srvr",
             .taken_at = {.wall = {}, .mono = testing::EstateNow().mono - age},
             .good_for = seconds{30},
             .error = {}});
}

ZookeeperServerFacts Server(EntityTable& names, const std::string& name, const std::string& mode) {
  ZookeeperServerFacts server{.entity = names.Intern(name)};
  server.state = ZookeeperState::kServing;
  server.polled = server.told = server.monitored = server.configured = Aged(seconds{1});
  server.alive = true;
  server.read_only = false;
  server.settings = {.id = 1,
                     .tick = 2,
                     .init_limit = 20,
                     .sync_limit = 10,
                     .session_timeout_min = 4,
                     .session_timeout_max = 40,
                     .max_connections = 60,
                     .data_bytes = 1000,
                     .log_bytes = 2000,
                     .data_dir = "/data",
                     .log_dir = "/log"};
  server.stats = {.mode = mode,
                  .version = "3.8.4",
                  .zxid = 0x700000002aU,
                  .latency_min = 0,
                  .latency_avg = 0.5,
                  .latency_max = 2,
                  .packets_received = 10,
                  .packets_sent = 11,
                  .connections = 3,
                  .outstanding = 4,
                  .znodes = 5};
  server.monitor = {.watches = 1,
                    .ephemerals = 2,
                    .sessions = 3,
                    .data_bytes = 4,
                    .open_files = 5,
                    .max_files = 6,
                    .uptime = 7.5,
                    .voters = 3,
                    .elections = 2,
                    .election_sum = 0.25,
                    .election_count = 1,
                    .fsync_sum = 1.5,
                    .fsync_count = 9,
                    .fsync_max = 0.75,
                    .learners = 2,
                    .synced_followers = 2,
                    .synced_observers = 0,
                    .pending_syncs = 0};
  return server;
}

/// Of an ensemble that was led before, by zk-1, after one election.
View ViewOf(ZookeeperFacts facts) {
  auto derived = std::make_shared<ZookeeperDerived>();
  derived->leader = "zk-1:2181";
  derived->elections = 1;
  derived->leaderless_at = {.wall = {}, .mono = testing::EstateNow().mono - seconds{7}};
  Section section{.cluster = "main", .collector = "zookeeper"};
  section.facts = std::make_shared<const ZookeeperFacts>(std::move(facts));
  return {.version = 1,
          .now = testing::EstateNow(),
          .parts = {{.section = std::make_shared<const Section>(section), .derived = derived}}};
}

ZookeeperFacts Three(EntityTable& names) {
  ZookeeperFacts facts;
  facts.servers = {Server(names, "zk-1:2181", "leader"), Server(names, "zk-2:2181", "follower"),
                   Server(names, "zk-3:2181", "follower")};
  facts.kafka = {.cluster_id = "id-1",
                 .controller = 3000,
                 .kraft = true,
                 .brokers = {1, 2},
                 .migration_written = WallTime{seconds{1000}},
                 .migration_offset = 5};
  facts.kafka_read = Aged(seconds{1});
  return facts;
}

struct Shown {
  std::map<std::string, double> samples{};
  std::set<std::string> families{};
};

Shown Emitted(const View& view) {
  testing::RecordingWriter out;
  Emit(ZookeeperTable(), view, out);
  CHECK(out.twice().empty());
  CHECK(out.misfits().empty());
  return {out.samples(), out.families()};
}

std::set<std::string> UnknownIn(const View& view) {
  const std::array<Table, 1> tables{ZookeeperTable()};
  std::set<std::string> texts;
  for (const UnknownScope& scope : UnknownScopes(tables, view)) {
    std::string text(scope.metric);
    for (const auto& [label, value] : scope.labels) {
      text += " " + std::string(label) + "=" + value;
    }
    texts.insert(text);
  }
  return texts;
}

TEST_CASE("a leader that tells all has every metric", "[metrics]") {
  EntityTable names;
  const View view = ViewOf(Three(names));
  const Shown out = Emitted(view);
  for (const Metric& metric : ZookeeperTable()) {
    INFO(metric.info.name);
    CHECK(out.families.contains(std::string(metric.info.name)));
  }
  CHECK(UnknownIn(view).empty());
  const auto value = [&](const std::string& series) { return out.samples.at(series); };
  CHECK(value("zookeeper_ensemble_state{cluster=main,state=led}") == 1);
  CHECK(value("zookeeper_ensemble_state{cluster=main,state=disagreeing}") == 0);
  CHECK(value("zookeeper_ensemble_leaders{cluster=main}") == 1);
  CHECK(value("zookeeper_kafka_brokers{cluster=main}") == 2);
  CHECK(value("zookeeper_kafka_migration_state{cluster=main,state=dual_write}") == 1);
  CHECK(value("zookeeper_kafka_migration_written_timestamp_seconds{cluster=main}") == 1000);
  CHECK(value("zookeeper_ensemble_elections_total{cluster=main}") == 1);
  CHECK(value("zookeeper_ensemble_leaderless_seconds{cluster=main}") == 0);
  CHECK(value("zookeeper_server_state{cluster=main,server=zk-2:2181,state=serving}") == 1);
  CHECK(value("zookeeper_server_mode{cluster=main,server=zk-2:2181,mode=follower}") == 1);
  CHECK(value("zookeeper_server_mode{cluster=main,server=zk-2:2181,mode=leader}") == 0);
  CHECK(value("zookeeper_zxid_epoch{cluster=main,server=zk-1:2181}") == 0x70);
  CHECK(value("zookeeper_zxid_transaction{cluster=main,server=zk-1:2181}") == 42);
  CHECK(value("zookeeper_latency_avg_seconds{cluster=main,server=zk-1:2181}") == 0.5);
  CHECK(value("zookeeper_fsync_seconds_total{cluster=main,server=zk-1:2181}") == 1.5);
}

TEST_CASE("of a server that does not serve only its state is left", "[metrics]") {
  EntityTable names;
  for (const ZookeeperState state : {ZookeeperState::kNotServing, ZookeeperState::kUnreachable}) {
    ZookeeperFacts facts = Three(names);
    facts.servers[0].state = state;
    const View view = ViewOf(facts);
    const Shown out = Emitted(view);
    size_t left = 0;
    for (const auto& [series, value] : out.samples) {
      left += series.find("server=zk-1:2181") != std::string::npos ? 1U : 0U;
    }
    CHECK(left == 5);  // its states, whether it lives, whether it serves readers only
    CHECK(out.samples.at("zookeeper_server_state{cluster=main,server=zk-1:2181,state=" +
                         std::string(Name(state)) + "}") == 1);
    CHECK(out.samples.at("zookeeper_znodes{cluster=main,server=zk-2:2181}") == 5);
    CHECK(UnknownIn(view).contains("zookeeper_znodes cluster=main server=zk-1:2181"));
  }
}

TEST_CASE("no leader is told as none only if every server was heard", "[metrics]") {
  EntityTable names;
  ZookeeperFacts facts = Three(names);
  facts.servers[0].state = ZookeeperState::kUnreachable;
  CHECK(UnknownIn(ViewOf(facts)).contains("zookeeper_ensemble_leaders cluster=main"));
  facts.servers[0].state = ZookeeperState::kNotServing;
  CHECK(Emitted(ViewOf(facts)).samples.at("zookeeper_ensemble_leaders{cluster=main}") == 0);
}

TEST_CASE("how long nobody leads is known only if servers say that none serves", "[metrics]") {
  EntityTable names;
  ZookeeperFacts facts = Three(names);
  for (ZookeeperServerFacts& server : facts.servers) {
    server.state = ZookeeperState::kNotServing;
  }
  CHECK(Emitted(ViewOf(facts)).samples.at("zookeeper_ensemble_leaderless_seconds{cluster=main}") ==
        7);
  for (ZookeeperServerFacts& server : facts.servers) {
    server.state = ZookeeperState::kUnreachable;
  }
  CHECK(UnknownIn(ViewOf(facts)).contains("zookeeper_ensemble_leaderless_seconds cluster=main"));
}

TEST_CASE("words that are refused leave unknown what they would tell", "[metrics]") {
  EntityTable names;
  ZookeeperFacts facts = Three(names);
  facts.servers[0].monitored = nullptr;
  const View view = ViewOf(facts);
  CHECK(Emitted(view).samples.contains("zookeeper_znodes{cluster=main,server=zk-1:2181}"));
  CHECK_FALSE(Emitted(view).samples.contains("zookeeper_watches{cluster=main,server=zk-1:2181}"));
  CHECK(UnknownIn(view).contains("zookeeper_watches cluster=main server=zk-1:2181"));
}

TEST_CASE("an ensemble that was not heard for too long is unknown", "[metrics]") {
  EntityTable names;
  ZookeeperFacts facts = Three(names);
  for (ZookeeperServerFacts& server : facts.servers) {
    server.polled = server.told = server.monitored = server.configured = Aged(seconds{40});
  }
  facts.kafka_read = Aged(seconds{40});
  const Shown out = Emitted(ViewOf(facts));
  CHECK(out.families == std::set<std::string>{"zookeeper_ensemble_servers"});
}

}  // namespace
}  // namespace klaxon::metrics
