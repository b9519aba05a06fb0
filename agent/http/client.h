#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "agent/base/clock.h"
#include "agent/base/result.h"
#include "agent/base/secret.h"
#include "agent/http/message.h"
#include "agent/tls/client_context.h"

namespace klaxon::http {

class BearerSource;
struct Proxy;

/// How one service is asked: whom to trust, as whom, and which way. Connections are kept for
/// requests with the same context and proxy, so share one access per service.
struct ClientAccess {
  /// For https; null: the system's authorities, no certificate of ours.
  std::shared_ptr<tls::ClientContext> tls{};
  std::string username{};  ///< RFC 7617; empty: none is sent
  Secret password{};
  std::shared_ptr<BearerSource> bearer{};  ///< RFC 6750, in place of a user; null: none is sent
  std::shared_ptr<const Proxy> proxy{};    ///< null: straight
  HeaderList headers{};                    ///< for every request of this service; may be secrets
};

/// Takes a piece of a body, in order, on the thread of Send. An error ends the exchange and becomes
/// its error.
using BodySink = std::function<Result<void>(std::string_view piece)>;

struct HttpRequest {
  std::string method = "GET";
  std::string url{};     ///< absolute, http or https
  HeaderList headers{};  ///< besides Host, User-Agent, Connection, Accept-Encoding, Content-Length
  std::string body{};    ///< its Content-Type goes into `headers`
  ClientAccess access{};
  size_t max_body = size_t{16} * 1024 * 1024;  ///< bytes after any decoding; more is an error
  /// Takes the body of a 2xx answer as it comes, decoded; HttpResponse::body is empty then. Bodies
  /// of other answers are kept as ever. No byte is given twice, and what was given is worth
  /// nothing if Send returns an error. Null: the body is kept.
  BodySink on_body{};
  bool accept_gzip = true;  ///< false where compressing costs the other side more than the bytes
};

struct HttpResponse {
  int status = 0;  ///< any, 3xx included: redirects are not followed
  std::string content_type{};
  HeaderList headers{};
  std::string body{};  ///< whole, without gzip; any bytes

  bool ok() const { return status >= 200 && status < 300; }
};

/// The seam to HTTP. Thread-safe.
class HttpClient {
 public:
  HttpClient() = default;
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;
  virtual ~HttpClient() = default;

  /// Asks, and waits for the whole answer. `deadline` bounds everything together: name, connection,
  /// request, and an answer that drips. `stop` ends it within about 100 ms.
  ///
  /// A value for every well-formed answer, whatever its status. Errors, with one line for people
  /// that names the address (never a query, header, body or password): kInvalid (URL, files of
  /// TLS), kUnreachable (name, refused, reset, no connection in time), kTimeout (connected, and
  /// then silent), kUnauthorized (a certificate of theirs is not to be trusted, ours is refused, or
  /// there is no token), kBadAnswer (not HTTP, not TLS, cut short, too large), kCancelled. A POST
  /// is never sent twice.
  virtual Result<HttpResponse> Send(const HttpRequest& request, MonoTime deadline,
                                    const std::stop_token& stop) = 0;

  /// For requests that leave their method alone.
  Result<HttpResponse> Get(const HttpRequest& request, MonoTime deadline,
                           const std::stop_token& stop) {
    return Send(request, deadline, stop);
  }
};

/// The real one. Keeps a few idle connections an origin for the next request.
std::unique_ptr<HttpClient> MakeHttpClient();

}  // namespace klaxon::http
