// Names with several addresses, names that move, and IPv6.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include "agent/kafka/wire/peer.h"
#include "tests/kafka/client_fixture.h"
#include "tests/kafka/scripted_server.h"
#include "tests/support/certificates.h"

namespace klaxon::testing {
namespace {

using kafka::CallOf;
using namespace kafka::wire;  // NOLINT(google-build-using-namespace)

void Serve(Session& session) {
  ServeWell(session);
}

/// Whether this machine has IPv6 on loopback.
bool HasIpv6() {
  const Descriptor socket(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_addr = in6addr_loopback;
  return socket &&
         bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
}

/// A name service that says what the test wants.
class Names {
 public:
  Resolver::Service service() {
    return [this](const std::string& /*host*/) -> Result<Addresses> {
      const Lock lock(mutex_);
      ++asked_;
      Addresses addresses;
      for (const std::string& text : hosts_) {
        SocketAddress& address = addresses.emplace_back();
        auto* v4 = reinterpret_cast<sockaddr_in*>(&address.storage);
        v4->sin_family = AF_INET;
        inet_pton(AF_INET, text.c_str(), &v4->sin_addr);
        address.size = sizeof(sockaddr_in);
      }
      if (addresses.empty()) return Error(Reason::kUnreachable, "Name or service not known");
      return addresses;
    };
  }

  void Set(std::vector<std::string> hosts) {
    const Lock lock(mutex_);
    hosts_ = std::move(hosts);
  }

  int asked() const {
    const Lock lock(mutex_);
    return asked_;
  }

 private:
  mutable Mutex mutex_{};
  std::vector<std::string> hosts_ KLAXON_GUARDED_BY(mutex_){};
  int asked_ KLAXON_GUARDED_BY(mutex_) = 0;
};

/// One peer, moved on by the test's thread.
class PeerBench {
 public:
  PeerBench(const HostPort& address, Resolver::Service service, ClientOptions its_options)
      : options(std::move(its_options)), resolver(waker, std::move(service)), peer(address, tools) {
    peer.SetBroker(1);
  }

  /// One ListGroups request: ok, or its error.
  Result<void> Ask(Duration limit = 5s) {
    CallOf<ListGroupsRequest> call(1, {});
    kafka::Call* const calls[] = {&call};
    const auto batch = std::make_shared<Batch>(calls, clock.Now().mono + limit, clock.Now().mono);
    const auto ticket = std::make_shared<Ticket>(call, batch, meter, clock.Now().mono);
    peer.Submit(ticket, clock.Now());
    while (ticket->open() && clock.Now().mono < batch->deadline()) {
      Turn();
    }
    ticket->FailOverdue(clock.Now().mono);
    return call.response() ? Result<void>() : call.response().error();
  }

  void Turn() {
    pollfd polled[] = {{.fd = waker->fd(), .events = POLLIN, .revents = 0},
                       {.fd = peer.fd(), .events = peer.Events(), .revents = 0}};
    poll(polled, 2, 10);
    waker->Drain();
    peer.Advance(polled[1].revents, clock.Now());
  }

  SystemClock clock{};
  ClientOptions options;
  std::shared_ptr<Waker> waker = std::make_shared<Waker>();
  Resolver resolver;
  Meter meter{};
  PeerTools tools{.options = options,
                  .resolver = resolver,
                  .meter = meter,
                  .on_versions = [](const HostPort&, std::shared_ptr<const VersionTable>) {}};
  Peer peer;
};

TEST_CASE("a broker is reached at an IPv6 address", "[address]") {
  if (!HasIpv6()) SKIP("no IPv6 on loopback here");
  ScriptedServer server(Serve, {.host = "::1"});
  ClientFixture test(ClientFixture::At({server.address()}));
  CHECK(test.Ask());
  test.client.SetBrokers({{.id = 1, .address = server.address()}});
  CHECK(test.AskBroker(1));
  const auto gone = ParseHostPort("[::1]:1");
  test.client.SetBrokers({{.id = 1, .address = *gone}});
  CHECK(test.AskBroker(1).error().message().starts_with("broker 1 at [::1]:1: connection refused"));
}

TEST_CASE("a certificate for an IPv6 address is checked as one", "[address]") {
  if (!HasIpv6()) SKIP("no IPv6 on loopback here");
  const CertificateAuthority authority;
  for (const bool right : {true, false}) {
    const IssuedCertificate issued =
        authority.Issue({.hosts = {right ? "::1" : "::2", "localhost"}});
    tls::ServerContext context({.certificate = {.pem = Secret(issued.certificate + issued.key)}},
                               "test");
    ScriptedServer server(Serve, {.host = "::1", .tls = &context});
    ClientOptions options = ClientFixture::At({server.address()});
    options.security = {.protocol = kafka::SecurityProtocol::kSsl,
                        .tls = {.trust = {.pem = Secret(authority.certificate())}}};
    ClientFixture test(options);
    const auto asked = test.Ask();
    CHECK(static_cast<bool>(asked) == right);
    if (!right) {
      CHECK(
          asked.error().message() ==
          ToString(server.address()) +
              " presents a certificate for ::2, localhost, not for ::1; connect by a name that it "
              "has, or have one issued that has this name too");
    }
  }
}

TEST_CASE("each address of a name is tried until one answers", "[address]") {
  ScriptedServer server(Serve, {.host = "127.0.0.3"});
  Names names;
  names.Set({"127.0.0.1", "127.0.0.2", "127.0.0.3"});
  PeerBench bench({.host = "kafka.test", .port = server.address().port}, names.service(), {});
  CHECK(bench.Ask());
  CHECK(server.connections() == 1);
}

TEST_CASE("an attempt that fails before it has begun is told at once", "[address]") {
  // Nobody can open a connection to everybody: the system says so without sending anything.
  PeerBench bench({.host = "255.255.255.255", .port = 9092}, Resolver::AskSystem, {});
  const MonoTime before = bench.clock.Now().mono;
  const auto failed = bench.Ask(30s);
  REQUIRE_FALSE(failed);
  CHECK(failed.error().reason() == Reason::kUnreachable);
  CHECK(bench.clock.Now().mono - before < 10s);
}

TEST_CASE("when no address of a name answers, the error names them", "[address]") {
  Names names;
  names.Set({"127.0.0.1", "127.0.0.2"});
  PeerBench bench({.host = "kafka.test", .port = ClosedPort().port}, names.service(), {});
  const auto refused = bench.Ask();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message().find("refused; is the broker running, and is the port right? "
                                       "(127.0.0.1), connection refused;") != std::string::npos);
  CHECK(refused.error().message().find("(127.0.0.2)") != std::string::npos);
}

TEST_CASE("a name that points elsewhere is followed when the connection is made anew",
          "[address]") {
  std::optional<ScriptedServer> before;
  before.emplace(Serve, ServerPlace{.host = "127.0.0.2"});
  const uint16_t port = before->address().port;
  ScriptedServer after(Serve, {.port = port, .host = "127.0.0.3"});
  Names names;
  names.Set({"127.0.0.2"});
  ClientOptions options;
  options.reconnect = {.base = 10ms, .cap = 20ms};
  PeerBench bench({.host = "kafka.test", .port = port}, names.service(), options);
  REQUIRE(bench.Ask());
  CHECK(after.connections() == 0);
  names.Set({"127.0.0.3"});
  CHECK(bench.Ask());  // the old one still answers
  CHECK(after.connections() == 0);
  before.reset();
  bool answered = false;
  for (int i = 0; i < 100 && !answered; ++i) {
    answered = static_cast<bool>(bench.Ask());
    bench.Turn();
  }
  CHECK(answered);
  CHECK(after.connections() == 1);
}

TEST_CASE("a name that is gone and comes back heals", "[address]") {
  ScriptedServer server(Serve);
  Names names;
  ClientOptions options;
  options.reconnect = {.base = 10ms, .cap = 20ms};
  PeerBench bench({.host = "kafka.test", .port = server.address().port}, names.service(), options);
  const auto unknown = bench.Ask();
  REQUIRE_FALSE(unknown);
  CHECK(
      unknown.error().message() ==
      fmt::format("broker 1 advertises kafka.test:{}, which does not resolve here (Name or service "
                  "not known); check advertised.listeners or DNS",
                  server.address().port));
  names.Set({"127.0.0.1"});
  bool answered = false;
  for (int i = 0; i < 100 && !answered; ++i) {
    answered = static_cast<bool>(bench.Ask());
    bench.Turn();
  }
  CHECK(answered);
  CHECK(names.asked() >= 2);
}

TEST_CASE("a broker that moves to another port is asked there at once", "[address]") {
  ScriptedServer before(Serve);
  ScriptedServer after(Serve);
  ClientFixture test(ClientFixture::At({before.address()}));
  test.client.SetBrokers({{.id = 1, .address = before.address()}});
  REQUIRE(test.AskBroker(1));
  test.client.SetBrokers({{.id = 1, .address = after.address()}});
  CHECK(test.AskBroker(1));
  CHECK(after.connections() == 1);
  test.client.SetBrokers({{.id = 1, .address = before.address()}});
  CHECK(test.AskBroker(1));
}

TEST_CASE("a connection that only forgotten calls wait on is left for a new one", "[address]") {
  for (const bool soon : {true, false}) {
    ScriptedServer server([](Session& session) {
      ServeWell(session, [&](const Request& request) -> std::optional<std::string> {
        const bool stuck = session.number() == 1 && request.header.api_key == ApiKey::kListGroups;
        if (stuck) session.WaitClosed();
        return stuck ? "" : EmptyAnswer(request);
      });
    });
    ClientOptions options = ClientFixture::At({server.address()});
    options.blocked_after = soon ? Duration(50ms) : Duration(1h);
    ClientFixture test(options);
    test.client.SetBrokers({{.id = 1, .address = server.address()}});
    CHECK_FALSE(test.AskBroker(1, 100ms));
    const auto next = test.AskBroker(1, soon ? Duration(5s) : Duration(300ms));
    CHECK(static_cast<bool>(next) == soon);
    if (soon) CHECK(server.connections() == 2);
  }
}

}  // namespace
}  // namespace klaxon::testing
