#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "agent/base/clock.h"
#include "agent/http/client.h"
#include "agent/model/section.h"
#include "collectors/collector.h"
#include "tests/contract/hostile_server.h"

/// What the contract of collectors is tested with.
namespace klaxon::testing {

constexpr Duration kInterval = std::chrono::seconds{2};

/// A kind of source, made to talk to a port of this machine. A new kind is a line here.
struct Subject {
  const char* name;
  std::unique_ptr<Collector> (*make)(uint16_t port, Clock& clock, http::HttpClient& http);
  /// How many nodes of its facts were polled; checks that none of them serves and nothing else is
  /// known. Null: without an answer it has no facts.
  size_t (*polled)(const Facts& facts, const Instant& now) = nullptr;
};

/// All kinds; the clock and the client outlive the collectors.
const std::vector<Subject>& Subjects();

/// The one of Kafka Connect.
const Subject& ConnectSubject();

/// An answer of HTTP/1.1.
std::string Http(const std::string& status, const std::string& type, const std::string& body);

/// Answers every request with these bytes. `hang`: the first only, and then never again.
HostileServer::Script Reply(const std::string& bytes, bool hang = false);

}  // namespace klaxon::testing
