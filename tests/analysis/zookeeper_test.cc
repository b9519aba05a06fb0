#include "agent/analysis/zookeeper.h"

#include <map>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "agent/analysis/advance.h"
#include "tests/support/instants.h"

namespace klaxon::analysis {
namespace {

using testing::AnswerAt;
using testing::At;

constexpr unsigned kEpochBits = 32;

/// Polls of zk-1, zk-2, ... every ten seconds, each server by one word: "leader@5" (mode and
/// epoch), "-" for not serving, "?" for silent, "??" for something else.
class Ensemble {
 public:
  void Poll(const std::vector<std::string>& words) {
    second_ += 10;
    auto facts = std::make_shared<ZookeeperFacts>();
    for (size_t i = 0; i < words.size(); ++i) {
      facts->servers.push_back(Server(i, words[i]));
      facts->answers.push_back(facts->servers.back().polled);
    }
    servers_ = facts->servers;
    view = Advance(view,
                   {std::make_shared<const Section>(Section{
                       .cluster = "main", .collector = "zookeeper", .facts = std::move(facts)})},
                   At(second_));
  }

  /// A server counts one more election, of so many seconds.
  void CountElection(size_t server, double took) {
    counted_[server].first += 1;
    counted_[server].second += took;
  }

  std::vector<std::string> Events() const {
    std::vector<std::string> words;
    for (const Event& event : *view.events) {
      words.push_back(std::string(Name(event.kind)) + " " + event.subject + ": " + event.detail);
    }
    return words;
  }

  ZookeeperPart Part() const { return ZookeeperParts(view).at(0); }

  std::string_view State() const {
    return Name(EnsembleOf(Part().facts, Part().derived, view.now).state);
  }

  View view{};

 private:
  ZookeeperServerFacts Server(size_t index, const std::string& word) {
    ZookeeperServerFacts server =
        index < servers_.size()
            ? servers_[index]
            : ZookeeperServerFacts{.entity = names_.Intern("zk-" + std::to_string(index + 1))};
    server.polled = AnswerAt(second_);
    const size_t at = word.find('@');
    server.state = word == "-"    ? ZookeeperState::kNotServing
                   : word == "?"  ? ZookeeperState::kUnreachable
                   : word == "??" ? ZookeeperState::kUnknown
                                  : ZookeeperState::kServing;
    if (server.state != ZookeeperState::kServing) {
      return server;
    }
    server.told = server.monitored = server.polled;
    server.stats.mode = word.substr(0, at);
    server.stats.zxid = at == std::string::npos
                            ? std::nullopt
                            : std::optional(std::stoull(word.substr(at + 1)) << kEpochBits);
    server.monitor.election_count = counted_[index].first;
    server.monitor.election_sum = counted_[index].second;
    return server;
  }

