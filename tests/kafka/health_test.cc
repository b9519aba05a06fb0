// Brokers that do not answer, go, move and come back.
#include <atomic>
#include <string>
#include <thread>

#include <catch2/catch_test_macros.hpp>

#include "tests/kafka/client_fixture.h"
#include "tests/kafka/scripted_server.h"

namespace klaxon::testing {
namespace {

using kafka::CallOf;
using kafka::kAnyBroker;
using namespace kafka::wire;  // NOLINT(google-build-using-namespace)

/// A broker that can be told to say nothing, like one under SIGSTOP: it accepts and reads.
class StoppableBroker {
 public:
  StoppableBroker() : server_([this](Session& session) { Serve(session); }) {}

  std::atomic<bool> stopped = false;
  std::atomic<int> versions_asked = 0;

  HostPort address() const { return server_.address(); }

  const ScriptedServer& server() const { return server_; }

 private:
  void Serve(Session& session) {
    while (const auto request = session.Read()) {
      versions_asked += request->header.api_key == ApiKey::kApiVersions ? 1 : 0;
      while (stopped && !session.Stopping()) {
        std::this_thread::sleep_for(1ms);
      }
      session.Send(request->header.api_key == ApiKey::kApiVersions ? AllVersions(*request)
                                                                   : EmptyAnswer(*request));
    }
  }

