#include "collectors/zookeeper/session.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "collectors/zookeeper/kafka_nodes.h"
#include "tests/contract/hostile_server.h"

namespace klaxon::zookeeper_collector {
namespace {

using klaxon::testing::HostileServer;
using std::chrono::seconds;
using Peer = HostileServer::Peer;

std::string Big(int64_t number, size_t bytes) {
  std::string text;
  for (size_t i = bytes; i-- > 0;) {
    text += static_cast<char>(static_cast<uint64_t>(number) >> (i * 8) & 0xffU);
  }
  return text;
}

std::string Text(const std::string& text) {
  return Big(static_cast<int64_t>(text.size()), 4) + text;
}

const std::string kOpened =
    Big(0, 4) + Big(10'000, 4) + Big(0x1234, 8) + Text(std::string(16, 'p'));

/// A node's data with its Stat, of which mtime is told.
std::string NodeOf(const std::string& data, int64_t modified = 1'700'000'000'000) {
  return Text(data) + Big(1, 8) + Big(2, 8) + Big(3, 8) + Big(modified, 8) + std::string(36, '\0');
}

std::string Names(const std::vector<std::string>& names) {
  std::string body = Big(static_cast<int64_t>(names.size()), 4);
  for (const std::string& name : names) {
    body += Text(name);
  }
  return body;
}

/// Answers a session's request, and then reads by path: a body, or nothing for no such node.
HostileServer::Script Serve(const std::map<std::string, std::string>& nodes, int32_t code = -101) {
  return [nodes, code](Peer& peer) {
    peer.Receive();
    peer.Send(Text(kOpened));
    for (int32_t xid = 1;; ++xid) {
      const std::string request(peer.Receive());
      if (request.size() < 17) {  // the goodbye, or the client has left
        return;
      }
      const auto node = nodes.find(request.substr(16, request.size() - 17));
      const bool found = node != nodes.end();
      peer.Send(
          Text(Big(xid, 4) + Big(7, 8) + Big(found ? 0 : code, 4) + (found ? node->second : "")));
    }
  };
}

Result<ZookeeperKafka> Read(const HostileServer& server, const std::string& chroot = "/kafka") {
  return ReadKafkaNodes({.address = {.host = "127.0.0.1", .port = server.port()}}, chroot,
                        std::chrono::steady_clock::now() + seconds{10}, {});
}

constexpr const char* kId = R"({"version":"1","id":"5D0l7b-iS-u9e7ZgGl7jgA"})";

TEST_CASE("Kafka's nodes are read under the chroot", "[zookeeper]") {
  const HostileServer server(Serve({
      {"/kafka/cluster/id", NodeOf(kId)},
      {"/kafka/controller",
       NodeOf(R"({"version":2,"brokerid":3,"timestamp":"1","kraftControllerEpoch":4})")},
      {"/kafka/migration", NodeOf(R"({"version":0,"kraft_metadata_offset":12})")},
      {"/kafka/brokers/ids", Names({"12", "2", "x", "-1"})},
  }));
  const Result<ZookeeperKafka> kafka = Read(server);
  REQUIRE(kafka);
  CHECK(kafka->cluster_id == "5D0l7b-iS-u9e7ZgGl7jgA");
  CHECK(kafka->controller == 3);
  CHECK(kafka->kraft);
  CHECK(kafka->brokers == std::vector<int32_t>{2, 12});
  CHECK(kafka->migration_offset == 12);
  CHECK(kafka->migration_written == WallTime{seconds{1'700'000'000}});
  CHECK(MigrationOf(*kafka) == MigrationState::kDualWrite);
  const Result<ZookeeperKafka> elsewhere = Read(server, "");
  REQUIRE(elsewhere);
  CHECK(elsewhere->cluster_id.empty());
}

TEST_CASE("a session that is not given says why", "[zookeeper]") {
  struct Case {
    const char* what;
    HostileServer::Script script;
    Reason reason;
    const char* words;
  };

  const auto answer = [](const std::string& bytes) {
    return [bytes](Peer& peer) {
      peer.Receive();
      peer.Send(bytes);
      peer.Receive();
    };
  };
  const std::vector<Case> cases{
      {"it serves nobody", [](Peer& peer) { peer.Receive(); }, Reason::kUnreachable,
       "closed the connection instead"},
      {"a timeout of 0", answer(Text(Big(0, 4) + Big(0, 4) + Big(0, 8) + Text(""))),
       Reason::kRefused, "refuses the session"},
      {"another protocol", answer("HTTP/1.1 400 Bad Request\r\n\r\n"), Reason::kBadAnswer,
       "client port"},
      {"a negative length", answer(Big(-5, 4)), Reason::kBadAnswer, "client port"},
      {"an endless frame", answer(Big(0x7fffffff, 4)), Reason::kBadAnswer, "client port"},
      {"an empty frame", answer(Big(0, 4)), Reason::kBadAnswer, "client port"},
      {"an access list", Serve({}, -102), Reason::kUnauthorized, "access list"},
      {"a login for all", Serve({}, -124), Reason::kUnauthorized, "login"},
      {"another error", Serve({}, -1), Reason::kBadAnswer, "error -1"},
      {"not Kafka's", Serve({{"/kafka/cluster/id", NodeOf("<html>")}}), Reason::kBadAnswer,
       "/cluster/id does not hold"},
      {"a count of 2^31",
       Serve({{"/kafka/cluster/id", NodeOf(kId)}, {"/kafka/brokers/ids", Big(0x7fffffff, 4)}}),
       Reason::kBadAnswer, "list of nodes"},
  };
  for (const Case& c : cases) {
    INFO(c.what);
    const HostileServer server(c.script);
    const Result<ZookeeperKafka> kafka = Read(server);
    REQUIRE_FALSE(kafka);
    CHECK(kafka.error().reason() == c.reason);
    CHECK(kafka.error().message().starts_with("127.0.0.1:"));
    CHECK(kafka.error().message().find(c.words) != std::string::npos);
  }
}

TEST_CASE("a node cut short at any byte is a bad answer", "[zookeeper]") {
  const std::string whole = NodeOf(kId);
  const size_t needed = whole.size() - 36;  // up to mtime
  for (size_t size = 0; size < needed; size += 5) {
    INFO(size);
    const HostileServer server(Serve({{"/kafka/cluster/id", whole.substr(0, size)}}));
    const Result<ZookeeperKafka> kafka = Read(server);
    REQUIRE_FALSE(kafka);
    CHECK(kafka.error().reason() == Reason::kBadAnswer);
  }
}

TEST_CASE("how far a migration is follows from three nodes", "[zookeeper]") {
  struct Case {
    const char* controller;
    bool written;
    std::vector<int32_t> brokers;
    MigrationState state;
  };

  const char* const old = R"({"version":1,"brokerid":1,"timestamp":"1"})";
  const char* const zookeeper =
      R"({"version":2,"brokerid":1,"timestamp":"1","kraftControllerEpoch":-1})";
  const char* const kraft =
      R"({"version":2,"brokerid":3000,"timestamp":"1","kraftControllerEpoch":1})";
  const std::vector<Case> cases{{old, false, {1}, MigrationState::kNone},
                                {zookeeper, false, {1}, MigrationState::kNone},
                                {zookeeper, true, {1}, MigrationState::kPrepared},
                                {kraft, true, {1, 2}, MigrationState::kDualWrite},
                                {kraft, true, {}, MigrationState::kBrokersGone}};
  for (const Case& c : cases) {
    ZookeeperKafka kafka;
    CHECK(TakeController(c.controller, kafka));
    if (c.written) {
      CHECK(TakeMigration(R"({"version":0})", WallTime{}, kafka));
    }
    kafka.brokers = c.brokers;
    CHECK(Name(MigrationOf(kafka)) == Name(c.state));
  }
  for (const char* bad : {"", "[]", "{}", R"({"brokerid":"1"})", R"({"brokerid":99999999999})",
                          R"({"brokerid":-1})", R"({"brokerid":1.5})"}) {
    INFO(bad);
    ZookeeperKafka kafka;
    CHECK_FALSE(TakeController(bad, kafka));
    CHECK_FALSE(kafka.controller);
  }
}

}  // namespace
}  // namespace klaxon::zookeeper_collector
