// Many calls at once, large answers, versions, and being stopped.
#include <atomic>
#include <barrier>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "agent/kafka/wire/encoder.h"
#include "agent/kafka/wire/messages/offset_fetch.h"
#include "tests/kafka/client_fixture.h"
#include "tests/kafka/scripted_server.h"
#include "tests/support/resident.h"

namespace klaxon::testing {
namespace {

using kafka::BrokerAddress;
using kafka::CallOf;
using kafka::kAnyBroker;
using namespace kafka::wire;  // NOLINT(google-build-using-namespace)

using OffsetFetchCall = CallOf<OffsetFetchRequest>;

/// Answers OffsetFetch with one group of the asked name.
std::optional<std::string> EchoGroup(const Request& request) {
  const auto asked = DecodeRequest<OffsetFetchRequest>(request.body, request.header.api_version);
  if (!asked) return std::nullopt;
  OffsetFetchResponse response;
  response.groups[0].id = asked->groups[0].id;
  return EncodeResponse<OffsetFetchRequest>(response, request.header.api_version,
                                            request.header.correlation_id);
}

std::unique_ptr<OffsetFetchCall> FetchOf(int32_t broker, std::string group) {
  return std::make_unique<OffsetFetchCall>(
      broker, OffsetFetchRequest{.groups = {{.id = std::move(group)}}});
}

TEST_CASE("pipelined calls get each its own answer", "[client]") {
  ScriptedServer server([](Session& session) { ServeWell(session, EchoGroup); });
  ClientOptions options = ClientFixture::At({server.address()});
  options.in_flight_limit = 4;
  ClientFixture test(options);
  std::vector<std::unique_ptr<OffsetFetchCall>> calls;
  std::vector<kafka::Call*> pointers;
  for (int i = 0; i < 200; ++i) {
    calls.push_back(FetchOf(kAnyBroker, "group-" + std::to_string(i)));
    pointers.push_back(calls.back().get());
  }
  test.Exchange(pointers);
  for (int i = 0; i < 200; ++i) {
    const auto& response = calls[static_cast<size_t>(i)]->response();
    REQUIRE(response);
    CHECK(response->groups.at(0).id == "group-" + std::to_string(i));
  }
  CHECK(server.connections() == 1);
}

TEST_CASE("no more requests are in flight than the limit", "[client]") {
  std::atomic<bool> too_many = false;
  ScriptedServer server([&](Session& session) {
    const auto versions = session.Read();
    session.Send(AllVersions(*versions));
    for (int i = 0; i < 5; ++i) {
      const auto first = session.Read();
      const auto second = session.Read();
      if (!first || !second) return;
      too_many = too_many || session.HasMore(50ms);
      session.Send(*EchoGroup(*first) + *EchoGroup(*second));
    }
    session.WaitClosed();
  });
  ClientOptions options = ClientFixture::At({server.address()});
  options.in_flight_limit = 2;
  ClientFixture test(options);
  std::vector<std::unique_ptr<OffsetFetchCall>> calls;
  std::vector<kafka::Call*> pointers;
  for (int i = 0; i < 10; ++i) {
    calls.push_back(FetchOf(kAnyBroker, "g"));
    pointers.push_back(calls.back().get());
  }
  test.Exchange(pointers);
  for (const auto& call : calls)
    CHECK(call->response());
  CHECK_FALSE(too_many);
}

TEST_CASE("several brokers work on their requests at the same time", "[client]") {
  constexpr int kBrokers = 3;
  std::barrier all_asked(kBrokers);
  const auto serve = [&](Session& session) {
    ServeWell(session, [&](const Request&) {
      all_asked.arrive_and_wait();  // nobody answers until everybody was asked
      return std::nullopt;
    });
  };
  std::vector<std::unique_ptr<ScriptedServer>> servers;
  std::vector<BrokerAddress> brokers;
  std::vector<std::unique_ptr<OffsetFetchCall>> calls;
  std::vector<kafka::Call*> pointers;
  for (int id = 0; id < kBrokers; ++id) {
    servers.push_back(std::make_unique<ScriptedServer>(serve));
    brokers.push_back({.id = id, .address = servers.back()->address()});
    calls.push_back(FetchOf(id, "g"));
    pointers.push_back(calls.back().get());
  }
  ClientFixture test(ClientFixture::At({brokers[0].address}));
  test.client.SetBrokers(brokers);
  test.Exchange(pointers, 10s);
  for (int id = 0; id < kBrokers; ++id) {
    CHECK(calls[static_cast<size_t>(id)]->response());
    CHECK(calls[static_cast<size_t>(id)]->answered_by() == id);
  }
}

TEST_CASE("one broker's failure is not the others'", "[client]") {
  ScriptedServer server([](Session& session) { ServeWell(session, EchoGroup); });
  ClientFixture test(ClientFixture::At({server.address()}));
  test.client.SetBrokers(
      {{.id = 1, .address = server.address()}, {.id = 2, .address = ClosedPort()}});
  const auto good = FetchOf(1, "g");
  const auto bad = FetchOf(2, "g");
  test.Exchange({good.get(), bad.get()});
  CHECK(good->response());
  CHECK_FALSE(bad->response());
}

/// About 20 bytes a partition; without the frame's length and correlation id.
std::string LargeBody(int32_t partitions) {
  OffsetFetchResponse response;
  auto& topic = response.groups[0].topics.emplace_back();
  topic.name = "large";
  for (int32_t i = 0; i < partitions; ++i) {
    topic.partitions.push_back({.index = i, .committed_offset = int64_t{1} << 40});
  }
  return EncodeResponse<OffsetFetchRequest>(response, OffsetFetchRequest::kVersions.max, 0)
      .substr(2 * sizeof(int32_t));
}

TEST_CASE("pipelined answers of 10 MB are read whole, and their memory goes back", "[client]") {
  constexpr int32_t kPartitions = 500'000;
  const std::string body = LargeBody(kPartitions);
  ScriptedServer server([&](Session& session) {
    ServeWell(session, [&](const Request& request) {
      std::string frame;
      Encoder header(frame, 0, false);
      header(static_cast<int32_t>(body.size() + 4), request.header.correlation_id);
      return frame + body;
    });
  });
  ClientFixture test(ClientFixture::At({server.address()}));
  const auto ask = [&] {
    const auto first = FetchOf(kAnyBroker, "a");
    const auto second = FetchOf(kAnyBroker, "b");
    test.Exchange({first.get(), second.get()}, 60s);
    REQUIRE(first->response());
    REQUIRE(second->response());
    CHECK(second->response()->groups.at(0).topics.at(0).partitions.back().index == kPartitions - 1);
  };
  ask();
  const size_t before = ResidentBytes();
  for (int i = 0; i < 3; ++i)
    ask();
  CHECK(ResidentBytes() < before + (size_t{64} << 20U));
  CHECK(test.client.Counts().bytes_received > 8 * body.size());
}

TEST_CASE("stopping an exchange returns soon, and its late answer disturbs nobody", "[client]") {
  std::atomic<bool> asked = false;
  std::atomic<bool> go_on = false;
  ScriptedServer server([&](Session& session) {
    ServeWell(session, [&](const Request& request) {
      asked = true;
      while (!go_on && !session.Stopping())
        std::this_thread::sleep_for(1ms);
      return EchoGroup(request);
    });
  });
  ClientFixture test(ClientFixture::At({server.address()}));
  const auto call = FetchOf(kAnyBroker, "late");
  kafka::Call* const calls[] = {call.get()};
  std::stop_source stop;
  std::jthread stopper([&] {
    while (!asked)
      std::this_thread::sleep_for(1ms);
    stop.request_stop();
  });
  const MonoTime before = test.In(0s);
  test.client.Exchange(calls, test.In(60s), stop.get_token());
  CHECK(test.In(0s) - before < 10s);
  REQUIRE_FALSE(call->response());
  CHECK(call->response().error().reason() == Reason::kCancelled);
  go_on = true;
  const auto next = FetchOf(kAnyBroker, "next");
  test.Exchange({next.get()});
  REQUIRE(next->response());
  CHECK(next->response()->groups.at(0).id == "next");
  CHECK(server.connections() == 1);
}

TEST_CASE("a client can be destroyed whatever it waits for", "[client]") {
  ScriptedServer silent([](Session& session) { session.WaitClosed(); });
  std::optional<ClientFixture> test;
  ClientOptions options = ClientFixture::At({silent.address(), {.host = "a.invalid", .port = 1}});
  options.connect_timeout = 60s;
  test.emplace(options);
  CHECK_FALSE(test->Ask(100ms));
  const auto before = std::chrono::steady_clock::now();
  test.reset();
  CHECK(std::chrono::steady_clock::now() - before < 5s);
}

TEST_CASE("an API that a broker does not have is unsupported, in words", "[client]") {
  ScriptedServer server([](Session& session) {
    ServeWell(session, [](const Request&) { return std::nullopt; },
              {{.key = 3, .min_version = 0, .max_version = 12},
               {.key = 9, .min_version = 0, .max_version = 1}});
  });
  ClientFixture test(ClientFixture::At({server.address()}));
  test.client.SetBrokers({{.id = 3, .address = server.address()}});
  const auto old = FetchOf(3, "g");
  CallOf<ListGroupsRequest> missing(3, {});
  CallOf<MetadataRequest> there(3, {});
  test.Exchange({old.get(), &missing, &there});
  const std::string broker = "broker 3 at " + ToString(server.address());
  REQUIRE_FALSE(old->response());
  CHECK(old->response().error() ==
        Error(Reason::kUnsupported, broker + " speaks OffsetFetch 0-1, Klaxon needs 2-8"));
  REQUIRE_FALSE(missing.response());
  CHECK(missing.response().error() ==
        Error(Reason::kUnsupported, broker + " does not speak ListGroups"));
  CHECK(there.response());
  CHECK(test.client.VersionAt(3, ApiKey::kMetadata, MetadataRequest::kVersions) == 12);
  CHECK_FALSE(test.client.VersionAt(3, ApiKey::kListGroups, ListGroupsRequest::kVersions));
}

TEST_CASE("a broker too old for our ApiVersions is asked in version 0", "[client]") {
  ScriptedServer server([](Session& session) {
    const auto request = session.Read();
    if (!request || request->header.api_version != 3) return;
    ApiVersionsResponse refusal{.error_code = ErrorCode::kUnsupportedVersion};
    session.Send(EncodeResponse<ApiVersionsRequest>(refusal, 0, request->header.correlation_id));
    ServeWell(session);
  });
  ClientFixture test(ClientFixture::At({server.address()}));
  CHECK(test.Ask());
  CHECK(server.connections() == 1);
}

/// Runs ten seconds ahead for everybody but the thread that made it: as if the others had got no
/// processor time for so long.
class UnfairClock final : public Clock {
 public:
  Instant Now() override {
    Instant now = real_.Now();
    if (std::this_thread::get_id() != owner_) now.mono += 10s;
    return now;
  }

