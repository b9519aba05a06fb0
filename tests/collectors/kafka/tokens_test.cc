#include "collectors/kafka/tokens.h"

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "agent/base/mutex.h"
#include "agent/http/login.h"
#include "tests/http/scripted_server.h"
#include "tests/support/certificates.h"
#include "tests/support/fake_clock.h"
#include "tests/support/tls_front.h"

namespace klaxon::kafka_collector {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
using testing::FakeClock;

/// A token endpoint on loopback. What it answers is changed by the test.
class Endpoint {
 public:
  Endpoint()
      : server_([this](const http::ScriptedServer::Peer& peer, const std::stop_token&) {
          const auto [status, body] = Answer(peer.request(), peer.Body());
          peer.Send("HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Length: " +
                    std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" + body);
        }) {}

  std::string Url() const { return server_.Url("/token"); }

  uint16_t port() const { return server_.port(); }

  void Set(int status, std::string body) {
    const Lock lock(mutex_);
    answer_ = {status, std::move(body)};
  }

  int asked() const {
    const Lock lock(mutex_);
    return asked_;
  }

 private:
  std::pair<int, std::string> Answer(const std::string& head, const std::string& body) {
    const Lock lock(mutex_);
    ++asked_;
    if (!head.starts_with("POST /token HTTP/1.1\r\n")) {
      return {404, ""};
    }
    const std::string login = http::BasicAuthorization("klaxon", Secret("hunter2"));
    if (head.find("Authorization: " + login + "\r\n") == std::string::npos ||
        body != "grant_type=client_credentials&scope=kafka") {
      return {401, R"({"error":"invalid_client"})"};
    }
    return answer_;
  }

  mutable Mutex mutex_{};
  std::pair<int, std::string> answer_ KLAXON_GUARDED_BY(mutex_){200, ""};
  int asked_ KLAXON_GUARDED_BY(mutex_) = 0;
  http::ScriptedServer server_;
};

/// A real client that a fake clock does not hurry.
class PatientHttp final : public http::HttpClient {
 public:
  Result<http::HttpResponse> Send(const http::HttpRequest& request, MonoTime,
                                  const std::stop_token& stop) override {
    return real_->Send(request, steady_clock::now() + seconds{10}, stop);
  }

 private:
  std::unique_ptr<http::HttpClient> real_ = http::MakeHttpClient();
};

struct World {
  FakeClock clock{};
  PatientHttp http{};

