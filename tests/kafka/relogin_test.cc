// Sessions that end, tokens that come late, go bad and are renewed (KIP-368).
#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include <catch2/catch_test_macros.hpp>

#include "agent/kafka/wire/sasl/oauth_bearer.h"
#include "tests/kafka/client_fixture.h"
#include "tests/kafka/login_desk.h"
#include "tests/kafka/scripted_server.h"
#include "tests/kafka/tokens.h"

namespace klaxon::testing {
namespace {

using kafka::SaslMechanism;
using kafka::SecurityProtocol;
using namespace kafka::wire;  // NOLINT(google-build-using-namespace)

/// A broker at which one must log in, and a client that does.
class Bench {
 public:
  explicit Bench(SaslMechanism mechanism, LoginRules rules = {},
                 std::shared_ptr<Tokens> its_tokens = nullptr)
      : tokens(std::move(its_tokens)),
        desk(std::move(rules)),
        server([this](Session& session) { ServeLogins(session, desk); }),
        test(Options(mechanism)) {}

  std::shared_ptr<Tokens> tokens;
  LoginDesk desk;
  ScriptedServer server;
  ClientFixture test;

 private:
  ClientOptions Options(SaslMechanism mechanism) const {
    ClientOptions options = ClientFixture::At({server.address()});
    options.connect_timeout = 2s;
    options.security = {.protocol = SecurityProtocol::kSaslPlaintext,
                        .mechanism = mechanism,
                        .username = "alice",
                        .password = Secret("alice-s3cret")};
    options.tokens = tokens;
    return options;
  }
};

TEST_CASE("before a session ends the connection logs in again, and no request is lost", "[login]") {
  for (const SaslMechanism mechanism : {SaslMechanism::kPlain, SaslMechanism::kScramSha512}) {
    Bench bench(mechanism, {.lifetime_ms = 1500});
    int asked = 0;
    CHECK(bench.test.Until([&] {
      const auto answer = bench.test.Ask();
      INFO((answer ? "" : answer.error().message()));
      CHECK(answer);
      ++asked;
      return bench.desk.count("again") >= 2;
    }));
    CHECK(asked > 50);
    CHECK(bench.desk.count("login") == 1);
    CHECK(bench.desk.count("expired") == 0);
    CHECK(bench.server.connections() == 1);
  }
}

TEST_CASE("a connection that nobody uses logs in again by itself", "[login]") {
  Bench bench(SaslMechanism::kScramSha256, {.lifetime_ms = 1000});
  CHECK(bench.test.Ask());
  CHECK(bench.test.Until([&] { return bench.desk.count("again") >= 2; }));
  CHECK(bench.test.Ask());
  CHECK(bench.server.connections() == 1);
}

TEST_CASE("while a login is under way nothing else is sent, and what waits is sent after it",
          "[login]") {
  std::atomic<bool> disturbed = false;
  std::atomic<int> handshakes = 0;
  LoginRules rules{.lifetime_ms = 1500};
  rules.on_handshake = [&](Session& session) {
    if (++handshakes > 1) disturbed = disturbed || session.HasMore(150ms);
  };
  Bench bench(SaslMechanism::kPlain, std::move(rules));
  // Calls are made all the time: some of them fall into the 150 ms.
  CHECK(bench.test.Until([&] {
    CHECK(bench.test.Ask());
    return bench.desk.count("again") >= 1;
  }));
  CHECK_FALSE(disturbed);
  CHECK(bench.server.connections() == 1);
}

TEST_CASE("a user who may no longer log in is told, and let in again when that is mended",
          "[login]") {
  Bench bench(SaslMechanism::kScramSha256, {.lifetime_ms = 1000});
  REQUIRE(bench.test.Ask());
  bench.desk.Change([](LoginRules& now) { now.password = "changed"; });
  CHECK(bench.test.Until([&] {
    const auto answer = bench.test.Ask();
    return !answer && answer.error().reason() == Reason::kUnauthorized;
  }));
  bench.desk.Change([](LoginRules& now) { now.password = "alice-s3cret"; });
  CHECK(bench.test.Until([&] { return static_cast<bool>(bench.test.Ask()); }));
}

TEST_CASE("a token that is still being fetched is waited for", "[login]") {
  Bench bench(SaslMechanism::kOAuthBearer, {}, std::make_shared<Tokens>(std::nullopt));
  const std::jthread later([&] {
    bench.test.Until([&] { return bench.tokens->asked() >= 3; });
    bench.tokens->Set(Tokens::Good("good.t0ken"));
  });
  CHECK(bench.test.Ask());
  CHECK(bench.server.connections() == 1);
}

TEST_CASE("a token that never comes, or cannot be had, is told as such", "[login]") {
  struct Row {
    std::optional<Result<kafka::Token>> token{};
    Reason reason{};
    std::string words{};
  };

  const std::string start = " cannot be logged in to";
  const std::vector<Row> rows{
      {std::nullopt, Reason::kTimeout,
       start + ": no token came within # s; does the token endpoint answer?"},
      {Error(Reason::kUnreachable, "http://idp:1/token: connection refused"), Reason::kUnreachable,
       start + ", for want of a token: http://idp:1/token: connection refused"},
      {Tokens::Good("two\nlines-s3cret"), Reason::kInvalid,
       start + ": the token is not one line of text"},
      {Tokens::Good("bad.t0ken-s3cret"), Reason::kUnauthorized,
       R"( refuses our login by OAUTHBEARER ({"status":"invalid_token"}); does it trust who )"
       "issued the token, and do audience and scope fit?"},
  };
  for (const Row& row : rows) {
    INFO(row.words);
    Bench bench(SaslMechanism::kOAuthBearer, {}, std::make_shared<Tokens>(row.token));
    const auto refused = bench.test.Ask();
    REQUIRE_FALSE(refused);
    CHECK(WithoutTimes(refused.error().message()) == ToString(bench.server.address()) + row.words);
    CHECK(refused.error().reason() == row.reason);
    CHECK(refused.error().message().find("s3cret") == std::string::npos);
    bench.tokens->Set(Tokens::Good("good.t0ken"));
    CHECK(bench.test.Until([&] { return static_cast<bool>(bench.test.Ask()); }));
  }
}

TEST_CASE("the source of a token hears that a broker refuses it", "[login]") {
  Bench bench(SaslMechanism::kOAuthBearer, {}, std::make_shared<Tokens>(std::string("bad.t0ken")));
  bench.tokens->Replace("bad.t0ken", "good.t0ken");
  CHECK_FALSE(bench.test.Ask());
  CHECK(bench.tokens->refused() > 0);
  CHECK(bench.test.Until([&] { return static_cast<bool>(bench.test.Ask()); }));
  const int before = bench.tokens->refused();
  CHECK(bench.test.Ask());
  CHECK(bench.tokens->refused() == before);
}

TEST_CASE("the next login takes the newest token", "[login]") {
  Bench bench(SaslMechanism::kOAuthBearer, {.lifetime_ms = 1000},
              std::make_shared<Tokens>(std::string("good.t0ken")));
  REQUIRE(bench.test.Ask());
  bench.tokens->Set(Tokens::Good("next.t0ken"));
  bench.desk.Change([](LoginRules& now) { now.token = "next.t0ken"; });
  CHECK(bench.test.Until([&] {
    CHECK(bench.test.Ask());
    return bench.desk.count("again") >= 1;
  }));
  CHECK(bench.server.connections() == 1);
}

TEST_CASE("a session goes on when the next token is late, as long as it lasts", "[login]") {
  for (const bool late : {true, false}) {
    INFO((late ? "late" : "cannot be had"));
    Bench bench(SaslMechanism::kOAuthBearer, {.lifetime_ms = 2500},
                std::make_shared<Tokens>(std::string("good.t0ken")));
    // A machine that is very busy may come to ask after the session's end only.
    const MonoTime ends = bench.test.In(2500ms);
    const auto over = [&] { return bench.test.clock.Now().mono >= ends; };
    REQUIRE(bench.test.Ask());
    const int before = bench.tokens->asked();
    if (late) {
      bench.tokens->Set(std::nullopt);
    } else {
      bench.tokens->Set(Error(Reason::kUnreachable, "the token endpoint is down"));
    }
    CHECK(bench.test.Until([&] {
      CHECK((bench.test.Ask() || over()));
      return bench.tokens->asked() > before;
    }));
    CHECK((bench.test.Ask() || over()));
    CHECK((bench.server.connections() == 1 || over()));
    bench.tokens->Set(Tokens::Good("good.t0ken"));
    CHECK(bench.test.Until([&] { return static_cast<bool>(bench.test.Ask()); }));
  }
}

TEST_CASE("extensions of OAUTHBEARER go with the token, and wrong ones are refused", "[login]") {
  kafka::SecurityOptions options;
  const auto begin = [&](const std::string& extensions) {
    options.oauth.extensions = extensions;
    return *OAuthBearer(options, std::make_shared<Tokens>(std::string("t")))->Begin({});
  };
  CHECK(begin("").value() ==
        "n,,\x01"
        "auth=Bearer t\x01\x01");
  CHECK(begin("logicalCluster=lkc-1, identityPoolId=pool 2").value() ==
        "n,,\x01"
        "auth=Bearer t\x01logicalCluster=lkc-1\x01identityPoolId=pool 2\x01\x01");
  for (const std::string wrong : {"auth=x", "a1=x", "=x", "name", "a=\x01"}) {
    INFO(wrong);
    const auto refused = begin(wrong);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().reason() == Reason::kInvalid);
  }
}

}  // namespace
}  // namespace klaxon::testing
