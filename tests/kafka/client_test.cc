#include <catch2/catch_test_macros.hpp>

#include "tests/kafka/client_fixture.h"
#include "tests/kafka/scripted_server.h"

namespace klaxon::testing {
namespace {

using kafka::CallOf;
using kafka::kAnyBroker;
using kafka::wire::ApiKey;
using kafka::wire::MetadataRequest;

TEST_CASE("a bootstrap address answers a call to any broker", "[client]") {
  ScriptedServer server([](Session& session) {
    ServeWell(session, [](const Request& request) -> std::optional<std::string> {
      kafka::wire::MetadataResponse response;
      response.cluster_id = "abc";
      return kafka::wire::EncodeResponse<MetadataRequest>(response, request.header.api_version,
                                                          request.header.correlation_id);
    });
  });
  ClientFixture test(ClientFixture::At({server.address()}));
  CallOf<MetadataRequest> call(kAnyBroker, {});
  test.Exchange({&call});
  REQUIRE(call.response());
  CHECK(call.response()->cluster_id == "abc");
  CHECK(call.answered_by() == kAnyBroker);
  REQUIRE(call.sent_at());
  CHECK(test.client.VersionAt(kAnyBroker, ApiKey::kMetadata, MetadataRequest::kVersions) == 12);
  const auto counts = test.client.Counts();
  CHECK(counts.requests.at(ApiKey::kMetadata).answered == 1);
  CHECK(counts.requests.at(ApiKey::kApiVersions).answered == 1);
}

TEST_CASE("a closed port is told by name, and heals by itself", "[client]") {
  const HostPort address = ClosedPort();
  ClientFixture test(ClientFixture::At({address}));
  const auto refused = test.Ask();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().reason() == Reason::kUnreachable);
  CHECK(refused.error().message() ==
        ToString(address) + ": connection refused; is the broker running, and is the port right?");
  ScriptedServer server([](Session& session) { ServeWell(session); }, address.port);
  CHECK(test.Until([&] { return static_cast<bool>(test.Ask()); }));
}

}  // namespace
}  // namespace klaxon::testing
