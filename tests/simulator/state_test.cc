#include <algorithm>
#include <set>

#include <catch2/catch_test_macros.hpp>

#include "agent/simulator/cluster_state.h"
#include "agent/simulator/flow.h"

namespace klaxon::simulator {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int64_t kRate = 600;  // records a second

const Instant kStart{.wall = WallTime(seconds{1'800'000'000}), .mono = MonoTime(seconds{1'000})};

Instant After(Duration since) {
  return {.wall = kStart.wall + std::chrono::duration_cast<WallTime::duration>(since),
          .mono = kStart.mono + since};
}

ClusterSpec Spec(int brokers = 3) {
  ClusterSpec spec{.name = "pure", .brokers = brokers};
  spec.topics = {{.name = "orders", .partitions = 6, .replication = 3, .rate = kRate},
                 {.name = "single", .partitions = 3, .replication = 1, .rate = 30}};
  return spec;
}

ClusterState BuildWith(GroupSpec group) {
  ClusterSpec spec = Spec();
  group.topics = {"orders"};
  spec.groups = {std::move(group)};
  return Build(spec, kStart);
}

/// Time passes in glances of half a second, as it does under a client that asks.
void Watch(ClusterState& state, Duration until) {
  for (Duration at = milliseconds{500}; at <= until; at += milliseconds{500}) {
    Advance(state, After(at));
  }
}

int64_t Lag(const ClusterState& state, std::string_view group) {
  int64_t lag = 0;
  for (const GroupPartition& at : FindGroup(state, group)->partitions) {
    lag +=
        state.topics[at.topic].partitions[static_cast<size_t>(at.partition)].End() - at.committed;
  }
  return lag;
}

int64_t Written(const ClusterState& state, std::string_view topic) {
  int64_t written = 0;
  for (const Partition& partition : FindTopic(state, topic)->partitions) {
    written += partition.End();
  }
  return written;
}

size_t Led(const ClusterState& state, int32_t broker) {
  size_t led = 0;
  for (const Topic& topic : state.topics) {
    led += static_cast<size_t>(
        std::count_if(topic.partitions.begin(), topic.partitions.end(),
                      [&](const Partition& partition) { return partition.leader == broker; }));
  }
  return led;
}

size_t NotInSync(const ClusterState& state) {
  size_t count = 0;
  for (const Topic& topic : state.topics) {
    for (const Partition& partition : topic.partitions) {
      count += partition.replicas.size() - partition.in_sync.size();
    }
  }
  return count;
}

TEST_CASE("a cluster is built with a history, and the same from the same seed", "[simulator]") {
  const ClusterState one = Build(Spec(), kStart);
  const ClusterState two = Build(Spec(), kStart);
  for (const char* name : {"orders", "single"}) {
    for (const Partition& partition : FindTopic(one, name)->partitions) {
      CHECK(partition.End() > 0);
      CHECK(partition.start > 0);
      CHECK(partition.start < partition.End());
    }
    CHECK(Written(one, name) == Written(two, name));
    CHECK(FindTopic(one, name)->id == FindTopic(two, name)->id);
  }
  ClusterSpec other = Spec();
  other.seed = 2;
  CHECK(FindTopic(Build(other, kStart), "orders")->id != FindTopic(one, "orders")->id);
}

TEST_CASE("producers write about their rate, however often one looks", "[simulator]") {
  ClusterState often = Build(Spec(), kStart);
  ClusterState once = Build(Spec(), kStart);
  const int64_t before = Written(once, "orders");
  Watch(often, seconds{900});
  Advance(once, After(seconds{900}));
  const int64_t written = Written(once, "orders") - before;
  CHECK(written > kRate * 900 * 95 / 100);
  CHECK(written < kRate * 900 * 105 / 100);
  CHECK(std::abs(Written(often, "orders") - Written(once, "orders")) < kRate * 6);  // one long step
}

TEST_CASE("groups behave as their kind says", "[simulator]") {
  struct Case {
    const char* what;
    GroupSpec group;
    int64_t least;
    int64_t most;
  };

  // 600 records a second for 120 s; a commit every 5 s.
  const std::vector<Case> cases = {
      {"keeps up: the lag of one commit interval", {.name = "g", .speed = 3}, 0, kRate * 8},
      {"catches up from far behind",
       {.name = "g", .speed = 4, .initial_lag = 10'000},
       0,
       kRate * 8},
      {"falls behind by a fifth", {.name = "g", .speed = 0.8}, kRate * 18, kRate * 40},
      {"is stuck with members", {.name = "g", .speed = 0}, kRate * 110, kRate * 130},
      {"is empty", {.name = "g", .members = 0, .initial_lag = 7}, kRate * 110, kRate * 130},
  };
  for (const Case& each : cases) {
    INFO(each.what);
    ClusterState state = BuildWith(each.group);
    Watch(state, seconds{120});
    CHECK(Lag(state, "g") >= each.least);
    CHECK(Lag(state, "g") <= each.most);
  }
}

TEST_CASE("commits never go back and never pass the end", "[simulator]") {
  ClusterState state = BuildWith({.name = "g", .speed = 2, .initial_lag = 3'000});
  std::vector<GroupPartition> before = FindGroup(state, "g")->partitions;
  int moves = 0;
  for (int i = 1; i <= 240; ++i) {
    Advance(state, After(milliseconds{250} * i));
    const std::vector<GroupPartition>& now = FindGroup(state, "g")->partitions;
    for (size_t at = 0; at < now.size(); ++at) {
      const Partition& partition =
          state.topics[now[at].topic].partitions[static_cast<size_t>(now[at].partition)];
      REQUIRE(now[at].committed >= before[at].committed);
      REQUIRE(now[at].committed <= partition.End());
      moves += now[at].committed > before[at].committed ? 1 : 0;
    }
    before = now;
  }
  CHECK(moves >= 6 * 10);  // 6 partitions, a commit every 5 s for a minute
}

TEST_CASE("a commit beyond the end stays there, a partition never committed stays so",
          "[simulator]") {
  ClusterState state =
      BuildWith({.name = "g", .members = 0, .never_committed = 2, .beyond_end = true});
  Watch(state, seconds{2});
  const Group& group = *FindGroup(state, "g");
  const Partition& first = FindTopic(state, "orders")->partitions.front();
  CHECK(group.partitions.front().committed > first.End());
  CHECK(group.partitions[4].committed == -1);
  CHECK(group.partitions[5].committed == -1);
}

TEST_CASE("a dead broker is fenced in time, its leaders move, and it comes back", "[simulator]") {
  ClusterState state = Build(Spec(), kStart);
  const size_t led = Led(state, 3);
  REQUIRE(led > 0);
  REQUIRE(NotInSync(state) == 0);
  SetAlive(state, 3, false);
  Advance(state, After(milliseconds{1'500}));
  CHECK(Led(state, 3) == led);  // nobody has noticed
  const int64_t unled = Written(state, "single");
  Advance(state, After(seconds{3}));
  CHECK(FindBroker(state, 3)->fenced);
  CHECK(Led(state, 3) == 0);
  CHECK(Led(state, -1) == 1);               // of the topic with one replica
  CHECK(NotInSync(state) == 56);            // every partition with three replicas lacks one
  CHECK(Written(state, "single") > unled);  // on the brokers that live

  SetAlive(state, 3, true);
  Advance(state, After(seconds{4}));
  CHECK_FALSE(FindBroker(state, 3)->fenced);
  CHECK(Led(state, -1) == 0);
  CHECK(NotInSync(state) == 56);  // it must catch up first
  Watch(state, seconds{30});
  CHECK(NotInSync(state) == 0);
  CHECK(Led(state, 3) == led);  // preferred leaders are back
}

TEST_CASE("the last replica in sync keeps its place and waits for its broker", "[simulator]") {
  ClusterState state = Build(Spec(), kStart);
  SetAlive(state, 3, false);
  Advance(state, After(seconds{3}));
  for (const Partition& partition : FindTopic(state, "single")->partitions) {
    CHECK(partition.in_sync == partition.replicas);
    CHECK((partition.leader == -1) == (partition.replicas.front() == 3));
  }
}

TEST_CASE("without most voters nothing about brokers and topics changes", "[simulator]") {
  ClusterState state = Build(Spec(), kStart);
  SetAlive(state, 2, false);
  SetAlive(state, 3, false);
  Watch(state, seconds{20});
  CHECK_FALSE(HasQuorum(state));
  CHECK(NotInSync(state) == 0);  // full in-sync sets of long ago
  CHECK(Led(state, 3) > 0);
  CHECK_FALSE(CreateTopic(state, {.name = "new"}));
  CHECK_FALSE(DeleteTopic(state, "orders"));
  SetAlive(state, 2, true);
  Watch(state, seconds{25});
  CHECK(HasQuorum(state));
  CHECK(FindBroker(state, 3)->fenced);
  CHECK(CreateTopic(state, {.name = "new"}));
}

TEST_CASE("the controllers elect another leader when theirs dies", "[simulator]") {
  ClusterState state = Build(Spec(), kStart);
  CHECK(state.quorum.leader == 1);
  SetAlive(state, 1, false);
  Advance(state, After(seconds{1}));
  CHECK(state.quorum.leader == 2);
  CHECK(state.quorum.epoch == 2);
}

TEST_CASE("nothing is written where there is no leader, no group moves without its coordinator",
          "[simulator]") {
  ClusterSpec spec = Spec(1);
  spec.groups = {{.name = "g", .topics = {"orders"}}};
  ClusterState state = Build(spec, kStart);
  Watch(state, seconds{10});
  SetAlive(state, 1, false);
  const int64_t written = Written(state, "orders");
  const int64_t lag = Lag(state, "g");
  Watch(state, seconds{30});
  CHECK(Written(state, "orders") == written);
  CHECK(Lag(state, "g") == lag);
}

TEST_CASE("a topic's deletion takes its commits along, a recreation leaves them", "[simulator]") {
  ClusterState state = BuildWith({.name = "g", .members = 0});
  const kafka::wire::Uuid id = FindTopic(state, "orders")->id;
  REQUIRE(RecreateTopic(state, "orders"));
  CHECK(FindTopic(state, "orders")->id != id);
  CHECK(Written(state, "orders") == 0);
  CHECK(Lag(state, "g") < 0);
  REQUIRE(DeleteTopic(state, "orders"));
  CHECK(FindTopic(state, "orders") == nullptr);
  CHECK(FindGroup(state, "g")->partitions.empty());
  CHECK_FALSE(DeleteTopic(state, "orders"));
  REQUIRE(CreateTopic(state, {.name = "orders", .rate = 100}));
  Advance(state, After(seconds{5}));
  CHECK(Written(state, "orders") > 100);
}

TEST_CASE("groups come and go without disturbing the others", "[simulator]") {
  ClusterSpec spec = Spec();
  spec.groups = {{.name = "a", .topics = {"orders"}},
                 {.name = "b", .topics = {"single"}},
                 {.name = "c", .topics = {"orders", "single"}}};
  ClusterState state = Build(spec, kStart);
  REQUIRE(DeleteGroup(state, "a"));
  CHECK_FALSE(DeleteGroup(state, "a"));
  CHECK(FindGroup(state, "a") == nullptr);
  CHECK(FindGroup(state, "b")->partitions.size() == 3);
  CHECK(FindGroup(state, "c")->partitions.size() == 9);
  CreateGroup(state, {.name = "b", .topics = {"orders"}, .partitions = 2});
  CHECK(FindGroup(state, "b")->partitions.size() == 2);
  CHECK(state.groups.size() == 2);
}

TEST_CASE("a replica that does not follow is out of sync until it follows again", "[simulator]") {
  ClusterState state = Build(Spec(), kStart);
  REQUIRE(SetReplicaStuck(state, "orders", 1, true));
  Watch(state, seconds{30});
  CHECK(NotInSync(state) == 1);
  REQUIRE(SetReplicaStuck(state, "orders", 1, false));
  CHECK(NotInSync(state) == 0);
  CHECK_FALSE(SetReplicaStuck(state, "single", 0, true));  // it has no other
  CHECK_FALSE(SetReplicaStuck(state, "orders", 99, true));
  CHECK_FALSE(SetReplicaStuck(state, "nowhere", 0, true));
}

TEST_CASE("an offset is found by the time it was written at", "[simulator]") {
  ClusterState state = Build(Spec(), kStart);
  Watch(state, seconds{60});
  const Topic& topic = *FindTopic(state, "orders");
  const Partition& partition = topic.partitions.front();
  const auto at = [&](Duration ago) {
    const auto when = (state.now.wall - std::chrono::duration_cast<WallTime::duration>(ago));
    return OffsetAt(state, topic, partition,
                    std::chrono::duration_cast<milliseconds>(when.time_since_epoch()).count());
  };
  ClusterState past = Build(Spec(), kStart);
  Advance(past, After(seconds{30}));
  const int64_t then = FindTopic(past, "orders")->partitions.front().End();
  CHECK(std::abs(at(seconds{30}) - then) <= 2);
  CHECK(at(-seconds{1}) == -1);                                // nothing is that young
  CHECK(at(std::chrono::hours{24 * 400}) == partition.start);  // older than all that is kept
  for (int age = 1; age < 3'600; age *= 2) {
    CHECK(at(seconds{age}) > at(seconds{2 * age}));
  }
}

TEST_CASE("a coordinator is chosen by Java's hash of the group's name", "[simulator]") {
  const ClusterState state = Build(Spec(), kStart);
  CHECK(CoordinatorPartition(state, "") == 0);
  CHECK(CoordinatorPartition(state, "hello") == 99162322 % 50);  // "hello".hashCode()
  // "polygenelubricants".hashCode() is -2^31, which has no positive counterpart.
  CHECK(CoordinatorPartition(state, "polygenelubricants") == 0);
}

TEST_CASE("frozen offsets stay, but brokers still die", "[simulator]") {
  ClusterSpec spec = Spec();
  spec.timings.step = Duration{};
  ClusterState state = Build(spec, kStart);
  const int64_t written = Written(state, "orders");
  SetAlive(state, 3, false);
  Watch(state, seconds{10});
  CHECK(Written(state, "orders") == written);
  CHECK(FindBroker(state, 3)->fenced);
}

}  // namespace
}  // namespace klaxon::simulator
