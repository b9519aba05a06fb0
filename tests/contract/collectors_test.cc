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
#include "tests/contract/hostile_server.h"
#include "tests/contract/subjects.h"
#include "tests/support/resident.h"

namespace klaxon {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HostileServer;
using testing::Http;
using testing::kInterval;
using testing::Reply;
using testing::Subject;
using testing::Subjects;
using Peer = HostileServer::Peer;

/// A Kafka frame: length, correlation id 0, ApiVersions version 0 without an error, and what
/// follows.
std::string Frame(const std::string& rest) {
  const std::string body = std::string(6, '\0') + rest;
  return std::string(3, '\0') + static_cast<char>(body.size()) + body;
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
      {"huge by its own account", Reply("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                                        "Content-Length: 99999999999\r\n\r\n{",
                                        true)},
      {"truncated",
       [](Peer& peer) {
         peer.Receive();
         peer.Send(Http("200 OK", "application/json", R"({"version": "4.3.1"})").substr(0, 80));
       }},
      {"not UTF-8", Reply(Http("200 OK", "application/json", "{\"version\": \"\xff\xfe\x80\"}"))},
      {"not JSON", Reply(Http("200 OK", "application/json", "{{{{"))},
      {"deep JSON", Reply(Http("200 OK", "application/json", std::string(50'000, '[')))},
      {"a web page", Reply(Http("200 OK", "text/html", "<!doctype html><title>Hi</title>"))},
      {"500", Reply(Http("500 Internal Server Error", "text/plain", "\x1b[31mboom\r\n\a"))},
      {"401", Reply(Http("401 Unauthorized", "text/html", "<html>"))},
      {"a redirect to itself",
       Reply("HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n")},
      {"a Kafka frame of 2^31-1 bytes", Reply(std::string("\x7f\xff\xff\xff", 4), true)},
      {"a Kafka frame of -1 bytes", Reply(std::string("\xff\xff\xff\xff", 4), true)},
      {"a Kafka answer with 2^31-1 items", Reply(Frame("\x7f\xff\xff\xff"))},
      {"a Kafka broker that can do nothing", Reply(Frame(std::string(4, '\0')))},
      {"an SSH server", Reply("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n")},
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

/// Nothing is known but that the one node does not serve.
void CheckFacts(const Subject& subject, const Reading& reading, const Instant& now) {
  CHECK((reading.facts != nullptr) == (subject.polled != nullptr));
  if (reading.facts != nullptr && subject.polled != nullptr) {
    CHECK(subject.polled(*reading.facts, now) == 1);
  }
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
      CheckFacts(subject, poll.reading, clock.Now());
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
    CheckFacts(subject, poll.reading, clock.Now());
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
  const std::unique_ptr<Collector> collector =
      testing::ConnectSubject().make(server.port(), clock, *http);
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
