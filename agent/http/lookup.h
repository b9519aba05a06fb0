#pragma once

#include <sys/socket.h>

#include <string>
#include <vector>

#include "agent/base/result.h"
#include "agent/base/text.h"
#include "agent/http/patience.h"

namespace klaxon::http {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

/// The addresses of a host, in the order to try them, with the port set. Errors: kUnreachable,
/// kCancelled; kInternal when too many look-ups hang already.
///
/// getaddrinfo cannot be cancelled, with a dead name server it takes up to 40 s: so it runs on a
/// detached thread that touches nothing but what it shares ownership of. At most 8 of them.
Result<std::vector<SocketAddress>> Lookup(const HostPort& address, Patience& patience);

}  // namespace klaxon::http
