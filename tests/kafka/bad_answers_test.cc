// Brokers that answer wrongly, and what is no broker at all: an error with words, and the next
// exchange is clean.
#include <atomic>
#include <functional>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <fmt/core.h>

#include "tests/kafka/client_fixture.h"
#include "tests/kafka/scripted_server.h"
#include "tests/support/resident.h"

namespace klaxon::testing {
namespace {

using kafka::CallOf;
using namespace kafka::wire;  // NOLINT(google-build-using-namespace)

kafka::wire::ClientOptions Impatient(const HostPort& bootstrap) {
  ClientOptions options = ClientFixture::At({bootstrap});
  options.reconnect = {.base = 1ms, .cap = 2ms};
  options.answer_limit = 1 << 20;
  return options;
}

std::string MetadataFrame(const Request& request, int32_t correlation_shift = 0) {
  MetadataResponse response;
  response.brokers.push_back({.id = 1, .host = "kafka-1", .port = 9092, .rack = "a"});
  response.topics.push_back({.name = "orders", .partitions = {{.replicas = {1}, .in_sync = {1}}}});
  return EncodeResponse<MetadataRequest>(response, request.header.api_version,
                                         request.header.correlation_id + correlation_shift);
}

/// Serves ApiVersions, and hands the first other request to `misbehave` as long as `bad`; else
/// well.
class MisbehavingServer {
 public:
  using Misbehave = std::function<void(Session&, const Request&)>;

  explicit MisbehavingServer(Misbehave misbehave)
      : misbehave_(std::move(misbehave)), server_([this](Session& session) { Serve(session); }) {}

  std::atomic<bool> bad = true;

  const ScriptedServer& server() const { return server_; }

 private:
  void Serve(Session& session) {
    while (const auto request = session.Read()) {
      if (request->header.api_key == ApiKey::kApiVersions) {
        session.Send(AllVersions(*request));
      } else if (bad) {
        misbehave_(session, *request);
      } else {
        session.Send(MetadataFrame(*request));
      }
    }
  }

