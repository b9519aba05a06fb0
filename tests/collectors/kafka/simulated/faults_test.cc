#include <algorithm>
#include <chrono>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "tests/collectors/kafka/simulated/bench.h"

namespace klaxon::kafka_collector {
namespace {

using simulator::Faults;
using simulator::Garble;

/// How many partitions the last poll brought ends of, and how many it did not.
struct Ends {
  size_t fresh = 0;
  size_t aged = 0;
};

Ends CountEnds(const SimulatedBench& bench) {
  Ends ends;
  for (const TopicFacts& topic : bench.facts->topics) {
    for (const PartitionFacts& partition : topic.partitions) {
      ++(bench.IsNew(partition.latest.answer) ? ends.fresh : ends.aged);
    }
  }
  return ends;
}

bool AllWell(const SimulatedBench& bench) {
  return bench.problems.empty() && CountEnds(bench).aged == 0;
}

TEST_CASE("a stopped broker costs one timeout once, and the others stay fresh", "[kafka]") {
  const int32_t stopped = GENERATE(1, 2, 3);
  // Long enough that a busy machine is not taken for a slow broker.
  SimulatedBench bench(StillCluster(3), std::chrono::seconds{2});
  bench.Poll();
  INFO(bench.AllProblems());
  REQUIRE(AllWell(bench));
  const size_t all = CountEnds(bench).fresh;
  bench.cluster->Change([](simulator::ClusterState& state) {
    state.timings.session_timeout = std::chrono::hours{1};  // nobody takes over
  });
  bench.cluster->SetFaults(stopped, {.silent = true});
  for (int poll = 0; poll < 3; ++poll) {
    bench.Poll();
    INFO("poll " << poll << " took " << bench.took.count() / 1'000'000 << " ms\n"
                 << bench.AllProblems());
    CHECK(bench.took < bench.interval);
    if (poll > 0) {
      CHECK(bench.took < bench.interval / 4);
    }
    const Ends ends = CountEnds(bench);
    CHECK(ends.aged > 0);
    CHECK(ends.aged < all);
    CHECK(bench.facts->groups.size() == 12);
    CHECK(bench.facts->proof == MetadataProof::kProven);
    CHECK_FALSE(bench.problems.empty());
    CHECK(bench.facts->brokers[static_cast<size_t>(stopped - 1)].error);
  }
  bench.cluster->ClearFaults();
  CHECK(bench.PollUntil([&] { return AllWell(bench); }));
}

TEST_CASE("a broker that answers nonsense spoils its own values only", "[kafka]") {
  const Garble garble = GENERATE(Garble::kTruncate, Garble::kStopMidway, Garble::kWrongCorrelation,
                                 Garble::kOversizedFrame, Garble::kNegativeFrame,
                                 Garble::kHugeCount, Garble::kTrailingBytes);
  const int32_t broken = GENERATE(1, 3);
  SimulatedBench bench(StillCluster(3));
  bench.Poll();
  bench.cluster->SetFaults(broken, {.garble = garble, .garble_at = 9});
  bench.Poll();
  INFO("garble " << static_cast<int>(garble) << ": " << bench.AllProblems());
  CHECK(bench.took < bench.interval);
  CHECK(bench.facts->proof == MetadataProof::kProven);
  CHECK(CountEnds(bench).fresh > 0);
  CHECK(CountEnds(bench).aged > 0);
  CHECK(bench.facts->groups.size() == 12);
  CHECK(bench.facts->brokers[static_cast<size_t>(broken - 1)].error);
  for (const Problem& problem : bench.problems) {
    CHECK(problem.error.reason() != Reason::kInternal);
    CHECK(problem.error.message().find('\n') == std::string::npos);
  }
  bench.cluster->ClearFaults();
  CHECK(bench.PollUntil([&] { return AllWell(bench); }));
}

TEST_CASE("while the quorum is lost leaders age, offsets and groups do not", "[kafka]") {
  SimulatedBench bench(StillCluster(3));
  bench.Poll();
  bench.cluster->CutQuorum(true);
  bench.Poll();
  CHECK(bench.facts->proof == MetadataProof::kDoubtful);
  const Instant proven = bench.facts->leadership->taken_at;
  const auto all_new = [&] {
    return CountEnds(bench).aged == 0 &&
           std::all_of(bench.facts->groups.begin(), bench.facts->groups.end(),
                       [&](const GroupFacts& group) { return bench.IsNew(group.committed); });
  };
  for (int time = 0; time < 3; ++time) {
    INFO(bench.AllProblems());
    CHECK(bench.PollUntil(all_new));
    CHECK(bench.took < bench.interval);
    CHECK(bench.facts->proof == MetadataProof::kDoubtful);
    CHECK(bench.facts->leadership->taken_at == proven);
    CHECK(bench.facts->leadership->error);
  }
  bench.cluster->CutQuorum(false);
  CHECK(bench.PollUntil(
      [&] { return AllWell(bench) && bench.facts->proof == MetadataProof::kProven; }));
}

TEST_CASE("a killed broker's partitions move or lose their leader, no group is lost", "[kafka]") {
  simulator::ClusterSpec spec = StillCluster(3);
  spec.topics[0].replication = 1;
  SimulatedBench bench(spec);
  bench.Poll();
  bench.cluster->StopBroker(3);
  CHECK(bench.PollUntil([&] { return bench.facts->brokers.size() == 2; }));
  bench.Poll();
  size_t leaderless = 0;
  for (const TopicFacts& topic : bench.facts->topics) {
    for (const PartitionFacts& partition : topic.partitions) {
      CHECK(partition.leader != 3);
      leaderless += static_cast<size_t>(partition.leader < 0);
    }
  }
  CHECK(leaderless == 2);
  CHECK(CountEnds(bench).aged == leaderless);
  CHECK(bench.facts->groups.size() == 12);
  bench.cluster->StartBroker(3);
  CHECK(bench.PollUntil([&] { return AllWell(bench) && bench.facts->brokers.size() == 3; }));
  CHECK(bench.facts->groups.size() == 12);
}

TEST_CASE("a broker that advertises a name nobody knows is told by that name", "[kafka]") {
  simulator::ClusterSpec spec = StillCluster(1);
  SimulatedBench bench(spec);
  bench.cluster->Advertise(1, "kafka-1.nowhere.invalid");
  const Reading reading = bench.Poll();
  INFO(bench.AllProblems());
  REQUIRE_FALSE(bench.problems.empty());
  CHECK(bench.AllProblems().find("kafka-1.nowhere.invalid") != std::string::npos);
  CHECK(bench.AllProblems().find("advertised.listeners") != std::string::npos);
  bench.cluster->Advertise(1, "127.0.0.1");
  CHECK(bench.PollUntil([&] { return bench.facts != nullptr && AllWell(bench); }));
}

TEST_CASE("a broker that is slow, but in time, is no problem", "[kafka]") {
  SimulatedBench bench(StillCluster(3), std::chrono::seconds{2});
  bench.cluster->SetFaults(2, {.delay = std::chrono::milliseconds{200}});
  bench.Poll();
  INFO(bench.AllProblems());
  CHECK(AllWell(bench));
}

TEST_CASE("groups that may not be read stay in the list", "[kafka]") {
  SimulatedBench bench(StillCluster(1));
  Faults faults;
  faults.errors[wire::ApiKey::kOffsetFetch] = wire::ErrorCode::kGroupAuthorizationFailed;
  faults.errors[wire::ApiKey::kDescribeGroups] = wire::ErrorCode::kGroupAuthorizationFailed;
  bench.cluster->SetFaults(1, faults);
  bench.Poll();
  INFO(bench.AllProblems());
  REQUIRE(bench.facts->groups.size() == 12);
  CHECK(bench.problems.size() == 12);
  for (const GroupFacts& group : bench.facts->groups) {
    CHECK(group.committed == nullptr);
    CHECK(group.described == nullptr);
  }
}

}  // namespace
}  // namespace klaxon::kafka_collector
