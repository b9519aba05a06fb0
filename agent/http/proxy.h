#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"
#include "agent/base/secret.h"
#include "agent/base/text.h"
#include "agent/http/patience.h"
#include "agent/http/url.h"

namespace klaxon::http {

/// A web proxy between us and a service: it is sent whole URLs of http, and CONNECT (RFC 9110
/// section 9.3.6) for https, whose TLS goes through it untouched.
struct Proxy {
  HostPort address{};  ///< spoken to in plain HTTP
  std::string username{};
  Secret password{};
  std::vector<std::string> except{};  ///< as no_proxy has them, see Excepts

  friend bool operator==(const Proxy&, const Proxy&) = default;
};

/// Whether `host` (as Url has it) is reached without the proxy: this machine itself always, and
/// what one entry names, as curl and Go read no_proxy: "example.org" and what is below it (with or
/// without a dot in front), an address, a network ("10.0.0.0/8", "fd00::/8"), "*" for all. Each may
/// end in ":8083", which is for that port only.
bool Excepts(const Proxy& proxy, std::string_view host, uint16_t port);

/// Whether an entry can be read. Error: kInvalid.
Result<void> CheckException(std::string_view text);

/// Asks the proxy at the other end of `fd` for a tunnel to the origin. Errors, with the proxy's
/// address in front: kUnauthorized (it wants a login), kUnreachable (it cannot or will not),
/// kTimeout, kCancelled, kBadAnswer.
Result<void> OpenTunnel(int fd, const Proxy& proxy, const Url& origin, Patience& patience);

}  // namespace klaxon::http