  bool SleepUntil(MonoTime due, const std::stop_token& stop) override {
    return real_.SleepUntil(due, stop);
  }

 private:
  SystemClock real_{};
  std::thread::id owner_ = std::this_thread::get_id();
};

TEST_CASE("when there was no time to ask, no broker is blamed for it", "[client]") {
  ScriptedServer server([](Session& session) { ServeWell(session); });
  ClientFixture test(ClientFixture::At({server.address()}));
  const auto late = test.Ask(-1s);
  REQUIRE_FALSE(late);
  CHECK(late.error() ==
        Error(Reason::kTimeout, "no time was left to ask: what was asked before took all of it"));

  UnfairClock clock;
  Client client(ClientFixture::At({server.address()}), clock);
  CallOf<MetadataRequest> call(kAnyBroker, {});
  kafka::Call* const calls[] = {&call};
  client.Exchange(calls, clock.Now().mono + 5s, {});
  REQUIRE_FALSE(call.response());
  CHECK(WithoutTimes(call.response().error().message()) ==
        "Klaxon was too late to ask: it got no processor time for # s; is this machine overloaded, "
        "or was it stopped?");
  CHECK(server.connections() == 0);
}

TEST_CASE("requests are counted by API and by what became of them", "[client]") {
  ScriptedServer server([](Session& session) { ServeWell(session); });
  ClientFixture test(ClientFixture::At({server.address()}));
  test.client.SetBrokers(
      {{.id = 1, .address = server.address()}, {.id = 2, .address = ClosedPort()}});
  CHECK(test.AskBroker(1));
  CHECK(test.AskBroker(1));
  CHECK_FALSE(test.AskBroker(2));
  const Traffic traffic = test.client.Counts();
  const RequestCount& groups = traffic.requests.at(ApiKey::kListGroups);
  CHECK(groups.sent == 2);
  CHECK(groups.answered == 2);
  CHECK(groups.failed == 1);
  CHECK(traffic.requests.at(ApiKey::kApiVersions).sent == 1);
  CHECK(traffic.connections_opened == 1);
  CHECK(traffic.bytes_sent > 0);
  CHECK(traffic.bytes_received > 0);
}

}  // namespace
}  // namespace klaxon::testing
