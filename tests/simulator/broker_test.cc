#include <algorithm>

#include <catch2/catch_test_macros.hpp>

#include "agent/kafka/wire/messages/api_versions.h"
#include "agent/kafka/wire/messages/consumer_group_describe.h"
#include "agent/kafka/wire/messages/describe_cluster.h"
#include "agent/kafka/wire/messages/describe_configs.h"
#include "agent/kafka/wire/messages/describe_groups.h"
#include "agent/kafka/wire/messages/describe_quorum.h"
#include "agent/kafka/wire/messages/fetch.h"
#include "agent/kafka/wire/messages/find_coordinator.h"
#include "agent/kafka/wire/messages/list_groups.h"
#include "agent/kafka/wire/messages/list_offsets.h"
#include "agent/kafka/wire/messages/metadata.h"
#include "agent/kafka/wire/messages/offset_fetch.h"
#include "agent/kafka/wire/messages/sasl_handshake.h"
#include "tests/simulator/small_cluster.h"

namespace klaxon::simulator {
namespace {

using namespace kafka::wire;  // NOLINT(google-build-using-namespace)

TEST_CASE("every version that a broker offers is answered", "[simulator]") {
  SystemClock clock;
  const auto cluster = StartSmall(clock);
  const BlockingClient client(cluster->bootstrap().front());
  const ApiVersionsResponse offered = MustAsk(client, ApiVersionsRequest{});
  CHECK(offered.apis.size() == 15);  // with Produce, which is not answered
  const auto ask_all = [&]<class Request>(const Request& request) {
    for (int16_t v = Request::kVersions.min; v <= Request::kVersions.max; ++v) {
      MustAsk(client, request, v);
    }
  };
  ask_all(ApiVersionsRequest{});
  ask_all(MetadataRequest{});
  ask_all(DescribeClusterRequest{});
  ask_all(DescribeQuorumRequest{});
  ask_all(ListOffsetsRequest{});
  ask_all(ListGroupsRequest{});
  ask_all(DescribeGroupsRequest{.groups = {"billing"}});
  ask_all(FindCoordinatorRequest{.keys = {"billing"}});
  ask_all(OffsetFetchRequest{.groups = {{.id = "billing"}}});
  ask_all(DescribeConfigsRequest{.resources = {{.name = "orders"}}});
  ask_all(ConsumerGroupDescribeRequest{.groups = {"modern"}});
  ask_all(FetchRequest{.topics = {{.name = "orders", .partitions = {{.max_bytes = 1'000}}}}});
  // A listener without login answers these as well, and closes no connection over them.
  CHECK(MustAsk(client, SaslHandshakeRequest{.mechanism = "PLAIN"}).error_code ==
        ErrorCode::kIllegalSaslState);
  CHECK(MustAsk(client, MetadataRequest{}).brokers.size() == 1);
}

TEST_CASE("a greeting in an unknown version is answered in version 0", "[simulator]") {
  SystemClock clock;
  const auto cluster = StartSmall(clock);
  const BlockingClient client(cluster->bootstrap().front());
  client.Send(EncodeRequest(ApiVersionsRequest{}, 99, 7, "future"));
  const Result<std::string> frame = client.Receive();
  REQUIRE(frame);
  const auto response = DecodeResponse<ApiVersionsRequest>(std::string_view(*frame).substr(4), 0);
  REQUIRE(response);
  CHECK(response->error_code == ErrorCode::kUnsupportedVersion);
  REQUIRE(response->apis.size() == 1);
  CHECK(response->apis.front().max_version == 3);
}

TEST_CASE("a broker closes the connection on what it does not speak", "[simulator]") {
  SystemClock clock;
  const auto cluster = StartSmall(clock);
  const BlockingClient client(cluster->bootstrap().front());
  CHECK(client.Ask(MetadataRequest{}, 99).error().reason() == Reason::kUnreachable);
}

TEST_CASE("metadata tells what the state holds", "[simulator]") {
  SystemClock clock;
  const auto cluster = StartSmall(clock, 3);
  const BlockingClient client(cluster->bootstrap().front());
  const MetadataResponse all = MustAsk(client, MetadataRequest{});
  CHECK(all.brokers.size() == 3);
  REQUIRE(all.topics.size() == 3);  // __consumer_offsets too
  const ClusterState state = cluster->Snapshot();
  for (const MetadataResponse::Topic& topic : all.topics) {
    const Topic* truth = FindTopic(state, *topic.name);
    REQUIRE(truth != nullptr);
    CHECK(topic.id == truth->id);
    REQUIRE(topic.partitions.size() == truth->partitions.size());
    for (size_t i = 0; i < topic.partitions.size(); ++i) {
      CHECK(topic.partitions[i].leader == truth->partitions[i].leader);
      CHECK(topic.partitions[i].in_sync == truth->partitions[i].in_sync);
    }
  }
  const MetadataResponse none =
      MustAsk(client, MetadataRequest{.topics{std::vector<MetadataRequest::Topic>{}}});
  CHECK(none.topics.empty());
  const MetadataResponse unknown = MustAsk(client, MetadataRequest{.topics{{{.name = "nowhere"}}}});
  CHECK(unknown.topics.at(0).error_code == ErrorCode::kUnknownTopicOrPartition);
}

TEST_CASE("only a partition's leader tells its offsets", "[simulator]") {
  SystemClock clock;
  const auto cluster = StartSmall(clock, 3);
  const ClusterState state = cluster->Snapshot();
  const Partition& truth = FindTopic(state, "orders")->partitions.at(0);
  const auto ask = [&](size_t broker, int32_t partition, int64_t timestamp) {
    const BlockingClient client(cluster->bootstrap().at(broker));
    return MustAsk(client,
                   ListOffsetsRequest{
                       .topics = {{.name = "orders",
                                   .partitions = {{.index = partition, .timestamp = timestamp}}}}})
        .topics.at(0)
        .partitions.at(0);
  };
  const auto leader = static_cast<size_t>(truth.leader - 1);
  CHECK(ask(leader, 0, kLatestOffset).offset == truth.End());
  CHECK(ask(leader, 0, kEarliestOffset).offset == truth.start);
  CHECK(ask((leader + 1) % 3, 0, kLatestOffset).error_code == ErrorCode::kNotLeaderOrFollower);
  CHECK(ask(leader, 99, kLatestOffset).error_code == ErrorCode::kUnknownTopicOrPartition);
}

TEST_CASE("a group's coordinator lists, describes and fetches it, others refuse", "[simulator]") {
  SystemClock clock;
  const auto cluster = StartSmall(clock, 3);
  const BlockingClient any(cluster->bootstrap().front());
  const auto found = MustAsk(any, FindCoordinatorRequest{.keys = {"billing"}}).coordinators.at(0);
  REQUIRE(found.error_code == ErrorCode::kNone);
  for (int32_t id = 1; id <= 3; ++id) {
    INFO("broker " << id << ", coordinator " << found.node_id);
    const BlockingClient client(cluster->bootstrap().at(static_cast<size_t>(id) - 1));
    const auto groups = MustAsk(client, ListGroupsRequest{}).groups;
    const bool lists = std::any_of(groups.begin(), groups.end(),
                                   [](const auto& group) { return group.id == "billing"; });
    const auto group = MustAsk(client, DescribeGroupsRequest{.groups = {"billing"}}).groups.at(0);
    const auto commits =
        MustAsk(client, OffsetFetchRequest{.groups = {{.id = "billing"}}}).groups.at(0);
    const bool coordinates = id == found.node_id;
    CHECK(lists == coordinates);
    CHECK((group.error_code == ErrorCode::kNone) == coordinates);
    CHECK((commits.error_code == ErrorCode::kNone) == coordinates);
    if (coordinates) {
      CHECK(group.state == "Stable");
      CHECK(group.members.size() == 2);
      CHECK(commits.topics.at(0).partitions.size() == 4);
    } else {
      CHECK(group.error_code == ErrorCode::kNotCoordinator);
      CHECK(commits.error_code == ErrorCode::kNotCoordinator);
    }
  }
}

TEST_CASE("commits are told as they are: behind, beyond the end, never", "[simulator]") {
  SystemClock clock;
  const auto cluster = StartSmall(clock);
  const BlockingClient client(cluster->bootstrap().front());
  const ClusterState state = cluster->Snapshot();
  const auto fetch = [&](const std::string& group) {
    return MustAsk(client, OffsetFetchRequest{.groups = {{.id = group}}}).groups.at(0).topics;
  };
  const Topic* orders = FindTopic(state, "orders");
  CHECK(fetch("billing").at(0).partitions.at(1).committed_offset ==
        orders->partitions.at(1).End() - 50);
  const auto audit = fetch("audit");
  REQUIRE(audit.size() == 2);
  CHECK(audit.at(0).partitions.at(0).committed_offset == orders->partitions.at(0).End() + 1'000);
  CHECK(audit.at(1).partitions.size() == 1);  // the last partition was never committed
  const auto asked = MustAsk(
      client, OffsetFetchRequest{.groups = {{.id = "audit", .topics{{{"payments", {0, 1}}}}}}});
  CHECK(asked.groups.at(0).topics.at(0).partitions.at(1).committed_offset == -1);
  CHECK(fetch("nobody").empty());
}

TEST_CASE("a group that rebalances says so", "[simulator]") {
  SystemClock clock;
  const auto cluster = StartSmall(clock);
  const BlockingClient client(cluster->bootstrap().front());
  cluster->Change([](ClusterState& state) { FindGroup(state, "billing")->rebalancing = true; });
  const auto group = MustAsk(client, DescribeGroupsRequest{.groups = {"billing"}}).groups.at(0);
  CHECK(group.state == "PreparingRebalance");
  CHECK(group.members.size() == 2);
  CHECK(group.members.at(0).metadata.data.empty());
  const ListGroupsRequest request{.states_filter = {"PreparingRebalance"}};
  CHECK(MustAsk(client, request).groups.size() == 1);
}

TEST_CASE("share groups are listed only, Connect's workers are described", "[simulator]") {
  SystemClock clock;
  const auto cluster = StartSmall(clock);
  const BlockingClient client(cluster->bootstrap().front());
  const auto share = MustAsk(client, ListGroupsRequest{.types_filter = {"Share"}}).groups;
  REQUIRE(share.size() == 1);
  CHECK(share.at(0).protocol_type == "share");
  CHECK(MustAsk(client, DescribeGroupsRequest{.groups = {"jobs"}}).groups.at(0).error_code ==
        ErrorCode::kGroupIdNotFound);
  CHECK(
      MustAsk(client, OffsetFetchRequest{.groups = {{.id = "jobs"}}}).groups.at(0).topics.empty());
  const auto workers = MustAsk(client, DescribeGroupsRequest{.groups = {"workers"}}).groups.at(0);
  CHECK(workers.protocol_type == "connect");
  CHECK(workers.members.size() == 2);
}

TEST_CASE("a group of the new kind is unknown to DescribeGroups", "[simulator]") {
  SystemClock clock;
  const auto cluster = StartSmall(clock);
  const BlockingClient client(cluster->bootstrap().front());
  const auto groups = MustAsk(client, ListGroupsRequest{}).groups;
  const auto modern = std::find_if(groups.begin(), groups.end(),
                                   [](const auto& group) { return group.id == "modern"; });
  REQUIRE(modern != groups.end());
  CHECK(modern->type == "consumer");
  const DescribeGroupsRequest request{.groups = {"modern"}};
  CHECK(MustAsk(client, request, 6).groups.at(0).error_code == ErrorCode::kGroupIdNotFound);
  CHECK(MustAsk(client, request, 5).groups.at(0).state == "Dead");
  CHECK(MustAsk(client, OffsetFetchRequest{.groups = {{.id = "modern"}}})
            .groups.at(0)
            .topics.size() == 1);
}

}  // namespace
}  // namespace klaxon::simulator
