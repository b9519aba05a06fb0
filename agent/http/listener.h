#pragma once

#include <cstdint>
#include <string>

#include "agent/base/descriptor.h"
#include "agent/base/result.h"
#include "agent/base/text.h"

namespace klaxon::http {

/// A bound, listening, non-blocking socket.
struct Listener {
  Descriptor socket{};
  HostPort address{};  ///< as bound: the port is the real one; an empty host stays empty
};

/// Error: kInvalid, with one line for people that says what to do.
Result<Listener> BindListener(const HostPort& address);

/// A connection that was accepted.
struct Accepted {
  Descriptor socket{};
  std::string address{};  ///< literal address of the client
  std::string group{};    ///< what is counted as one client: the address; of IPv6 its first 64 bits
};

/// The next waiting connection, non-blocking; without a socket if there is none or, with errno
/// EMFILE, ENFILE, ENOBUFS or ENOMEM, none can be had.
Accepted AcceptFrom(int listener);

}  // namespace klaxon::http