  TokenDeps Deps() { return {.cluster = "main", .clock = clock, .http = http}; }
};

kafka::SecurityOptions Oidc(const std::string& url, const std::string& secret = "hunter2") {
  return {.protocol = kafka::SecurityProtocol::kSaslSsl,
          .mechanism = kafka::SaslMechanism::kOAuthBearer,
          .oauth = {.token_endpoint_url = url,
                    .client_id = "klaxon",
                    .client_secret = Secret(secret),
                    .scope = "kafka"}};
}

/// "abc", "error: ..." or "not yet".
std::string Told(kafka::TokenSource& source, World& world) {
  const std::optional<Result<kafka::Token>> token = source.Current(world.clock.Now());
  if (!token) return "not yet";
  return *token ? (*token)->value.Reveal() : "error: " + token->error().message();
}

/// Whether it comes true within ten real seconds.
bool Until(const std::function<bool()>& come_true) {
  const auto limit = steady_clock::now() + seconds{10};
  while (steady_clock::now() < limit) {
    if (come_true()) return true;
    std::this_thread::sleep_for(milliseconds{2});
  }
  return false;
}

TEST_CASE("a token is fetched at once and renewed after four fifths of its life", "[oidc]") {
  Endpoint endpoint;
  endpoint.Set(200, R"({"access_token":"first","expires_in":100})");
  World world;
  const auto source = MakeTokenSource(Oidc(endpoint.Url()), world.Deps());
  REQUIRE(world.clock.WaitForSleepers());
  CHECK(Told(*source, world) == "first");
  CHECK((*source->Current(world.clock.Now()))->expires == world.clock.Now().wall + seconds{100});
  endpoint.Set(200, R"({"access_token":"second","expires_in":100})");
  world.clock.Advance(seconds{79});
  CHECK(Told(*source, world) == "first");
  CHECK(endpoint.asked() == 1);
  world.clock.Advance(seconds{1});
  REQUIRE(world.clock.WaitForSleepers());
  CHECK(Told(*source, world) == "second");
  CHECK(endpoint.asked() == 2);
}

TEST_CASE("the last token is used while it is good, then the reason is told", "[oidc]") {
  Endpoint endpoint;
  endpoint.Set(200, R"({"access_token":"first","expires_in":100})");
  World world;
  const auto source = MakeTokenSource(Oidc(endpoint.Url()), world.Deps());
  REQUIRE(world.clock.WaitForSleepers());
  endpoint.Set(503, "");
  REQUIRE(world.clock.AdvanceWhenAsleep(seconds{80}));
  REQUIRE(world.clock.WaitForSleepers());
  CHECK(Told(*source, world) == "first");
  world.clock.Advance(seconds{20});
  REQUIRE(world.clock.WaitForSleepers());
  CHECK(Told(*source, world) == "error: " + endpoint.Url() + " answers 503; it is asked again");
  endpoint.Set(200, R"({"access_token":"second","expires_in":100})");
  REQUIRE(world.clock.AdvanceWhenAsleep(seconds{30}));  // the longest wait of the back-off
  REQUIRE(world.clock.WaitForSleepers());
  CHECK(Told(*source, world) == "second");
}

TEST_CASE("a token that a broker refuses is replaced long before its life is over", "[oidc]") {
  Endpoint endpoint;
  endpoint.Set(200, R"({"access_token":"first","expires_in":3600})");
  World world;
  const auto source = MakeTokenSource(Oidc(endpoint.Url()), world.Deps());
  REQUIRE(world.clock.WaitForSleepers());
  endpoint.Set(200, R"({"access_token":"second","expires_in":3600})");
  source->Refused(Secret("older"));
  world.clock.Advance(seconds{60});
  REQUIRE(world.clock.WaitForSleepers());
  CHECK(endpoint.asked() == 1);
  source->Refused(Secret("first"));
  CHECK(Told(*source, world) == "first");  // asking does not wait
  CHECK(Until([&] {
    world.clock.Advance(seconds{1});
    return Told(*source, world) == "second";
  }));
  CHECK(endpoint.asked() == 2);
}

TEST_CASE("an endpoint that gives refused tokens only is asked ever less often", "[oidc]") {
  Endpoint endpoint;
  endpoint.Set(200, R"({"access_token":"same","expires_in":36000})");
  World world;
  const auto source = MakeTokenSource(Oidc(endpoint.Url()), world.Deps());
  REQUIRE(world.clock.WaitForSleepers());
  const MonoTime begin = world.clock.Now().mono;
  for (int asked = 1; asked < 20; ++asked) {
    source->Refused(Secret("same"));
    REQUIRE(Until([&] {
      world.clock.Advance(milliseconds{500});
      return endpoint.asked() > asked;
    }));
    // Let what is on its way come to its end before it is refused again.
    REQUIRE(world.clock.WaitForSleepers());
  }
  CHECK(world.clock.Now().mono - begin > seconds{100});
}

TEST_CASE("failures are tried again ever later, at most every 30 s", "[oidc]") {
  Endpoint endpoint;
  endpoint.Set(404, "");
  World world;
  const auto source = MakeTokenSource(Oidc(endpoint.Url()), world.Deps());
  for (int i = 0; i < 60; ++i) {
    REQUIRE(world.clock.AdvanceWhenAsleep(seconds{10}));
  }
  REQUIRE(world.clock.WaitForSleepers());
  const int asked = endpoint.asked();
  CHECK(asked >= 20);  // 600 s
  CHECK(asked <= 50);
}

TEST_CASE("what keeps a token away is told without the secret", "[oidc]") {
  const testing::CertificateAuthority authority;
  const testing::IssuedCertificate issued = authority.Issue({});
  Endpoint endpoint;
  endpoint.Set(200, R"({"access_token":"good","expires_in":100})");
  const testing::TlsFront front(
      {.certificate = {.pem = Secret(issued.certificate)}, .key = {.pem = Secret(issued.key)}},
      endpoint.port());
  World world;

  struct Case {
    kafka::SecurityOptions options;
    std::string words;
  };

  kafka::SecurityOptions trusting = Oidc(front.Url("/token"));
  trusting.oauth.endpoint.trust.pem = Secret(authority.certificate());
  const std::vector<Case> cases{
      {Oidc(endpoint.Url(), "wrong"), "answers 401: invalid_client; check"},
      {Oidc(endpoint.Url() + "s"), "answers 404"},
      {Oidc(front.Url("/token")), "certificate that is not trusted"},
      {Oidc("http://127.0.0.1:1/token"), "connection refused"},
      {trusting, "good"},
  };
  for (const Case& each : cases) {
    const auto source = MakeTokenSource(each.options, world.Deps());
    REQUIRE(world.clock.WaitForSleepers());
    const std::string told = Told(*source, world);
    CAPTURE(told);
    CHECK(told.find(each.words) != std::string::npos);
    CHECK(told.find("hunter2") == std::string::npos);
    CHECK(told.find("wrong") == std::string::npos);
  }
}

/// Waits for the end of the request.
class HangingHttp final : public http::HttpClient {
 public:
  Result<http::HttpResponse> Send(const http::HttpRequest& request, MonoTime,
                                  const std::stop_token& stop) override {
    asked = true;
    asked.notify_all();
    while (!stop.stop_requested()) {
      std::this_thread::sleep_for(milliseconds{5});
    }
    return Error(Reason::kCancelled, request.url);
  }

