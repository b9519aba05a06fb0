#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "agent/model/zookeeper_ensemble.h"

namespace klaxon {
namespace {

using std::chrono::seconds;

constexpr Instant kNow{.wall = {}, .mono = MonoTime{seconds{100}}};

/// Servers by one word each: a mode, "-" for not serving, "?" for silent, "stale" for a leader of
/// long ago.
ZookeeperFacts Facts(const std::vector<std::string>& words) {
  ZookeeperFacts facts;
  for (const std::string& word : words) {
    const int age = word == "stale" ? 60 : 1;
    ZookeeperServerFacts server;
    server.polled = std::make_shared<const Answer>(
        Answer{.source = "srvr",
               .taken_at = {.wall = {}, .mono = kNow.mono - seconds{age}},
               .good_for = seconds{30},
               .error = {}});
    server.told = server.polled;
    server.state = word == "-"   ? ZookeeperState::kNotServing
                   : word == "?" ? ZookeeperState::kUnreachable
                                 : ZookeeperState::kServing;
    server.stats.mode = word == "stale" ? "leader" : word;
    facts.servers.push_back(server);
  }
  return facts;
}

TEST_CASE("what servers say of themselves makes an ensemble", "[zookeeper]") {
  struct Case {
    std::vector<std::string> servers{};
    EnsembleState state = EnsembleState::kUnknown;
    size_t in_sync = 0;
  };

  const std::vector<Case> cases{
      {{"standalone"}, EnsembleState::kStandalone, 1},
      {{"leader", "follower", "follower"}, EnsembleState::kLed, 3},
      {{"leader", "follower", "?"}, EnsembleState::kLed, 2},
      {{"leader", "follower", "observer"}, EnsembleState::kLed, 2},
      {{"?", "follower", "follower"}, EnsembleState::kLeaderUnseen, 2},
      {{"follower"}, EnsembleState::kLeaderUnseen, 1},
      {{"stale", "follower", "follower"}, EnsembleState::kLeaderUnseen, 2},
      {{"-", "-", "-"}, EnsembleState::kNotServing, 0},
      {{"-", "?", "?"}, EnsembleState::kNotServing, 0},
      {{"read-only", "?", "?"}, EnsembleState::kNotServing, 0},
      {{"leader", "leader", "follower"}, EnsembleState::kDisagreeing, 3},
      {{"standalone", "leader", "follower"}, EnsembleState::kDisagreeing, 3},
      {{"standalone", "standalone"}, EnsembleState::kDisagreeing, 2},
      {{"?", "?", "?"}, EnsembleState::kUnknown, 0},
      {{"stale"}, EnsembleState::kUnknown, 0},
      {{}, EnsembleState::kUnknown, 0},
  };
  for (const Case& c : cases) {
    std::string servers;
    for (const std::string& server : c.servers) {
      servers += server + " ";
    }
    INFO(servers);
    const ZookeeperEnsemble ensemble = SeenEnsemble(Facts(c.servers), kNow);
    CHECK(Name(ensemble.state) == Name(c.state));
    CHECK(ensemble.in_sync == c.in_sync);
    CHECK(ensemble.serving + ensemble.not_serving + ensemble.silent == c.servers.size());
  }
}

TEST_CASE("the leader's own account of its followers goes first", "[zookeeper]") {
  ZookeeperFacts facts = Facts({"leader", "follower", "follower"});
  facts.servers[0].monitored = facts.servers[0].told;
  facts.servers[0].monitor.voters = 5;
  facts.servers[0].monitor.synced_followers = 1;
  const ZookeeperEnsemble ensemble = SeenEnsemble(facts, kNow);
  CHECK(ensemble.voters == 5);
  CHECK(ensemble.in_sync == 2);
  CHECK(ensemble.Quorum() == 3);
  facts.servers[0].monitor.synced_followers = 1e300;  // whatever it says
  CHECK(SeenEnsemble(facts, kNow).in_sync == 256);
}

TEST_CASE("settings that differ between servers are told in the words of zoo.cfg", "[zookeeper]") {
  EntityTable names;
  ZookeeperFacts facts = Facts({"leader", "follower", "?"});
  for (size_t i = 0; i < facts.servers.size(); ++i) {
    facts.servers[i].entity = names.Intern("zk-" + std::to_string(i + 1) + ":2181");
    facts.servers[i].configured = facts.servers[i].told;
    facts.servers[i].settings = {.tick = 2, .max_connections = 60};
  }
  CHECK(DifferingSettings(facts, kNow).empty());
  facts.servers[2].settings.tick = 3;         // it is silent: that is of before
  facts.servers[1].settings.sync_limit = 10;  // nobody else tells one
  CHECK(DifferingSettings(facts, kNow).empty());
  facts.servers[1].settings.tick = 3;
  facts.servers[1].settings.max_connections = 0;
  CHECK(DifferingSettings(facts, kNow) ==
        std::vector<std::string>{"tickTime is 2000 ms at zk-1:2181 and 3000 ms at zk-2:2181",
                                 "maxClientCnxns is 60 at zk-1:2181 and 0 at zk-2:2181"});
  facts.servers[1].configured = nullptr;
  CHECK(DifferingSettings(facts, kNow).empty());
}

}  // namespace
}  // namespace klaxon