  EntityTable names_{};
  std::vector<ZookeeperServerFacts> servers_{};
  std::map<size_t, std::pair<double, double>> counted_{};
  int second_ = 0;
};

TEST_CASE("elections are told as far as polls see them", "[analysis][zookeeper]") {
  struct Case {
    const char* what;
    std::vector<std::vector<std::string>> polls;
    std::vector<std::string> events;
    uint64_t elections;
  };

  const std::vector<std::string> rest{"leader@5", "follower@5", "follower@4"};
  const std::vector<Case> cases{
      {"the first sight is no event", {rest, rest}, {}, 0},
      {"a leader lost, and another within a poll",
       {rest, {"?", "leader@6", "follower@5"}, {"follower@5", "leader@6", "follower@6"}},
       {"zookeeper_server_changed zk-1: serving -> unreachable",
        "zookeeper_leader_elected zk-2: in place of zk-1, in epoch 6",
        "zookeeper_server_changed zk-1: unreachable -> serving",
        "zookeeper_server_changed zk-1: leader -> follower"},
       1},
      {"an election that two polls saw",
       {rest, {"?", "-", "-"}, {"?", "-", "-"}, {"?", "leader@6", "follower@5"}},
       {"zookeeper_server_changed zk-1: serving -> unreachable",
        "zookeeper_server_changed zk-2: serving -> not_serving",
        "zookeeper_server_changed zk-3: serving -> not_serving",
        "zookeeper_election_began zk-1: zk-1 led before",
        "zookeeper_server_changed zk-2: not_serving -> serving",
        "zookeeper_server_changed zk-3: not_serving -> serving",
        "zookeeper_leader_elected zk-2: in place of zk-1, in epoch 6; nobody led for 10 to 30 s"},
       1},
      {"the same leader again, by its epoch alone",
       {rest, {"leader@8", "follower@8", "follower@8"}},
       {"zookeeper_leader_elected zk-1: again, in epoch 8 after 3 elections"},
       3},
      {"nobody led when Klaxon began",
       {{"-", "-"}, {"leader@2", "follower@2"}},
       {"zookeeper_server_changed zk-1: not_serving -> serving",
        "zookeeper_server_changed zk-2: not_serving -> serving",
        "zookeeper_leader_elected zk-1: now, in epoch 2; nobody led for 10 s at least"},
       1},
      {"a leader that is silent for a while was not elected again",
       {rest, {"?", "follower@5", "follower@5"}, rest},
       {"zookeeper_server_changed zk-1: serving -> unreachable",
        "zookeeper_server_changed zk-1: unreachable -> serving"},
       0},
      {"without a zxid leaders are compared by name",
       {{"leader", "follower"}, {"follower", "leader"}},
       {"zookeeper_server_changed zk-1: leader -> follower",
        "zookeeper_leader_elected zk-2: in place of zk-1"},
       1},
      {"what answers something else for a while has not changed",
       {rest, {"leader@5", "??", "follower@5"}, rest},
       {},
       0},
  };
  for (const Case& c : cases) {
    INFO(c.what);
    Ensemble ensemble;
    for (const std::vector<std::string>& poll : c.polls) {
      ensemble.Poll(poll);
    }
    CHECK(ensemble.Events() == c.events);
    CHECK(ensemble.Part().derived.elections == c.elections);
  }
}

TEST_CASE("an election's own time is told when the leader counted exactly one",
          "[analysis][zookeeper]") {
  Ensemble ensemble;
  ensemble.Poll({"leader@1", "follower@1"});
  ensemble.CountElection(1, 0.25);
  ensemble.Poll({"follower@1", "leader@2"});
  CHECK(ensemble.Events().back() ==
        "zookeeper_leader_elected zk-2: in place of zk-1, in epoch 2; its own election took 0.25 "
        "s");
  ensemble.CountElection(0, 0.5);
  ensemble.CountElection(0, 0.75);
  ensemble.Poll({"leader@4", "follower@2"});
  CHECK(ensemble.Events().back() ==
        "zookeeper_leader_elected zk-1: in place of zk-2, in epoch 4 after 2 elections");
}

TEST_CASE("servers disagree when two polls in a row say so", "[analysis][zookeeper]") {
  struct Case {
    const char* what;
    std::vector<std::string> odd;
    const char* words;
  };

  const std::vector<std::string> rest{"leader@5", "follower@5", "follower@4"};
  const std::vector<Case> cases{
      {"two lead", {"leader@5", "leader@6", "follower@5"}, "zk-1 and zk-2 both lead"},
      {"one stands alone", {"leader@5", "standalone", "follower@5"}, "zk-2 stands alone"},
      {"a follower is ahead",
       {"leader@5", "follower@5", "follower@7"},
       "zk-3 is of epoch 7, ahead of zk-1, which leads in epoch 5"},
  };
  for (const Case& c : cases) {
    INFO(c.what);
    Ensemble ensemble;
    ensemble.Poll(rest);
    for (const int round : {1, 2}) {
      INFO(round);
      ensemble.Poll(c.odd);  // an election fell between two answers
      CHECK(ensemble.State() == "led");
      CHECK(ensemble.Part().derived.disagreement.find(c.words) != std::string::npos);
      ensemble.Poll(rest);
      CHECK(ensemble.State() == "led");
      CHECK(ensemble.Part().derived.disagreement.empty());
    }
    ensemble.Poll(c.odd);
    ensemble.Poll(c.odd);
    CHECK(ensemble.State() == "disagreeing");
    ensemble.Poll(c.odd);
    CHECK(ensemble.State() == "disagreeing");
    ensemble.Poll(rest);
    CHECK(ensemble.State() == "led");
  }
}

TEST_CASE("a follower may be behind for as long as nothing is written", "[analysis][zookeeper]") {
  Ensemble ensemble;
  for (int poll = 0; poll < 5; ++poll) {
    ensemble.Poll({"leader@5", "follower@0", "follower@4"});
    CHECK(ensemble.State() == "led");
  }
  CHECK(ensemble.Events().empty());
}

TEST_CASE("at the first poll a disagreement leaves the ensemble unknown", "[analysis][zookeeper]") {
  Ensemble ensemble;
  ensemble.Poll({"leader@5", "leader@5"});
  CHECK(ensemble.State() == "unknown");
  ensemble.Poll({"leader@5", "leader@5"});
  CHECK(ensemble.State() == "disagreeing");
}

}  // namespace
}  // namespace klaxon::analysis