  Misbehave misbehave_;
  ScriptedServer server_;
};

void CheckBadThenClean(MisbehavingServer& server, ClientFixture& test, Reason reason,
                       const std::string& words) {
  server.bad = true;
  const auto failed = test.Ask();
  REQUIRE_FALSE(failed);
  CHECK(failed.error().reason() == reason);
  INFO(failed.error().message());
  CHECK(failed.error().message().find(words) != std::string::npos);
  server.bad = false;
  CHECK(test.Until([&] { return static_cast<bool>(test.Ask()); }));
}

TEST_CASE("an answer cut off at any byte is an error, and the next exchange is clean", "[client]") {
  std::atomic<size_t> cut = 0;
  MisbehavingServer server([&](Session& session, const Request& request) {
    session.Send(MetadataFrame(request).substr(0, cut));
    session.Close();
  });
  ClientFixture test(Impatient(server.server().address()));
  const size_t size = MetadataFrame({.header = {.api_version = 12}}).size();
  for (cut = 0; cut < size; ++cut) {
    INFO("cut at byte " << cut);
    CheckBadThenClean(
        server, test, Reason::kUnreachable,
        cut == 0 ? "closed the connection" : "closed the connection in the middle of an answer");
  }
}

TEST_CASE("a malformed answer in a whole frame is an error, and the connection goes on",
          "[client]") {
  MisbehavingServer server([](Session& session, const Request& request) {
    std::string frame = MetadataFrame(request);
    frame.replace(frame.size() - 8, 5,
                  "\xFF\xFF\xFF\xFF\x07");  // a list of 2^31-2 offline replicas
    session.Send(frame);
  });
  ClientFixture test(Impatient(server.server().address()));
  CheckBadThenClean(server, test, Reason::kBadAnswer, "Metadata: list of 2147483646 items");
  CHECK(server.server().connections() == 1);
}

TEST_CASE("answers that break the protocol close the connection with words", "[client]") {
  struct Case {
    const char* sentence;
    MisbehavingServer::Misbehave misbehave;
    Reason reason;
    const char* words;
  };

  const Case cases[] = {
      {"a wrong correlation id",
       [](Session& session, const Request& request) { session.Send(MetadataFrame(request, 5)); },
       Reason::kBadAnswer, "answered request 7 when 2 was next"},
      {"a frame above the limit",
       [](Session& session, const Request&) { session.Send(std::string("\0\x10\0\1", 4)); },
       Reason::kBadAnswer, "announces an answer of 1048577 bytes, the limit is 1048576"},
      {"a negative frame length",
       [](Session& session, const Request&) { session.Send("\xFF\xFF\xFF\xFF"); },
       Reason::kBadAnswer, "not as a Kafka broker (a frame of -1 bytes)"},
      {"a frame too short for a correlation id",
       [](Session& session, const Request&) { session.Send(std::string("\0\0\0\3", 4)); },
       Reason::kBadAnswer, "not as a Kafka broker (a frame of 3 bytes)"},
      {"a reset in the middle of an answer",
       [](Session& session, const Request& request) {
         session.Send(MetadataFrame(request).substr(0, 20));
         session.Reset();
       },
       Reason::kUnreachable, "reset the connection"},
      {"a login that is asked for", [](Session& session, const Request&) { session.Close(); },
       Reason::kUnreachable, "does this listener ask for a login (SASL)?"},
  };
  for (const Case& bad : cases) {
    INFO(bad.sentence);
    MisbehavingServer server(bad.misbehave);
    ClientFixture test(Impatient(server.server().address()));
    CheckBadThenClean(server, test, bad.reason, bad.words);
  }
}

TEST_CASE("an answer that nobody asked for closes the connection, and the next call is clean",
          "[client]") {
  ScriptedServer server([](Session& session) {
    ServeWell(session, [](const Request& request) -> std::optional<std::string> {
      return MetadataFrame(request) + MetadataFrame(request, 1);
    });
  });
  ClientFixture test(Impatient(server.address()));
  CHECK(test.Ask());
  CHECK(test.Until([&] { return test.Ask() && server.connections() > 1; }));
}

TEST_CASE("every call in flight fails when the connection does", "[client]") {
  MisbehavingServer server([](Session& session, const Request& request) {
    session.Read();  // the second call
    session.Send(MetadataFrame(request, 5));
  });
  ClientFixture test(Impatient(server.server().address()));
  test.client.SetBrokers({{.id = 1, .address = server.server().address()}});
  CallOf<MetadataRequest> first(1, {});
  CallOf<MetadataRequest> second(1, {});
  test.Exchange({&first, &second});
  REQUIRE_FALSE(first.response());
  REQUIRE_FALSE(second.response());
  CHECK(first.response().error().reason() == Reason::kBadAnswer);
  CHECK(second.response().error() == first.response().error());
  server.bad = false;
  CHECK(test.Until([&] { return static_cast<bool>(test.Ask()); }));
}

TEST_CASE("an answer that comes byte by byte is read", "[client]") {
  MisbehavingServer server([](Session& session, const Request& request) {
    for (const char byte : MetadataFrame(request)) {
      session.Send({&byte, 1});
    }
  });
  ClientFixture test(Impatient(server.server().address()));
  CHECK(test.Ask());
}

TEST_CASE("what is no Kafka broker is called by its name", "[client]") {
  struct Case {
    std::string greeting;
    const char* words;
  };

  const Case cases[] = {
      {"HTTP/1.1 400 Bad Request\r\n\r\n",
       "answers, but not as a Kafka broker (it looks like a web server); is the port right?"},
      {"SSH-2.0-OpenSSH_9.2\r\n", "it looks like an SSH server"},
      {std::string("\x15\x03\x03\x00\x02\x02\x28", 7), "expects TLS"},
      {"220 mail.example.org ESMTP\r\n",
       "not as a Kafka broker (it begins with \"220 \"); is the port right?"},
      {std::string("\0\0\0\6\0\0\0\1\0\0", 10), "not as a Kafka broker (ApiVersions: "},
      {"", "closed the connection before it answered anything"},
  };
  for (const Case& other : cases) {
    ScriptedServer server([&](Session& session) {
      session.Read();
      session.Send(other.greeting);
      session.Close();
    });
    ClientFixture test(Impatient(server.address()));
    const auto failed = test.Ask();
    REQUIRE_FALSE(failed);
    INFO(failed.error().message());
    CHECK(failed.error().message().starts_with(ToString(server.address()) + " "));
    CHECK(failed.error().message().find(other.words) != std::string::npos);
  }
}

TEST_CASE("memory is flat over thousands of bad answers", "[client]") {
  std::atomic<int> turn = 0;
  MisbehavingServer server([&](Session& session, const Request& request) {
    const std::string frame = MetadataFrame(request);
    switch (turn++ % 3) {
      case 0:
        session.Send(frame.substr(0, frame.size() / 2));
        session.Close();
        return;
      case 1:
        session.Send(std::string("\x7F\xFF\xFF\xFF", 4));
        return;
      default:
        session.Send(frame.substr(0, frame.size() - 6) + std::string("\xFF\xFF\xFF\xFF\x07\0", 6));
    }
  });
  ClientFixture test(Impatient(server.server().address()));
  const auto fail_often = [&](int times) {
    for (int i = 0; i < times; ++i) {
      REQUIRE_FALSE(test.Ask());
    }
  };
  fail_often(200);
  const size_t before = ResidentBytes();
  fail_often(2000);
  CHECK(ResidentBytes() < before + (size_t{16} << 20U));
}

}  // namespace
}  // namespace klaxon::testing
