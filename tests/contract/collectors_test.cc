// What every collector has to stand, whatever it talks to: a server that says the most hostile
// things ends in an error that a person can read, within the time allowed, in flat memory.

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include "agent/base/text.h"
#include "agent/http/client.h"
#include "agent/kafka/wire/client.h"
#include "collectors/connect/collector.h"
#include "collectors/kafka/collector.h"
#include "collectors/record_samples/collector.h"
#include "collectors/rest_proxy/collector.h"
#include "collectors/schema_registry/collector.h"
#include "collectors/zookeeper/collector.h"
#include "tests/contract/hostile_server.h"
#include "tests/support/resident.h"

namespace klaxon {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HostileServer;
using Peer = HostileServer::Peer;

constexpr Duration kInterval = seconds{2};
constexpr Duration kTimeout = milliseconds{500};

/// A kind of source, made to talk to a port of this machine. A new kind is a line here.
struct Subject {
  const char* name;
  std::unique_ptr<Collector> (*make)(uint16_t port, Clock& clock, http::HttpClient& http);
};

std::unique_ptr<Collector> MakeKafka(uint16_t port, Clock& clock, http::HttpClient&) {
  kafka_collector::Config config;
  config.bootstrap = {{.host = "127.0.0.1", .port = port}};
  config.interval = kInterval;
  config.request_timeout = kTimeout;
  kafka::wire::ClientOptions options = kafka_collector::ClientOptionsOf(config, "main");
  return std::make_unique<kafka_collector::KafkaCollector>(
      config, std::make_unique<kafka::wire::Client>(std::move(options), clock));
}

std::unique_ptr<Collector> MakeConnect(uint16_t port, Clock&, http::HttpClient& http) {
  connect_collector::Config config;
  config.name = "etl";
  config.source.urls = {"http://127.0.0.1:" + std::to_string(port)};
  config.interval = kInterval;
  config.request_timeout = kTimeout;
  return std::make_unique<connect_collector::ConnectCollector>(config, http);
}

std::unique_ptr<Collector> MakeRegistry(uint16_t port, Clock&, http::HttpClient& http) {
  schema_registry_collector::Config config;
  config.name = "main";
  config.source.urls = {"http://127.0.0.1:" + std::to_string(port)};
  config.interval = kInterval;
  config.request_timeout = kTimeout;
  return std::make_unique<schema_registry_collector::SchemaRegistryCollector>(config, http);
}

std::unique_ptr<Collector> MakeRestProxy(uint16_t port, Clock&, http::HttpClient& http) {
  rest_proxy_collector::Config config;
  config.name = "rest";
  config.source.urls = {"http://127.0.0.1:" + std::to_string(port)};
  config.interval = kInterval;
  config.request_timeout = kTimeout;
  return std::make_unique<rest_proxy_collector::RestProxyCollector>(config, http);
}

std::unique_ptr<Collector> MakeZookeeper(uint16_t port, Clock&, http::HttpClient& http) {
  zookeeper_collector::Config config;
  config.servers = {{.host = "127.0.0.1", .port = port}};
  config.interval = kInterval;
  config.request_timeout = kTimeout;
  return std::make_unique<zookeeper_collector::ZookeeperCollector>(config, http);
}

std::unique_ptr<Collector> MakeRecordSamples(uint16_t port, Clock&, http::HttpClient&) {
  record_samples_collector::Config config;
  config.topics = {"*"};
  config.interval = kInterval;
  return std::make_unique<record_samples_collector::RecordSamplesCollector>(
      config, kafka::RecordReaderOptions{.cluster = "main",
                                         .bootstrap = {{.host = "127.0.0.1", .port = port}}});
}

const std::vector<Subject>& Subjects() {
  static const std::vector<Subject> subjects = {{"kafka", MakeKafka},
                                                {"connect", MakeConnect},
                                                {"schema_registry", MakeRegistry},
                                                {"rest_proxy", MakeRestProxy},
                                                {"zookeeper", MakeZookeeper},
                                                {"record_samples", MakeRecordSamples}};
  return subjects;
}

std::string Http(const std::string& status, const std::string& type, const std::string& body) {
  return "HTTP/1.1 " + status + "\r\nContent-Type: " + type +
         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

/// A Kafka frame: length, correlation id 0, ApiVersions version 0 without an error, and what
/// follows.
std::string Frame(const std::string& rest) {
  const std::string body = std::string(6, '\0') + rest;
  return std::string(3, '\0') + static_cast<char>(body.size()) + body;
}

HostileServer::Script Answer(const std::string& bytes, bool hang = false) {
  return [bytes, hang](Peer& peer) {
    while (!peer.Receive().empty() && peer.Send(bytes)) {
      if (hang) {
        peer.Hang();
      }
    }
  };
}

struct Hostility {
  const char* name;
  HostileServer::Script script;
};

const std::vector<Hostility>& Hostilities() {
  static const std::string megabyte(size_t{1} << 20U, 'x');
  static const std::vector<Hostility> all = {
      {"silent", [](Peer& peer) { peer.Hang(); }},
      {"closes at once", [](Peer&) {}},
      {"closes after the request", [](Peer& peer) { peer.Receive(); }},
      {"resets",
       [](Peer& peer) {
         peer.Receive();
         peer.Reset();
       }},
      {"drips",
       [](Peer& peer) {
         peer.Receive();
         const std::string answer = Http("200 OK", "application/json", megabyte);
         for (size_t i = 0; i < answer.size() && peer.Send(answer.substr(i, 1)); ++i) {
           peer.Pause(20);
         }
       }},
      {"endless body",
       [](Peer& peer) {
         peer.Receive();
         peer.Send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n[");
         while (peer.Send(megabyte)) {
         }
       }},
      {"endless noise",
       [](Peer& peer) {
         while (peer.Send(megabyte)) {
         }
       }},
      {"huge by its own account", Answer("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                                         "Content-Length: 99999999999\r\n\r\n{",
                                         true)},
      {"truncated",
       [](Peer& peer) {
         peer.Receive();
         peer.Send(Http("200 OK", "application/json", R"({"version": "4.3.1"})").substr(0, 80));
       }},
      {"not UTF-8", Answer(Http("200 OK", "application/json", "{\"version\": \"\xff\xfe\x80\"}"))},
      {"not JSON", Answer(Http("200 OK", "application/json", "{{{{"))},
      {"deep JSON", Answer(Http("200 OK", "application/json", std::string(50'000, '[')))},
      {"a web page", Answer(Http("200 OK", "text/html", "<!doctype html><title>Hi</title>"))},
      {"500", Answer(Http("500 Internal Server Error", "text/plain", "\x1b[31mboom\r\n\a"))},
      {"401", Answer(Http("401 Unauthorized", "text/html", "<html>"))},
      {"a redirect to itself",
       Answer("HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n")},
      {"a Kafka frame of 2^31-1 bytes", Answer(std::string("\x7f\xff\xff\xff", 4), true)},
      {"a Kafka frame of -1 bytes", Answer(std::string("\xff\xff\xff\xff", 4), true)},
      {"a Kafka answer with 2^31-1 items", Answer(Frame("\x7f\xff\xff\xff"))},
      {"a Kafka broker that can do nothing", Answer(Frame(std::string(4, '\0')))},
      {"an SSH server", Answer("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n")},
  };
  return all;
}

struct Poll {
  Reading reading{};
  Duration took{};
};

Poll PollOnce(Collector& collector, Clock& clock, const std::stop_token& stop = {}) {
  const MonoTime began = clock.Now().mono;
  Poll poll;
  poll.reading = collector.Poll(
      {.clock = clock, .interval = kInterval, .deadline = began + kInterval, .stop = stop});
  poll.took = clock.Now().mono - began;
  return poll;
}

TEST_CASE("whatever a server does, a poll ends in time with an error for people", "[contract]") {
  const size_t which = GENERATE(range(size_t{0}, Hostilities().size()));
  const Hostility& hostility = Hostilities()[which];
  for (const Subject& subject : Subjects()) {
    INFO(subject.name << " meets a server that is: " << hostility.name);
    HostileServer server(hostility.script);
    SystemClock clock;
    const std::unique_ptr<http::HttpClient> http = http::MakeHttpClient();
    const std::unique_ptr<Collector> collector = subject.make(server.port(), clock, *http);
    const size_t before = testing::ResidentBytes();
    for (int time = 0; time < 2; ++time) {
      const Poll poll = PollOnce(*collector, clock);
      CHECK(poll.took < kInterval + seconds{3});
      CHECK_FALSE(poll.reading.answered);
      CHECK(poll.reading.facts == nullptr);
      REQUIRE_FALSE(poll.reading.problems.empty());
      for (const Problem& problem : poll.reading.problems) {
        const std::string& message = problem.error.message();
        INFO(problem.scope << ": " << message);
        CHECK(message == Printable(message, 1'000));
        CHECK(message.find("127.0.0.1:" + std::to_string(server.port())) != std::string::npos);
        CHECK(problem.error.reason() != Reason::kInternal);
        CHECK(problem.error.reason() != Reason::kCancelled);
      }
    }
    CHECK(testing::ResidentBytes() < before + (size_t{256} << 20U));
  }
}

TEST_CASE("a closed port and a name that nobody knows are told as such", "[contract]") {
  SystemClock clock;
  const std::unique_ptr<http::HttpClient> http = http::MakeHttpClient();
  for (const Subject& subject : Subjects()) {
    INFO(subject.name);
    uint16_t port = 0;
    {
      const HostileServer server([](Peer&) {});
      port = server.port();
    }
    const std::unique_ptr<Collector> collector = subject.make(port, clock, *http);
    const Poll poll = PollOnce(*collector, clock);
    REQUIRE_FALSE(poll.reading.problems.empty());
    const Error& error = poll.reading.problems[0].error;
    INFO(error.message());
    CHECK(error.reason() == Reason::kUnreachable);
    CHECK(error.message().ends_with("?"));  // what to look at
    CHECK(poll.took < kInterval);
  }
}

TEST_CASE("a stop ends a poll at once, whoever is silent", "[contract]") {
  for (const Subject& subject : Subjects()) {
    INFO(subject.name);
    std::stop_source stop;
    HostileServer server([&](Peer& peer) {
      peer.Receive();
      stop.request_stop();
      peer.Hang();
    });
    SystemClock clock;
    const std::unique_ptr<http::HttpClient> http = http::MakeHttpClient();
    const std::unique_ptr<Collector> collector = subject.make(server.port(), clock, *http);
    const MonoTime began = clock.Now().mono;
    collector->Poll({.clock = clock,
                     .interval = std::chrono::minutes{1},
                     .deadline = began + std::chrono::minutes{1},
                     .stop = stop.get_token()});
    CHECK(clock.Now().mono - began < seconds{5});
  }
}

TEST_CASE("a source that comes to its senses is read by the next poll", "[contract]") {
  HostileServer server([](Peer& peer) { peer.Receive(); });
  SystemClock clock;
  const std::unique_ptr<http::HttpClient> http = http::MakeHttpClient();
  const std::unique_ptr<Collector> collector = MakeConnect(server.port(), clock, *http);
  CHECK_FALSE(PollOnce(*collector, clock).reading.answered);
  server.SetScript([](Peer& peer) {
    std::string_view request = peer.Receive();
    while (!request.empty()) {
      const char* body = request.starts_with("GET / ")             ? R"({"version": "4.3.1"})"
                         : request.starts_with("GET /connectors?") ? "{}"
                                                                   : "[]";
      peer.Send(Http("200 OK", "application/json", body));
      request = peer.Receive();
    }
  });
  const Poll healed = PollOnce(*collector, clock);
  CHECK(healed.reading.answered);
  CHECK(healed.reading.problems.empty());
}

}  // namespace
}  // namespace klaxon