  ScriptedServer server_;
};

TEST_CASE("a broker that missed its deadline fails at once until a probe is answered", "[client]") {
  StoppableBroker broker;
  ClientFixture test(ClientFixture::At({broker.address()}));
  test.client.SetBrokers({{.id = 3, .address = broker.address()}});
  REQUIRE(test.AskBroker(3));

  broker.stopped = true;
  const auto late = test.AskBroker(3, 1200ms);
  REQUIRE_FALSE(late);
  CHECK(late.error().reason() == Reason::kTimeout);
  CHECK(WithoutTimes(late.error().message()) ==
        "broker 3 at " + ToString(broker.address()) + ": no answer to ListGroups within # s");

  const MonoTime before = test.In(0s);
  const auto at_once = test.AskBroker(3, 30s);
  CHECK(test.In(0s) - before < 5s);
  REQUIRE_FALSE(at_once);
  CHECK(at_once.error().reason() == Reason::kTimeout);
  CHECK(WithoutTimes(at_once.error().message()) == "broker 3 at " + ToString(broker.address()) +
                                                       " has not answered for # s; probing it (" +
                                                       WithoutTimes(late.error().message()) + ")");

  CHECK(test.Until([&] { return broker.versions_asked >= 2; }));
  broker.stopped = false;
  CHECK(test.Until([&] { return static_cast<bool>(test.AskBroker(3)); }));
}

TEST_CASE("a caller with little time does not make a healthy broker silent", "[client]") {
  StoppableBroker broker;
  ClientFixture test(ClientFixture::At({broker.address()}));
  test.client.SetBrokers({{.id = 3, .address = broker.address()}});
  REQUIRE(test.AskBroker(3));
  broker.stopped = true;
  CHECK_FALSE(test.AskBroker(3, 50ms));
  broker.stopped = false;
  CHECK(test.AskBroker(3));
  CHECK(broker.server().connections() == 1);
  CHECK_FALSE(test.AskBroker(3, 0s));
  CHECK(test.AskBroker(3));
}

TEST_CASE("what accepts connections and never says anything is told so", "[client]") {
  StoppableBroker broker;
  broker.stopped = true;
  ClientFixture test(ClientFixture::At({broker.address()}));
  const auto silent = test.Ask(8s);
  REQUIRE_FALSE(silent);
  CHECK(silent.error().reason() == Reason::kTimeout);
  CHECK(WithoutTimes(silent.error().message()) ==
        ToString(broker.address()) +
            " accepts connections, but has not answered for # s; is it a Kafka broker, and does "
            "it run?");
  CHECK_FALSE(test.Ask(8s));
  broker.stopped = false;
  CHECK(test.Until([&] { return static_cast<bool>(test.Ask()); }));
}

TEST_CASE("a stopped bootstrap broker does not eat the time of the next one", "[client]") {
  StoppableBroker stopped;
  StoppableBroker running;
  stopped.stopped = true;
  ClientOptions options = ClientFixture::At({stopped.address(), running.address()});
  options.connect_timeout = 30s;  // so that only the share of each candidate can help
  ClientFixture test(options);
  CHECK(test.Ask(8s));
  stopped.stopped = false;
}

TEST_CASE("a broker that stops after it was connected does not hold calls to any broker",
          "[client]") {
  StoppableBroker first;
  StoppableBroker second;
  ClientFixture test(ClientFixture::At({first.address()}));
  test.client.SetBrokers(
      {{.id = 1, .address = first.address()}, {.id = 2, .address = second.address()}});
  REQUIRE(test.AskBroker(1));
  REQUIRE(test.AskBroker(2));
  first.stopped = true;
  CallOf<MetadataRequest> one(kAnyBroker, {});
  CallOf<MetadataRequest> two(kAnyBroker, {});
  test.Exchange({&one, &two}, 8s);
  CHECK(one.response());
  CHECK(two.response());
  CHECK(one.answered_by() == 2);
  CHECK(two.answered_by() == 2);
  first.stopped = false;
}

TEST_CASE("when no bootstrap server answers, the error names each", "[client]") {
  const HostPort first = ClosedPort();
  const HostPort second = ClosedPort();
  ClientFixture test(ClientFixture::At({first, second}));
  const auto failed = test.Ask();
  REQUIRE_FALSE(failed);
  CHECK(failed.error().reason() == Reason::kUnreachable);
  CHECK(failed.error().message().starts_with("no broker answers: "));
  CHECK(failed.error().message().find(ToString(first) + ": connection refused") !=
        std::string::npos);
  CHECK(failed.error().message().find(ToString(second) + ": connection refused") !=
        std::string::npos);
}

TEST_CASE("a broker whose address changed is asked at its new one, the old is left", "[client]") {
  std::atomic<int> left = 0;
  const auto serve = [&](Session& session) {
    ServeWell(session);
    ++left;
  };
  ScriptedServer before(serve);
  ScriptedServer after(serve);
  ClientFixture test(ClientFixture::At({ClosedPort()}));
  test.client.SetBrokers({{.id = 1, .address = before.address()}});
  REQUIRE(test.AskBroker(1));
  CHECK(test.client.VersionAt(1, ApiKey::kListGroups, ListGroupsRequest::kVersions) == 5);
  test.client.SetBrokers({{.id = 1, .address = after.address()}});
  CHECK_FALSE(test.client.VersionAt(1, ApiKey::kListGroups, ListGroupsRequest::kVersions));
  CHECK(test.AskBroker(1));
  CHECK(after.connections() == 1);
  CHECK(test.Until([&] { return left == 1; }));
}

TEST_CASE("a broker that is gone is told from one that is down", "[client]") {
  ScriptedServer server([](Session& session) { ServeWell(session); });
  const HostPort down = ClosedPort();
  ClientFixture test(ClientFixture::At({server.address()}));
  test.client.SetBrokers({{.id = 2, .address = down}});
  const auto refused = test.AskBroker(2);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message() ==
        "broker 2 at " + ToString(down) +
            ": connection refused; is the broker running, and is the port right?");
  test.client.SetBrokers({});
  const auto gone = test.AskBroker(2);
  REQUIRE_FALSE(gone);
  CHECK(gone.error().message() == "broker 2 is not in the newest metadata");
}

TEST_CASE("a listener whose name does not resolve is told with what to check", "[client]") {
  ClientOptions options = ClientFixture::At({{.host = "kafka.invalid", .port = 9092}});
  options.connect_timeout = 10s;  // RFC 2606: never resolves, but a name server may take its time
  ClientFixture test(options);
  test.client.SetBrokers({{.id = 2, .address = {.host = "kafka-2.invalid", .port = 9092}}});
  const auto broker = test.AskBroker(2, 20s);
  REQUIRE_FALSE(broker);
  CHECK(broker.error().message().starts_with(
      "broker 2 advertises kafka-2.invalid:9092, which does not resolve here ("));
  CHECK(broker.error().message().ends_with("); check advertised.listeners or DNS"));
  const auto bootstrap = test.Ask(20s);
  REQUIRE_FALSE(bootstrap);
  CHECK(bootstrap.error().message().find("kafka.invalid:9092 does not resolve here (") !=
        std::string::npos);
}

TEST_CASE("every address of a name is tried", "[client]") {
  ScriptedServer server([](Session& session) { ServeWell(session); });  // 127.0.0.1, not ::1
  ClientFixture test(ClientFixture::At({{.host = "localhost", .port = server.address().port}}));
  CHECK(test.Ask());
}

}  // namespace
}  // namespace klaxon::testing
