#include <unistd.h>

#include <cstdio>
#include <fstream>

#include <catch2/catch_test_macros.hpp>

#include "agent/kafka/wire/messages/describe_groups.h"
#include "agent/kafka/wire/messages/list_groups.h"
#include "agent/kafka/wire/messages/list_offsets.h"
#include "agent/kafka/wire/messages/metadata.h"
#include "agent/kafka/wire/messages/offset_fetch.h"
#include "tests/simulator/small_cluster.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define KLAXON_SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define KLAXON_SANITIZED
#endif
#endif

namespace klaxon::simulator {
namespace {

using namespace kafka::wire;  // NOLINT(google-build-using-namespace)

size_t ResidentMegabytes() {
  std::ifstream statm("/proc/self/statm");
  size_t pages = 0;
  statm >> pages >> pages;
  return pages * static_cast<size_t>(::sysconf(_SC_PAGESIZE)) / (size_t{1024} * 1024);
}

constexpr size_t kGroupsARequest = 250;

size_t FetchAll(const BlockingClient& client,
                const std::vector<ListGroupsResponse::Group>& groups) {
  size_t commits = 0;
  for (size_t from = 0; from < groups.size(); from += kGroupsARequest) {
    OffsetFetchRequest request;
    request.groups.clear();
    DescribeGroupsRequest describe;
    for (size_t i = from; i < std::min(groups.size(), from + kGroupsARequest); ++i) {
      request.groups.push_back({.id = groups[i].id});
      describe.groups.push_back(groups[i].id);
    }
    REQUIRE(MustAsk(client, describe).groups.size() == request.groups.size());
    for (const auto& group : MustAsk(client, request).groups) {
      for (const auto& topic : group.topics) {
        commits += topic.partitions.size();
      }
    }
  }
  return commits;
}

TEST_CASE("a hundred thousand group-partitions are polled whole in less than 150 MB",
          "[simulator]") {
  SystemClock clock;
  const auto cluster = Cluster::Start(SizeL(), clock);
  REQUIRE(cluster);
  const size_t idle = ResidentMegabytes();
  const BlockingClient client((*cluster)->bootstrap().front());
  {
    const MetadataResponse metadata = MustAsk(client, MetadataRequest{});
    REQUIRE(metadata.topics.size() == 1'000);
    const auto groups = MustAsk(client, ListGroupsRequest{}).groups;
    REQUIRE(groups.size() == 1'000);
    CHECK(FetchAll(client, groups) == 100'000);
    ListOffsetsRequest ends;
    for (const auto& topic : metadata.topics) {
      auto& asked = ends.topics.emplace_back();
      asked.name = *topic.name;
      for (const auto& partition : topic.partitions) {
        asked.partitions.push_back({.index = partition.index});
      }
    }
    size_t found = 0;
    for (const auto& topic : MustAsk(client, ends).topics) {
      for (const auto& partition : topic.partitions) {
        found += partition.error_code == ErrorCode::kNone && partition.offset > 0 ? 1 : 0;
      }
    }
    CHECK(found == 10'000);
  }
  const size_t polled = ResidentMegabytes();
  std::printf("size L: %zu MB idle, %zu MB after a poll, the test's client included\n", idle,
              polled);
#ifndef KLAXON_SANITIZED
  CHECK(polled < 150);
#endif
}

}  // namespace
}  // namespace klaxon::simulator
