#include <catch2/catch_test_macros.hpp>

#include "agent/kafka/wire/messages/api_versions.h"
#include "agent/kafka/wire/messages/consumer_group_describe.h"
#include "agent/kafka/wire/messages/describe_cluster.h"
#include "agent/kafka/wire/messages/describe_configs.h"
#include "agent/kafka/wire/messages/describe_groups.h"
#include "agent/kafka/wire/messages/describe_quorum.h"
#include "agent/kafka/wire/messages/find_coordinator.h"
#include "agent/kafka/wire/messages/list_groups.h"
#include "agent/kafka/wire/messages/list_offsets.h"
#include "agent/kafka/wire/messages/metadata.h"
#include "agent/kafka/wire/messages/offset_fetch.h"
#include "tests/simulator/small_cluster.h"

namespace klaxon::simulator {
namespace {

using namespace kafka::wire;  // NOLINT(google-build-using-namespace)
using std::chrono::milliseconds;

constexpr Duration kShortly = milliseconds{300};

TEST_CASE("a stopped broker refuses, and answers again at the same address", "[simulator]") {
  SystemClock clock;
  const auto cluster = StartSmall(clock, 3);
  const HostPort address = cluster->bootstrap().at(2);
  const BlockingClient early(address);
  MustAsk(early, ListGroupsRequest{});
  cluster->StopBroker(3);
  CHECK(early.Ask(ListGroupsRequest{}).error().reason() == Reason::kUnreachable);
  CHECK_FALSE(BlockingClient(address).connected());
  const BlockingClient other(cluster->bootstrap().at(0));
  CHECK(Eventually([&] { return MustAsk(other, MetadataRequest{}).brokers.size() == 2; }));
  cluster->StartBroker(3);
  CHECK(cluster->bootstrap().at(2) == address);
  MustAsk(BlockingClient(address), ListGroupsRequest{});
  CHECK(Eventually([&] { return MustAsk(other, MetadataRequest{}).brokers.size() == 3; }));
}

TEST_CASE("a silent broker takes requests, answers nothing and loses its leaders", "[simulator]") {
  SystemClock clock;
  const auto cluster = StartSmall(clock, 3);
  const BlockingClient client(cluster->bootstrap().at(2));
  MustAsk(client, ListGroupsRequest{});
  cluster->SetFaults(3, {.silent = true});
  CHECK(client.Ask(ListGroupsRequest{}, 5, kShortly).error().reason() == Reason::kTimeout);
  CHECK(BlockingClient(cluster->bootstrap().at(2)).connected());
  const BlockingClient other(cluster->bootstrap().at(0));
  CHECK(Eventually([&] { return MustAsk(other, MetadataRequest{}).brokers.size() == 2; }));
  cluster->ClearFaults();
  CHECK(Eventually([&] { return MustAsk(other, MetadataRequest{}).brokers.size() == 3; }));
}

TEST_CASE("behind a request without an answer the connection's others wait", "[simulator]") {
  SystemClock clock;
  const auto cluster = StartSmall(clock);
  const BlockingClient client(cluster->bootstrap().front());
  cluster->SetFaults(1, {.silent_apis = {ApiKey::kListGroups}});
  client.Send(EncodeRequest(ListGroupsRequest{}, 5, 1, "test"));
  client.Send(EncodeRequest(MetadataRequest{}, 12, 2, "test"));
  CHECK(client.Receive(kShortly).error().reason() == Reason::kTimeout);
  MustAsk(BlockingClient(cluster->bootstrap().front()), MetadataRequest{});  // not another's
  cluster->ClearFaults();
  for (int32_t correlation = 1; correlation <= 2; ++correlation) {
    const Result<std::string> frame = client.Receive();
    REQUIRE(frame);
    std::string_view body = *frame;
    CHECK(*TakeCorrelationId(body) == correlation);
  }
  CHECK(cluster->RequestCounts().at(ApiKey::kListGroups) == 1);
}

TEST_CASE("a slow broker answers late, in order, and all of it", "[simulator]") {
  SystemClock clock;
  const auto cluster = StartSmall(clock);
  const BlockingClient client(cluster->bootstrap().front());
  cluster->SetFaults(1, {.delay = milliseconds{150}});
  const MonoTime begin = std::chrono::steady_clock::now();
  client.Send(EncodeRequest(ListGroupsRequest{}, 5, 1, "test"));
  client.Send(EncodeRequest(ListGroupsRequest{}, 5, 2, "test"));
  for (int32_t correlation = 1; correlation <= 2; ++correlation) {
    const Result<std::string> frame = client.Receive();
    REQUIRE(frame);
    std::string_view body = *frame;
    CHECK(*TakeCorrelationId(body) == correlation);
  }
  CHECK(std::chrono::steady_clock::now() - begin >= milliseconds{150});
}

TEST_CASE("a cut connection ends at its first request", "[simulator]") {
  SystemClock clock;
  const auto cluster = StartSmall(clock);
  cluster->SetFaults(kEveryBroker, {.cut = true});
  const BlockingClient client(cluster->bootstrap().front());
  CHECK(client.connected());
  CHECK(client.Ask(ApiVersionsRequest{}).error().reason() == Reason::kUnreachable);
}

TEST_CASE("an injected error stands where the answer's kind has room for it", "[simulator]") {
  SystemClock clock;
  const auto cluster = StartSmall(clock);
  const BlockingClient client(cluster->bootstrap().front());
  constexpr auto kCode = ErrorCode::kUnknownServerError;
  Faults faults;
  for (const ApiKey key : {ApiKey::kListOffsets, ApiKey::kMetadata, ApiKey::kOffsetFetch,
                           ApiKey::kFindCoordinator, ApiKey::kDescribeGroups, ApiKey::kListGroups,
                           ApiKey::kApiVersions, ApiKey::kDescribeConfigs, ApiKey::kDescribeQuorum,
                           ApiKey::kDescribeCluster, ApiKey::kConsumerGroupDescribe}) {
    faults.errors[key] = kCode;
  }
  cluster->SetFaults(1, faults);
  CHECK(MustAsk(client, ApiVersionsRequest{}).error_code == kCode);
  CHECK(MustAsk(client, MetadataRequest{}).topics.at(0).error_code == kCode);
  CHECK(MustAsk(client, DescribeClusterRequest{}).error_code == kCode);
  CHECK(MustAsk(client, DescribeQuorumRequest{}).error_code == kCode);
  CHECK(MustAsk(client, ListGroupsRequest{}).error_code == kCode);
  CHECK(MustAsk(client, DescribeGroupsRequest{.groups = {"billing"}}).groups.at(0).error_code ==
        kCode);
  CHECK(
      MustAsk(client, ConsumerGroupDescribeRequest{.groups = {"modern"}}).groups.at(0).error_code ==
      kCode);
  CHECK(
      MustAsk(client, FindCoordinatorRequest{.keys = {"billing"}}).coordinators.at(0).error_code ==
      kCode);
  CHECK(
      MustAsk(client, OffsetFetchRequest{.groups = {{.id = "billing"}}}).groups.at(0).error_code ==
      kCode);
  CHECK(MustAsk(client, DescribeConfigsRequest{.resources = {{.name = "orders"}}})
            .results.at(0)
            .error_code == kCode);
  const ListOffsetsRequest offsets{.topics = {{.name = "orders", .partitions = {{.index = 0}}}}};
  CHECK(MustAsk(client, offsets).topics.at(0).partitions.at(0).error_code == kCode);
}

TEST_CASE("spoilt answers are what they are called, and the next one is clean", "[simulator]") {
  struct Case {
    const char* what;
    Faults faults;
    Reason seen;
  };

  const std::vector<Case> cases = {
      {"cut short", {.garble = Garble::kTruncate, .garble_at = 5}, Reason::kBadAnswer},
      {"stops midway", {.garble = Garble::kStopMidway, .garble_at = 5}, Reason::kTimeout},
      {"another's correlation id", {.garble = Garble::kWrongCorrelation}, Reason::kBadAnswer},
      {"a frame of 2^31-1 bytes", {.garble = Garble::kOversizedFrame}, Reason::kBadAnswer},
      {"a frame of -1 bytes", {.garble = Garble::kNegativeFrame}, Reason::kBadAnswer},
      {"counts of 2^31-1", {.garble = Garble::kHugeCount}, Reason::kBadAnswer},
      {"bytes after the end", {.garble = Garble::kTrailingBytes}, Reason::kBadAnswer},
  };
  SystemClock clock;
  const auto cluster = StartSmall(clock);
  for (const Case& each : cases) {
    INFO(each.what);
    cluster->SetFaults(1, each.faults);
    const BlockingClient client(cluster->bootstrap().front());
    CHECK(client.Ask(ApiVersionsRequest{}));  // spared
    const auto answer = client.Ask(MetadataRequest{}, 12, kShortly);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().reason() == each.seen);
    cluster->ClearFaults();
    MustAsk(BlockingClient(cluster->bootstrap().front()), MetadataRequest{});
  }
  cluster->SetFaults(1, {.garble = Garble::kTruncate, .garble_greeting = true});
  const BlockingClient client(cluster->bootstrap().front());
  CHECK_FALSE(client.Ask(ApiVersionsRequest{}));
}

TEST_CASE("a lost quorum leaves metadata as it was and DescribeQuorum without an answer",
          "[simulator]") {
  SystemClock clock;
  ClusterSpec spec = SmallSpec(3);
  spec.timings.session_timeout =
      std::chrono::hours{1};  // the second dies before the first is noticed
  const auto started = Cluster::Start(spec, clock);
  REQUIRE(started);
  Cluster* const cluster = started->get();
  const BlockingClient client(cluster->bootstrap().front());
  const DescribeQuorumRequest quorum{
      .topics = {{.name = kClusterMetadataTopic, .partitions = {{.index = 0}}}}};
  const auto before = MustAsk(client, quorum).topics.at(0).partitions.at(0);
  CHECK(before.leader == 1);
  CHECK(before.voters.size() == 3);
  SECTION("by killing most voters") {
    cluster->StopBroker(2);
    cluster->StopBroker(3);
  }
  SECTION("by the switch") {
    cluster->CutQuorum(true);
  }
  CHECK(client.Ask(quorum, 2, kShortly).error().reason() == Reason::kTimeout);
  const MetadataResponse metadata =
      MustAsk(BlockingClient(cluster->bootstrap().front()), MetadataRequest{});
  CHECK(metadata.brokers.size() == 3);
  for (const auto& topic : metadata.topics) {
    for (const auto& partition : topic.partitions) {
      CHECK(partition.in_sync == partition.replicas);
    }
  }
  cluster->CutQuorum(false);
  cluster->StartBroker(kEveryBroker);
  CHECK(MustAsk(BlockingClient(cluster->bootstrap().front()), quorum)
            .topics.at(0)
            .partitions.at(0)
            .leader == 1);
}

TEST_CASE("the advertised host is told while the socket stays where it is", "[simulator]") {
  SystemClock clock;
  const auto cluster = StartSmall(clock);
  const BlockingClient client(cluster->bootstrap().front());
  cluster->Advertise(1, "broker-1.invalid");
  CHECK(MustAsk(client, MetadataRequest{}).brokers.at(0).host == "broker-1.invalid");
  CHECK(MustAsk(client, FindCoordinatorRequest{.keys = {"g"}}).coordinators.at(0).host ==
        "broker-1.invalid");
}

TEST_CASE("topics and groups come and go while clients watch", "[simulator]") {
  SystemClock clock;
  const auto cluster = StartSmall(clock);
  const BlockingClient client(cluster->bootstrap().front());
  const auto topics = [&] { return MustAsk(client, MetadataRequest{}).topics.size(); };
  const auto groups = [&] { return MustAsk(client, ListGroupsRequest{}).groups.size(); };
  CHECK(topics() == 3);
  cluster->Change([](ClusterState& state) { CreateTopic(state, {.name = "new"}); });
  CHECK(topics() == 4);
  const Uuid id = MustAsk(client, MetadataRequest{.topics{{{.name = "new"}}}}).topics.at(0).id;
  cluster->Change([](ClusterState& state) { RecreateTopic(state, "new"); });
  CHECK(MustAsk(client, MetadataRequest{.topics{{{.name = "new"}}}}).topics.at(0).id != id);
  cluster->Change([](ClusterState& state) { DeleteTopic(state, "new"); });
  CHECK(topics() == 3);
  CHECK(groups() == 5);
  cluster->Change([](ClusterState& state) { DeleteGroup(state, "audit"); });
  CHECK(groups() == 4);
  cluster->Change([](ClusterState& state) { CreateGroup(state, {.name = "fresh"}); });
  CHECK(groups() == 5);
}

TEST_CASE("an old broker offers less and closes on what it does not offer", "[simulator]") {
  SystemClock clock;
  ClusterSpec spec = SmallSpec(1);
  spec.newest = {{ApiKey::kOffsetFetch, 7}, {ApiKey::kDescribeQuorum, -1}};
  const auto cluster = Cluster::Start(spec, clock);
  REQUIRE(cluster);
  const HostPort address = (*cluster)->bootstrap().front();
  const BlockingClient client(address);
  for (const auto& api : MustAsk(client, ApiVersionsRequest{}).apis) {
    CHECK(api.key != static_cast<int16_t>(ApiKey::kDescribeQuorum));
    CHECK((api.key != static_cast<int16_t>(ApiKey::kOffsetFetch) || api.max_version == 7));
  }
  MustAsk(client, OffsetFetchRequest{.groups = {{.id = "billing"}}}, 7);
  CHECK_FALSE(client.Ask(OffsetFetchRequest{.groups = {{.id = "billing"}}}, 8));
  CHECK_FALSE(BlockingClient(address).Ask(DescribeQuorumRequest{}));
}

TEST_CASE("requests are counted by API, and connections while they are open", "[simulator]") {
  SystemClock clock;
  const auto cluster = StartSmall(clock);
  {
    const BlockingClient client(cluster->bootstrap().front());
    MustAsk(client, MetadataRequest{});
    MustAsk(client, MetadataRequest{});
    MustAsk(client, ListGroupsRequest{});
    CHECK(cluster->OpenConnections() == 1);
  }
  const auto counts = cluster->RequestCounts();
  CHECK(counts.at(ApiKey::kMetadata) == 2);
  CHECK(counts.at(ApiKey::kListGroups) == 1);
  CHECK(counts.size() == 2);
  cluster->ResetRequestCounts();
  CHECK(cluster->RequestCounts().empty());
  CHECK(Eventually([&] { return cluster->OpenConnections() == 0; }));
}

TEST_CASE("bytes that are no request close the connection and nothing else", "[simulator]") {
  SystemClock clock;
  const auto cluster = StartSmall(clock);
  const std::vector<std::string> bytes = {
      std::string("\x7F\xFF\xFF\xFF", 4),                           // a frame of 2^31-1 bytes
      std::string("\xFF\xFF\xFF\xFF", 4),                           // of -1
      std::string("\0\0\0\x01\0", 5),                               // shorter than a header
      std::string("\0\0\0\x0A\0\x03\0\x01\0\0\0\x01\xFF\xFF", 14),  // Metadata 1 without its body
      "GET / HTTP/1.1\r\n\r\n",
  };
  for (const std::string& each : bytes) {
    const BlockingClient client(cluster->bootstrap().front());
    client.Send(each);
    CHECK(client.Receive().error().reason() == Reason::kUnreachable);
  }
  MustAsk(BlockingClient(cluster->bootstrap().front()), MetadataRequest{});
}

}  // namespace
}  // namespace klaxon::simulator
