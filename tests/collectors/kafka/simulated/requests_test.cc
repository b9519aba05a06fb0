#include <cstdio>
#include <map>

#include <catch2/catch_test_macros.hpp>

#include "agent/base/duration.h"
#include "tests/collectors/kafka/simulated/bench.h"

namespace klaxon::kafka_collector {
namespace {

using wire::ApiKey;

uint64_t Ceil(uint64_t count, uint64_t size) {
  return (count + size - 1) / size;
}

TEST_CASE("at size L a poll makes the requests of its plan and no more", "[kafka]") {
  constexpr uint64_t kGroups = 1'000;
  constexpr uint64_t kPartitions = 10'000;
  for (const int brokers : {1, 3}) {
    simulator::ClusterSpec spec = simulator::SizeL(brokers);
    spec.timings.step = Duration::zero();
    SimulatedBench bench(spec, std::chrono::seconds{10});
    bench.Poll();
    INFO(brokers << " brokers: " << bench.AllProblems());
    REQUIRE(bench.problems.empty());
    bench.cluster->ResetRequestCounts();
    bench.Poll();
    REQUIRE(bench.problems.empty());
    std::map<ApiKey, uint64_t> counts = bench.cluster->RequestCounts();
    const auto each = static_cast<uint64_t>(brokers);
    const uint64_t extra = each - 1;  // the last piece at each broker is smaller
    CHECK(counts[ApiKey::kMetadata] == 1);
    CHECK(counts[ApiKey::kDescribeQuorum] == 1);
    CHECK(counts[ApiKey::kListGroups] == each);
    CHECK(counts[ApiKey::kDescribeGroups] <= Ceil(kGroups, 250) + extra);
    CHECK(counts[ApiKey::kOffsetFetch] <= Ceil(kGroups, 250) + extra);
    CHECK(counts[ApiKey::kListOffsets] <= Ceil(kPartitions, 10'000) + extra);
    uint64_t sum = 0;
    for (const auto& [api, count] : counts) {
      sum += count;
    }
    CHECK(sum <= 3 + each + 2 * (4 + extra) + extra);  // nothing besides
    CHECK(bench.facts->groups.size() == kGroups);
    size_t commits = 0;
    for (const GroupFacts& group : bench.facts->groups) {
      for (const GroupTopicFacts& topic : group.topics) {
        commits += topic.commits.size();
      }
    }
    CHECK(commits == 100'000);
    std::printf("size L, %d brokers: %llu requests, %.0f ms a poll, simulator included\n", brokers,
                static_cast<unsigned long long>(sum), 1e3 * Seconds(bench.took));
  }
}

}  // namespace
}  // namespace klaxon::kafka_collector