  std::atomic<bool> asked = false;
};

TEST_CASE("while the first token is on its way there is neither token nor error", "[oidc]") {
  World world;
  HangingHttp http;
  const auto begin = steady_clock::now();
  {
    const auto source = MakeTokenSource(Oidc("http://127.0.0.1:1/"),
                                        {.cluster = "main", .clock = world.clock, .http = http});
    http.asked.wait(false);
    CHECK(Told(*source, world) == "not yet");
  }
  CHECK(steady_clock::now() - begin < seconds{5});  // and its end does not wait for the answer
}

TEST_CASE("a token's file is read again whenever a token is needed", "[oidc]") {
  const testing::ScratchFolder folder;
  const std::string file = folder.Write("token", "first\n");
  World world;
  const auto source = MakeTokenSource({.protocol = kafka::SecurityProtocol::kSaslPlaintext,
                                       .mechanism = kafka::SaslMechanism::kOAuthBearer,
                                       .oauth = {.token_file = file}},
                                      world.Deps());
  CHECK(Told(*source, world) == "first");
  folder.Write("token", "second");
  CHECK(Told(*source, world) == "second");
  folder.Write("token", "two words");
  CHECK(Told(*source, world) ==
        "error: " + file + " holds no token: one line of ASCII without blanks");
  // {"exp":1}, in 1970; the fake clock says 2026.
  folder.Write("token", "e30.eyJleHAiOjF9.c2ln");
  CHECK(Told(*source, world).starts_with("error: the token in " + file + " expired "));
  folder.Write("token", "e30.eyJleHAiOjQwMDAwMDAwMDB9.c2ln");
  CHECK((*source->Current(world.clock.Now()))->expires == WallTime(seconds{4'000'000'000}));
}

TEST_CASE("a token that never changes is given as it is, until it has expired", "[oidc]") {
  World world;
  kafka::SecurityOptions options{.protocol = kafka::SecurityProtocol::kSaslSsl,
                                 .mechanism = kafka::SaslMechanism::kOAuthBearer,
                                 .oauth = {.token = Secret("abc")}};
  CHECK(Told(*MakeTokenSource(options, world.Deps()), world) == "abc");
  options.oauth.token = Secret("e30.eyJleHAiOjF9.c2ln");
  CHECK(Told(*MakeTokenSource(options, world.Deps()), world)
            .starts_with("error: the token in sasl.oauthbearer.token expired "));
}

TEST_CASE("there is no source of tokens for logins without them", "[oidc]") {
  World world;
  CHECK(MakeTokenSource({}, world.Deps()) == nullptr);
  CHECK(MakeTokenSource({.protocol = kafka::SecurityProtocol::kSaslSsl,
                         .mechanism = kafka::SaslMechanism::kPlain},
                        world.Deps()) == nullptr);
}

}  // namespace
}  // namespace klaxon::kafka_collector
