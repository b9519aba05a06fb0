#pragma once

#include <functional>
#include <string>

#include "agent/base/clock.h"

namespace klaxon::http {

/// One attempt to change something, whether it came to pass or not.
struct AuditEntry {
  WallTime at{};
  std::string user{};     ///< who logged in; empty: nobody did
  std::string claimed{};  ///< whom a login that was not accepted named; as hostile as any input
  std::string address{};  ///< literal address of the peer
  std::string action{};   ///< "POST /-/reload"
  int status = 0;         ///< of the answer: 2xx it was done, 4xx refused, 5xx it failed
  std::string result{};   ///< the first line of what the client was told
};

/// Called on the threads of connections, several at a time.
using AuditSink = std::function<void(const AuditEntry&)>;

}  // namespace klaxon::http
