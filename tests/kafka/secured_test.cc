// Connections over TLS: large answers, client certificates, rotation, and every way to meet the
// wrong listener.
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "agent/kafka/wire/messages/offset_fetch.h"
#include "tests/kafka/client_fixture.h"
#include "tests/kafka/login_desk.h"
#include "tests/kafka/scripted_server.h"
#include "tests/support/certificates.h"

namespace klaxon::testing {
namespace {

using kafka::CallOf;
using kafka::kAnyBroker;
using kafka::SaslMechanism;
using kafka::SecurityOptions;
using kafka::SecurityProtocol;
using namespace kafka::wire;  // NOLINT(google-build-using-namespace)

/// An authority, a broker's certificate, and how a client trusts it.
struct Trust {
  CertificateAuthority authority{};
  IssuedCertificate broker = authority.Issue({});
  tls::ServerOptions server{.certificate = {.pem = Secret(broker.certificate + broker.key)}};
  SecurityOptions client{.protocol = SecurityProtocol::kSsl,
                         .tls = {.trust = {.pem = Secret(authority.certificate())}}};
};

ClientOptions Options(const HostPort& address, SecurityOptions security) {
  ClientOptions options = ClientFixture::At({address});
  options.connect_timeout = 2s;
  options.security = std::move(security);
  return options;
}

std::optional<std::string> LargeAnswer(const Request& request) {
  if (request.header.api_key != ApiKey::kOffsetFetch) return std::nullopt;
  OffsetFetchResponse response;
  auto& topic = response.groups[0].topics.emplace_back();
  topic.name = "t";
  topic.partitions.resize(500'000);
  for (size_t i = 0; i < topic.partitions.size(); ++i)
    topic.partitions[i].index = static_cast<int32_t>(i);
  return EncodeResponse<OffsetFetchRequest>(response, request.header.api_version,
                                            request.header.correlation_id);
}

TEST_CASE("answers of many megabytes come through TLS whole", "[secured]") {
  const Trust trust;
  tls::ServerContext context(trust.server, "test");
  ScriptedServer server([](Session& session) { ServeWell(session, LargeAnswer); },
                        {.tls = &context});
  ClientFixture test(Options(server.address(), trust.client));
  CallOf<OffsetFetchRequest> first(kAnyBroker, {.groups = {{.id = "g"}}});
  CallOf<OffsetFetchRequest> second(kAnyBroker, {.groups = {{.id = "g"}}});
  CallOf<MetadataRequest> behind(kAnyBroker, {});
  test.Exchange({&first, &second, &behind}, 30s);
  for (const auto* call : {&first, &second}) {
    REQUIRE(call->response());
    const auto& partitions = call->response()->groups.at(0).topics.at(0).partitions;
    REQUIRE(partitions.size() == 500'000);
    CHECK(partitions.back().index == 499'999);
  }
  CHECK(behind.response());
  CHECK(server.connections() == 1);
  CHECK(test.client.Counts().bytes_received > size_t{10} << 20U);
}

TEST_CASE("a client certificate is shown, and the new one after a rotation", "[secured]") {
  Trust trust;
  trust.server.client_trust = {.pem = Secret(trust.authority.certificate())};
  trust.server.client_auth = tls::ClientAuth::kRequireAndVerify;
  tls::ServerContext context(trust.server, "test");
  Mutex mutex;
  std::vector<std::string> seen;
  ScriptedServer server(
      [&](Session& session) {
        const auto request = session.Read();
        if (!request) return;
        {
          const Lock lock(mutex);
          seen.push_back(session.Peer().chain.at(0).subject);
        }
        session.Send(AllVersions(*request));
        if (const auto call = session.Read()) session.Send(EmptyAnswer(*call));
      },
      {.tls = &context});
  const ScratchFolder folder;
  const auto write = [&](const std::string& name) {
    const IssuedCertificate issued = trust.authority.Issue({.name = name});
    folder.Write("klaxon.pem", issued.certificate + issued.key);
  };
  write("first");
  trust.client.tls.certificate.location = folder.Path("klaxon.pem");
  ClientFixture test(Options(server.address(), trust.client));
  CHECK(test.Ask());
  write("second");
  CHECK(test.Until([&] { return static_cast<bool>(test.Ask()); }));
  folder.Write("klaxon.pem", "half of a cert");
  CHECK(test.Until([&] { return static_cast<bool>(test.Ask()); }));
  const Lock lock(mutex);
  REQUIRE(seen.size() >= 3);
  CHECK(seen[0] == "CN=first");
  CHECK(seen[1] == "CN=second");
  CHECK(seen[2] == "CN=second");
}

struct Row {
  std::string sentence{};
  ScriptedServer::Script serve{};
  bool server_tls = false;
  SecurityOptions client{};
  Reason reason{};
  std::string words{};  ///< after the address
};

/// Reads a TLS record and closes the connection, as a broker does that cannot make sense of it.
void CloseAtOnce(Session& session) {
  const std::string head = session.ReadBytes(5);
  if (head.size() == 5) {
    session.ReadBytes(static_cast<uint8_t>(head[3]) * 256U + static_cast<uint8_t>(head[4]));
  }
}

SecurityOptions WithLogin(SecurityOptions security, SecurityProtocol protocol) {
  security.protocol = protocol;
  security.username = "alice";
  security.password = Secret("alice-s3cret");
  return security;
}

std::vector<Row> WrongListeners(const Trust& trust) {
  const SecurityOptions plain;
  const auto well = [](Session& session) { ServeWell(session); };
  const auto say = [](std::string_view text) {
    return [text](Session& session) {
      session.ReadBytes(4);
      session.Send(text);
      session.WaitClosed();
    };
  };
  return {
      {"a plain client on a TLS port that closes", well, true, plain, Reason::kUnreachable,
       " closed the connection before it answered anything; a TLS listener, a connection limit, or "
       "not a Kafka broker?"},
      {"a plain client on a TLS port that answers with an alert, as Java does",
       say(std::string_view("\x15\x03\x03\0\x02\x02\x50", 7)), false, plain, Reason::kBadAnswer,
       " expects TLS (it answered with a TLS record), and we speak plain text to it; is this the "
       "right listener?"},
      {"a TLS client on a plain port", CloseAtOnce, false, trust.client, Reason::kUnreachable,
       " closed the connection at our TLS greeting; is this a plain-text port, or does something "
       "between cut TLS?"},
      {"a TLS client on a web server", say("HTTP/1.1 400 Bad Request\r\n\r\n"), false, trust.client,
       Reason::kBadAnswer,
       " does not answer with TLS (it begins with \"HTTP/\"); is this a plain-text port?"},
      {"a plain client on a web server", say("HTTP/1.1 400 Bad Request\r\n\r\n"), false, plain,
       Reason::kBadAnswer,
       " answers, but not as a Kafka broker (it looks like a web server); is the port right?"},
      {"a TLS client on an https server", say("HTTP/1.1 400 Bad Request\r\n\r\n"), true,
       trust.client, Reason::kBadAnswer,
       " answers, but not as a Kafka broker (it looks like a web server); is the port right?"},
  };
}

std::vector<Row> Silent(const Trust& trust) {
  const SecurityOptions login = WithLogin({}, SecurityProtocol::kSaslPlaintext);
  const auto say_nothing = [](Session& session) { session.WaitClosed(); };
  const auto answer_versions = [](Session& session) {
    if (const auto request = session.Read()) session.Send(AllVersions(*request));
    session.WaitClosed();
  };
  return {
      {"a port that never answers a TLS greeting", say_nothing, false, trust.client,
       Reason::kTimeout,
       " accepts connections, but has not finished the TLS handshake for # s; does this port "
       "speak TLS, and does the broker run?"},
      {"a TLS port that never answers", say_nothing, true, trust.client, Reason::kTimeout,
       " accepts connections, but has not answered for # s; is it a Kafka broker, and does it "
       "run?"},
      {"a broker that never answers a login", answer_versions, false, login, Reason::kTimeout,
       " accepts connections, but has not answered our login for # s; does it reach what it "
       "checks logins with?"},
  };
}

std::vector<Row> Cut(const Trust& trust) {
  const SecurityOptions login = WithLogin({}, SecurityProtocol::kSaslPlaintext);
  const auto after = [](int requests) {
    return [requests](Session& session) {
      for (int i = 0; i < requests; ++i) {
        const auto request = session.Read();
        if (!request) return;
        session.Send(request->header.api_key == ApiKey::kApiVersions ? AllVersions(*request)
                                                                     : EmptyAnswer(*request));
      }
      session.Read();
    };
  };
  const auto reset = [](Session& session) {
    session.ReadBytes(4);
    session.Reset();
  };
  return {
      {"a proxy that resets a TLS greeting", reset, false, trust.client, Reason::kUnreachable,
       " reset the connection at our TLS greeting; is this a plain-text port, or does something "
       "between cut TLS?"},
      {"a proxy that cuts after the TLS handshake", after(0), true, trust.client,
       Reason::kUnreachable,
       " closed the connection after the TLS handshake, before it answered anything; does it want "
       "a "
       "client certificate, or is it not a Kafka broker?"},
      {"a proxy that cuts in the login", after(1), false, login, Reason::kUnreachable,
       " closed the connection in the middle of the login (SaslHandshake)"},
      {"a proxy that cuts in the middle of the login", after(2), false, login, Reason::kUnreachable,
       " closed the connection in the middle of the login (SaslAuthenticate)"},
      {"a plain client on a SASL listener",
       after(1),
       false,
       {},
       Reason::kUnreachable,
       " closed the connection at the first request; does this listener ask for a login (SASL)?"},
      {"a TLS client without login on a SASL_SSL listener", after(1), true, trust.client,
       Reason::kUnreachable,
       " closed the connection at the first request; does this listener ask for a login (SASL)?"},
  };
}

std::vector<Row> WrongCertificates(const Trust& trust) {
  const auto well = [](Session& session) { ServeWell(session); };
  SecurityOptions other = trust.client;
  other.tls.trust = {.pem = Secret(CertificateAuthority("Another CA").certificate())};
  SecurityOptions missing = trust.client;
  missing.tls.trust = {.location = "/nonexistent/ca.pem"};
  return {
      {"an authority that is not trusted", well, true, other, Reason::kUnauthorized,
       " presents a certificate that is not trusted: \"CN=broker\" was signed by \"CN=Test CA\", "
       "which is not among the trusted authorities; add that authority's certificate to them"},
      {"a trust store that is not there", well, true, missing, Reason::kInvalid,
       ": /nonexistent/ca.pem: No such file or directory"},
  };
}

TEST_CASE("the wrong listener is told in words, without a secret", "[secured]") {
  const Trust trust;
  tls::ServerContext context(trust.server, "test");
  for (const auto& table :
       {WrongListeners(trust), Silent(trust), Cut(trust), WrongCertificates(trust)}) {
    for (const Row& row : table) {
      INFO(row.sentence);
      ScriptedServer server(row.serve, {.tls = row.server_tls ? &context : nullptr});
      ClientFixture test(Options(server.address(), row.client));
      const auto failed = test.Ask();
      REQUIRE_FALSE(failed);
      CHECK(WithoutTimes(failed.error().message()) == ToString(server.address()) + row.words);
      CHECK(failed.error().reason() == row.reason);
      CHECK(failed.error().message().find("s3cret") == std::string::npos);
    }
  }
}

TEST_CASE("a certificate that is not trusted is not asked for all the time, and heals",
          "[secured]") {
  const Trust trust;
  tls::ServerContext context(trust.server, "test");
  ScriptedServer server([](Session& session) { ServeWell(session); }, {.tls = &context});
  const ScratchFolder folder;
  SecurityOptions security = trust.client;
  security.tls.trust = {
      .location = folder.Write("ca.pem", CertificateAuthority("Another CA").certificate())};
  ClientOptions options = Options(server.address(), security);
  options.relogin = {.base = 200ms, .cap = 400ms};
  ClientFixture test(options);
  const MonoTime end = test.In(1s);
  while (test.In(0s) < end) {
    CHECK_FALSE(test.Ask());
    test.clock.SleepUntil(test.In(1ms), {});
  }
  CHECK(server.connections() >= 2);
  CHECK(server.connections() <= 7);
  folder.Write("ca.pem", trust.authority.certificate());
  CHECK(test.Until([&] { return static_cast<bool>(test.Ask()); }));
}

}  // namespace
}  // namespace klaxon::testing
