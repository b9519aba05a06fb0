// What a real broker (Kafka 4.3.1, one of three) answered, in every version that we speak. Our
// encoder and decoder share one description of each message; this is the independent witness.
// Recorded by kafka_capture after `kt load --topics 2 --partitions 4 --groups 3 --replication 3
// --new-protocol true`; the last two messages from another broker, with the prefix "shop".
#include <charconv>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include "tests/kafka/every_message.h"

namespace klaxon::kafka::wire {
namespace {

constexpr int kAsked = 1;  ///< the broker that was asked

std::string FromHex(const std::string& hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    uint8_t byte = 0;
    std::from_chars(&hex[i], &hex[i] + 2, byte, 16);
    bytes.push_back(static_cast<char>(byte));
  }
  return bytes;
}

/// The recorded bodies of one API by version.
std::map<int16_t, std::string> Recorded(ApiKey api) {
  std::ifstream file("tests/kafka/testdata/kafka-4.3.1.txt");
  std::map<int16_t, std::string> bodies;
  std::string line;
  while (std::getline(file, line)) {
    std::istringstream words(line);
    std::string name;
    std::string hex;
    int16_t version = 0;
    words >> name >> version >> hex;
    if (name == Name(api)) {
      bodies[version] = FromHex(hex);
    }
  }
  return bodies;
}

template <class Request>
std::string Body(const typename Request::Response& response, int16_t version) {
  return EncodeResponse<Request>(response, version, 1).substr(kFrameLengthSize + sizeof(int32_t));
}

/// Every version of the request was recorded, is read, and is written again byte by byte as it
/// came; `check` sees what was read.
template <class Request>
void CheckRecorded(const std::function<void(const typename Request::Response&, int16_t)>& check) {
  const auto recorded = Recorded(Request::kApiKey);
  for (int16_t version = Request::kVersions.min; version <= Request::kVersions.max; ++version) {
    INFO(Name(Request::kApiKey) << " " << version);
    REQUIRE(recorded.contains(version));
    const auto response = DecodeResponse<Request>(recorded.at(version), version);
    REQUIRE(response);
    check(*response, version);
    // Brokers list their features in tagged fields, which we read over.
    if (!(Request::kApiKey == ApiKey::kApiVersions && version >= 3)) {
      CHECK(Body<Request>(*response, version) == recorded.at(version));
    }
  }
}

TEST_CASE("a real broker's ApiVersions are read", "[recorded]") {
  CheckRecorded<ApiVersionsRequest>([](const ApiVersionsResponse& response, int16_t) {
    std::map<int16_t, std::pair<int, int>> ranges;
    for (const auto& api : response.apis)
      ranges[api.key] = {api.min_version, api.max_version};
    CHECK(response.error_code == ErrorCode::kNone);
    CHECK(ranges.at(3) == std::pair(0, 13));  // Metadata
    CHECK(ranges.at(9) == std::pair(1, 10));  // OffsetFetch
    CHECK(ranges.at(55) == std::pair(0, 2));  // DescribeQuorum
  });
}

TEST_CASE("a real broker's Metadata is read", "[recorded]") {
  CheckRecorded<MetadataRequest>([](const MetadataResponse& response, int16_t version) {
    REQUIRE(response.brokers.size() == 3);
    CHECK(response.brokers[1].id == 2);
    CHECK(response.brokers[1].host == "127.0.0.1");
    CHECK(response.brokers[1].port == 16413);
    CHECK(response.brokers[1].rack == "rack2");
    if (version >= 2) CHECK(response.cluster_id == "MkU3OEVBNTcwNTJENDM2Qk");
    REQUIRE(response.topics.size() == 1);
    const auto& topic = response.topics[0];
    CHECK(topic.name == "load-001");
    CHECK_FALSE(topic.internal);
    if (version >= 10) CHECK(topic.id[0] == 0x80);
    if (version >= 8) CHECK(topic.authorized_operations != kOperationsNotAsked);
    REQUIRE(topic.partitions.size() == 2);
    CHECK(topic.partitions[0].leader == 3);
    CHECK(topic.partitions[0].replicas == std::vector<int32_t>{3, 1, 2});
    CHECK(topic.partitions[0].in_sync == std::vector<int32_t>{3, 1, 2});
    CHECK(topic.partitions[0].offline.empty());
    CHECK(topic.partitions[1].leader == 1);
    if (version >= 7) CHECK(topic.partitions[1].leader_epoch == 0);
  });
}

TEST_CASE("a real broker's DescribeCluster is read", "[recorded]") {
  CheckRecorded<DescribeClusterRequest>([](const DescribeClusterResponse& response, int16_t) {
    CHECK(response.error_code == ErrorCode::kNone);
    CHECK(response.cluster_id == "MkU3OEVBNTcwNTJENDM2Qk");
    REQUIRE(response.brokers.size() == 3);
    CHECK(response.brokers[2].port == 12404);
    CHECK(response.brokers[2].rack == "rack3");
    CHECK(response.cluster_authorized_operations != kOperationsNotAsked);
  });
}

TEST_CASE("a real broker's DescribeQuorum is read", "[recorded]") {
  CheckRecorded<DescribeQuorumRequest>([](const DescribeQuorumResponse& response, int16_t version) {
    REQUIRE(response.topics.size() == 1);
    CHECK(response.topics[0].name == kClusterMetadataTopic);
    REQUIRE(response.topics[0].partitions.size() == 1);
    const auto& partition = response.topics[0].partitions[0];
    CHECK(partition.leader == 3);
    CHECK(partition.high_watermark > 0);
    REQUIRE(partition.voters.size() == 3);
    CHECK(partition.voters[2].id == 3);
    CHECK(partition.voters[2].log_end_offset >= partition.high_watermark);
    if (version >= 1) CHECK(partition.voters[2].last_fetch_ms > 1'600'000'000'000);
    if (version >= 2) {
      REQUIRE(response.nodes.size() == 3);
      CHECK(response.nodes[0].listeners.at(0).name == "CONTROLLER");
    }
  });
}

TEST_CASE("a real broker's ListOffsets are read", "[recorded]") {
  CheckRecorded<ListOffsetsRequest>([](const ListOffsetsResponse& response, int16_t version) {
    REQUIRE(response.topics.size() == 1);
    CHECK(response.topics[0].name == "load-001");
    REQUIRE(response.topics[0].partitions.size() == 2);
    const auto& elsewhere = response.topics[0].partitions[0];
    CHECK(elsewhere.error_code == ErrorCode::kNotLeaderOrFollower);
    const auto& here = response.topics[0].partitions[1];
    CHECK(here.index == 1);
    CHECK(here.error_code == ErrorCode::kNone);
    CHECK(here.offset == 7);
    if (version >= 4) CHECK(here.leader_epoch == 0);
  });
}

TEST_CASE("a real broker's ListGroups are read", "[recorded]") {
  CheckRecorded<ListGroupsRequest>([](const ListGroupsResponse& response, int16_t version) {
    REQUIRE(response.groups.size() == 1);
    CHECK(response.groups[0].id == "load-group-000");
    CHECK(response.groups[0].protocol_type == "consumer");
    CHECK(response.groups[0].state == (version >= 4 ? "Stable" : ""));
    CHECK(response.groups[0].type == (version >= 5 ? "classic" : ""));
  });
}

TEST_CASE("a real broker's DescribeGroups are read", "[recorded]") {
  CheckRecorded<DescribeGroupsRequest>([](const DescribeGroupsResponse& response, int16_t version) {
    REQUIRE(response.groups.size() == 1);
    const auto& group = response.groups[0];
    CHECK(group.id == "load-group-000");
    CHECK(group.state == "Stable");
    CHECK(group.protocol == "range");
    if (version >= 3) CHECK(group.authorized_operations != kOperationsNotAsked);
    REQUIRE(group.members.size() == 2);
    CHECK(group.members[0].client_id == "consumer-load-group-000-4");
    CHECK(group.members[0].client_host == "/127.0.0.1");
    CHECK(group.members[0].assignment.data.find("load-001") != std::string::npos);
  });
}

TEST_CASE("a real broker's FindCoordinator is read", "[recorded]") {
  CheckRecorded<FindCoordinatorRequest>(
      [](const FindCoordinatorResponse& response, int16_t version) {
        REQUIRE(response.coordinators.size() == 1);
        CHECK(response.coordinators[0].node_id == kAsked);
        CHECK(response.coordinators[0].host == "127.0.0.1");
        CHECK(response.coordinators[0].port == 22333);
        CHECK(response.coordinators[0].key == (version >= 4 ? "load-group-000" : ""));
      });
}

TEST_CASE("a real broker's OffsetFetch is read", "[recorded]") {
  CheckRecorded<OffsetFetchRequest>([](const OffsetFetchResponse& response, int16_t version) {
    REQUIRE(response.groups.size() == 1);
    const auto& group = response.groups[0];
    CHECK(group.id == (version >= 8 ? "load-group-000" : ""));
    CHECK(group.error_code == ErrorCode::kNone);
    std::map<std::string, std::map<int32_t, int64_t>> offsets;
    for (const auto& topic : group.topics) {
      for (const auto& partition : topic.partitions) {
        CHECK(partition.error_code == ErrorCode::kNone);
        offsets[topic.name][partition.index] = partition.committed_offset;
      }
    }
    CHECK(offsets["load-000"] == std::map<int32_t, int64_t>{{0, 0}, {1, 0}});
    CHECK(offsets["load-001"] == std::map<int32_t, int64_t>{{0, 0}, {1, 1}});
  });
}

TEST_CASE("a real broker's DescribeConfigs are read", "[recorded]") {
  CheckRecorded<DescribeConfigsRequest>(
      [](const DescribeConfigsResponse& response, int16_t version) {
        REQUIRE(response.results.size() == 1);
        const auto& topic = response.results[0];
        CHECK(topic.error_code == ErrorCode::kNone);
        CHECK(topic.resource_type == static_cast<int8_t>(ConfigResource::kTopic));
        CHECK(topic.resource_name == "shop-001");
        REQUIRE(topic.configs.size() == 2);
        CHECK(topic.configs[0].name == "cleanup.policy");
        CHECK(topic.configs[0].value == "delete");
        CHECK(topic.configs[0].source == 5);
        REQUIRE(topic.configs[0].synonyms.size() == 1);
        CHECK(topic.configs[0].synonyms[0].name == "log.cleanup.policy");
        CHECK(topic.configs[1].name == "retention.ms");
        if (version >= 3) CHECK(topic.configs[0].type == 7);  // a list
      });
}

TEST_CASE("a real broker's ConsumerGroupDescribe is read", "[recorded]") {
  CheckRecorded<ConsumerGroupDescribeRequest>(
      [](const ConsumerGroupDescribeResponse& response, int16_t version) {
        REQUIRE(response.groups.size() == 1);
        const auto& group = response.groups[0];
        CHECK(group.error_code == ErrorCode::kNone);
        CHECK(group.id == "shop-group-001");
        CHECK(group.state == "Stable");
        CHECK(group.epoch == 3);
        CHECK(group.assignor == "uniform");
        CHECK(group.authorized_operations != kOperationsNotAsked);
        REQUIRE(group.members.size() == 2);
        const auto& member = group.members[0];
        CHECK(member.member_id == "XOLeU_fsS7Sb58GGESWDkQ");
        CHECK(member.client_host == "/127.0.0.1");
        CHECK(member.topics == std::vector<std::string>{"shop-000", "shop-001"});
        REQUIRE(member.assignment.topics.size() == 1);
        CHECK(member.assignment.topics[0].topic == "shop-001");
        CHECK(member.assignment.topics[0].partitions == std::vector<int32_t>{0, 1});
        CHECK(member.target.topics.size() == 1);
        CHECK(member.type == (version >= 1 ? 1 : -1));
      });
}

}  // namespace
}  // namespace klaxon::kafka::wire
