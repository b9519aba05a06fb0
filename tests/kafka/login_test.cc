// Logging in: every mechanism, over plain text and TLS, and what goes wrong.
#include <memory>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "agent/kafka/wire/messages/sasl_authenticate.h"
#include "tests/kafka/client_fixture.h"
#include "tests/kafka/login_desk.h"
#include "tests/kafka/scripted_server.h"
#include "tests/kafka/tokens.h"
#include "tests/support/certificates.h"

namespace klaxon::testing {
namespace {

using kafka::SaslMechanism;
using kafka::SecurityOptions;
using kafka::SecurityProtocol;
using namespace kafka::wire;  // NOLINT(google-build-using-namespace)

constexpr std::string_view kPassword = "alice-s3cret";
constexpr std::string_view kWrongPassword = "wr0ng-s3cret";
constexpr std::string_view kToken = "good.t0ken";

SecurityOptions LoginBy(SaslMechanism mechanism, std::string_view password = kPassword) {
  return {.protocol = SecurityProtocol::kSaslPlaintext,
          .mechanism = mechanism,
          .username = "alice",
          .password = Secret(std::string(password))};
}

ClientOptions Options(const HostPort& address, SecurityOptions security) {
  ClientOptions options = ClientFixture::At({address});
  options.security = std::move(security);
  if (options.security.mechanism == SaslMechanism::kOAuthBearer) {
    options.tokens = std::make_shared<Tokens>(std::string(kToken));
  }
  return options;
}

TEST_CASE("every mechanism logs in, over plain text and over TLS", "[login]") {
  const CertificateAuthority authority;
  const IssuedCertificate broker = authority.Issue({});
  tls::ServerContext context({.certificate = {.pem = Secret(broker.certificate + broker.key)}},
                             "test");
  for (const SaslMechanism mechanism : {SaslMechanism::kPlain, SaslMechanism::kScramSha256,
                                        SaslMechanism::kScramSha512, SaslMechanism::kOAuthBearer}) {
    for (const bool secured : {false, true}) {
      INFO("mechanism " << static_cast<int>(mechanism) << (secured ? " over TLS" : ""));
      LoginDesk desk(LoginRules{});
      ScriptedServer server([&](Session& session) { ServeLogins(session, desk); },
                            {.tls = secured ? &context : nullptr});
      SecurityOptions security = LoginBy(mechanism);
      if (secured) {
        security.protocol = SecurityProtocol::kSaslSsl;
        security.tls.trust.pem = Secret(authority.certificate());
      }
      ClientFixture test(Options(server.address(), security));
      const auto asked = test.Ask();
      INFO((asked ? "" : asked.error().message()));
      CHECK(asked);
      CHECK(test.Ask());
      CHECK(desk.count("login") == 1);
      CHECK(server.connections() == 1);
      const Traffic traffic = test.client.Counts();
      CHECK(traffic.requests.at(ApiKey::kSaslHandshake).answered == 1);
      CHECK(traffic.requests.at(ApiKey::kSaslAuthenticate).answered >= 1);
    }
  }
}

struct Row {
  std::string sentence{};
  LoginRules rules{};
  SecurityOptions security{};
  std::string words{};  ///< after the broker's address
};

std::vector<Row> RefusedLogins() {
  LoginRules without;
  without.knows_login = false;
  LoginRules only;
  only.mechanisms = {"SCRAM-SHA-512", "GSSAPI"};
  LoginRules echo;
  echo.user = "bob";
  LoginRules forger;
  forger.signature = "Zm9vYg==";
  return {
      {"a wrong password by PLAIN",
       {},
       LoginBy(SaslMechanism::kPlain, kWrongPassword),
       " refuses our login by PLAIN (Authentication failed: Invalid username or password); is the "
       "password of user \"alice\" right?"},
      {"a wrong password by SCRAM-SHA-256",
       {},
       LoginBy(SaslMechanism::kScramSha256, kWrongPassword),
       " refuses our login by SCRAM-SHA-256 (Authentication failed during authentication due to "
       "invalid credentials with SASL mechanism SCRAM-SHA-256); is the password right, and does "
       "the "
       "user \"alice\" exist for SCRAM-SHA-256?"},
      {"a user that is not there, by SCRAM-SHA-512", echo, LoginBy(SaslMechanism::kScramSha512),
       " refuses our login by SCRAM-SHA-512 (Authentication failed during authentication due to "
       "invalid credentials with SASL mechanism SCRAM-SHA-512); is the password right, and does "
       "the "
       "user \"alice\" exist for SCRAM-SHA-512?"},
      {"a mechanism that is not enabled", only, LoginBy(SaslMechanism::kPlain),
       " does not offer PLAIN on this listener; it offers SCRAM-SHA-512, GSSAPI: set "
       "sasl.mechanism, or choose another listener"},
      {"a listener without login", without, LoginBy(SaslMechanism::kPlain),
       " takes no login (SASL) on this listener; set security.protocol to PLAINTEXT or SSL, or "
       "choose another listener"},
      {"a broker that does not know the password itself", forger,
       LoginBy(SaslMechanism::kScramSha256),
       " does not prove that it knows the password: it is not the broker that it should be"},
  };
}

TEST_CASE("a login that is refused is told in words, without a secret", "[login]") {
  for (const Row& row : RefusedLogins()) {
    INFO(row.sentence);
    LoginDesk desk(row.rules);
    ScriptedServer server([&](Session& session) { ServeLogins(session, desk); });
    ClientFixture test(Options(server.address(), row.security));
    const auto refused = test.Ask();
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message() == ToString(server.address()) + row.words);
    CHECK(refused.error().reason() == Reason::kUnauthorized);
    CHECK(refused.error().message().find("s3cret") == std::string::npos);
  }
}

TEST_CASE("a broker that repeats the password is not quoted", "[login]") {
  ScriptedServer server([](Session& session) {
    while (const auto request = session.Read()) {
      if (request->header.api_key != ApiKey::kSaslAuthenticate) {
        session.Send(request->header.api_key == ApiKey::kApiVersions ? AllVersions(*request)
                                                                     : EmptyAnswer(*request));
        continue;
      }
      session.Send(EncodeResponse<SaslAuthenticateRequest>(
          {.error_code = ErrorCode::kSaslAuthenticationFailed,
           .error_message = "no user alice with " + std::string(kPassword)},
          request->header.api_version, request->header.correlation_id));
    }
  });
  for (const SaslMechanism mechanism : {SaslMechanism::kPlain, SaslMechanism::kScramSha256}) {
    ClientFixture test(Options(server.address(), LoginBy(mechanism)));
    const auto refused = test.Ask();
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message().find("s3cret") == std::string::npos);
    CHECK(refused.error().message().find(" refuses our login by ") != std::string::npos);
  }
}

TEST_CASE("a wrong password is not tried without end, and heals when it is mended", "[login]") {
  LoginRules rules;
  rules.password = "another";
  LoginDesk desk(rules);
  ScriptedServer server([&](Session& session) { ServeLogins(session, desk); });
  ClientOptions options = Options(server.address(), LoginBy(SaslMechanism::kScramSha256));
  options.relogin = {.base = 200ms, .cap = 800ms};
  ClientFixture test(options);
  const MonoTime end = test.In(3s);
  int asked = 0;
  while (test.In(0s) < end) {
    CHECK_FALSE(test.Ask());
    ++asked;
    test.clock.SleepUntil(test.In(1ms), {});
  }
  // At least 100, 200, 400, 400, ... ms lie between two attempts.
  CHECK(asked > 100);
  CHECK(desk.count("refused") >= 3);
  CHECK(desk.count("refused") <= 10);
  desk.Change([](LoginRules& now) { now.password = kPassword; });
  CHECK(test.Until([&] { return static_cast<bool>(test.Ask()); }));
}

}  // namespace
}  // namespace klaxon::testing
