#pragma once

#include <cstddef>
#include <memory>
#include <stop_token>
#include <string>

#include "agent/base/clock.h"
#include "agent/base/result.h"
#include "agent/http/message.h"

namespace klaxon::http {

struct HttpRequest {
  std::string url{};     ///< absolute, http only for now
  HeaderList headers{};  ///< besides Host, User-Agent, Connection, Accept-Encoding
  size_t max_body = size_t{16} * 1024 * 1024;  ///< bytes after any decoding; more is an error
};

struct HttpResponse {
  int status = 0;  ///< any, 3xx included: redirects are not followed
  std::string content_type{};
  HeaderList headers{};
  std::string body{};  ///< whole; any bytes

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
  /// that names the address (never a query, header or password): kInvalid (URL), kUnsupported
  /// (https), kUnreachable (name, refused, reset), kTimeout, kBadAnswer (not HTTP, cut short, too
  /// large), kCancelled.
  virtual Result<HttpResponse> Get(const HttpRequest& request, MonoTime deadline,
                                   const std::stop_token& stop) = 0;
};

/// The real one. Keeps a few idle connections an origin for the next request.
std::unique_ptr<HttpClient> MakeHttpClient();

}  // namespace klaxon::http
