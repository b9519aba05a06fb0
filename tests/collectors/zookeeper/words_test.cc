#include "collectors/zookeeper/words.h"

#include <catch2/catch_test_macros.hpp>

#include "tests/contract/hostile_server.h"

namespace klaxon::zookeeper_collector {
namespace {

using klaxon::testing::HostileServer;
using std::chrono::milliseconds;
using std::chrono::seconds;
using Peer = HostileServer::Peer;

Result<std::string> AskServer(const HostileServer& server, Duration patience) {
  return AskWord({.address = {.host = "127.0.0.1", .port = server.port()}}, Word::kSrvr,
                 std::chrono::steady_clock::now() + patience, {});
}

TEST_CASE("a word is four bytes, and the answer all until the server closes", "[zookeeper]") {
  const HostileServer server([](Peer& peer) {
    const bool exact = peer.Receive() == "srvr";
    peer.Send(exact ? "first " : "wrong");
    peer.Pause(50);
    peer.Send("second");
  });
  const Result<std::string> answer = AskServer(server, seconds{10});
  REQUIRE(answer);
  CHECK(*answer == "first second");
}

TEST_CASE("an answer may be 1 MiB long and no longer", "[zookeeper]") {
  const std::string most(size_t{1} << 20U, 'x');
  HostileServer server([&](Peer& peer) {
    peer.Receive();
    peer.Send(most);
  });
  CHECK(AskServer(server, seconds{10}));
  server.SetScript([&](Peer& peer) {
    peer.Receive();
    while (peer.Send(most)) {
    }
  });
  const Result<std::string> endless = AskServer(server, seconds{10});
  REQUIRE_FALSE(endless);
  CHECK(endless.error().reason() == Reason::kBadAnswer);
}

TEST_CASE("a server that begins and then hangs costs the deadline", "[zookeeper]") {
  const HostileServer server([](Peer& peer) {
    peer.Receive();
    peer.Send("Zookeeper version: 3.8.4\n");
    peer.Hang();
  });
  const MonoTime began = std::chrono::steady_clock::now();
  const Result<std::string> answer = AskServer(server, milliseconds{200});
  REQUIRE_FALSE(answer);
  CHECK(answer.error().reason() == Reason::kTimeout);
  CHECK(answer.error().message().starts_with("127.0.0.1:"));
  CHECK(std::chrono::steady_clock::now() - began < seconds{5});
}

}  // namespace
}  // namespace klaxon::zookeeper_collector
