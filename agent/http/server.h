#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agent/base/clock.h"
#include "agent/base/result.h"
#include "agent/base/text.h"
#include "agent/http/access.h"
#include "agent/http/access_rules.h"
#include "agent/http/audit.h"
#include "agent/http/message.h"

namespace klaxon::http {

struct TlsListener;  // tls_listener.h

/// What answers a path. Handlers run on several threads at a time: they must be thread-safe, and
/// quick: they read what is there and do no I/O. A throw becomes a plain 500.
struct Route {
  std::string method{};  ///< "GET" (answers HEAD too), "POST", ...
  std::string path{};    ///< literal, exact; or ends in "/*": everything below, the longest wins
  std::function<Response(const Request&)> handler{};
  /// With a method that changes something kViewer counts as kOperator.
  Access access = Access::kViewer;
  /// It makes things safer: done, too, while it cannot be written down
  /// (ServerOptions::audit_ready), and the answer and the log say so.
  bool without_audit = false;
};

/// Caps on what one client can cost. Bytes unless a unit is named.
struct ServerLimits {
  size_t request_line = size_t{8} * 1024;   ///< longer: 414
  size_t header_bytes = size_t{32} * 1024;  ///< all header lines together; more: 431
  size_t header_count = 100;                ///< more: 431
  size_t body = size_t{1024} * 1024;  ///< by length or in chunks; more: 413. Compressed bodies: 415
  size_t connections = 256;           ///< in all
  /// From one address, loopback too. At a cap a new connection takes the place of the one that has
  /// been idle or unfinished in sending its request for longest; if all are being answered: 503.
  size_t connections_per_address = 32;
  size_t requests_per_connection = 100;
  Duration head_timeout = std::chrono::seconds{5};     ///< whole request line and headers; then 408
  Duration body_timeout = std::chrono::seconds{10};    ///< whole body; then 408
  Duration idle_timeout = std::chrono::seconds{5};     ///< between two requests; then closed
  Duration write_timeout = std::chrono::seconds{5};    ///< without the client taking a byte
  Duration answer_timeout = std::chrono::seconds{60};  ///< whole answer, however it is taken
};

struct ServerOptions {
  HostPort listen{};  ///< empty host: all interfaces; port 0: a free one
  ServerLimits limits{};
  int threads = 4;  ///< handlers that run at once; others wait for their turn, 5 s at most: 503
  std::shared_ptr<TlsListener> tls{};  ///< null: plain HTTP
  AccessRules access{};
  AuditSink audit{};  ///< is told every attempt to change something; empty: nobody is
  /// Asked before something is changed, on any thread; false: it is refused with 503, because it
  /// could not be written down, unless Route::without_audit. Empty: it always can.
  std::function<bool()> audit_ready{};
};

/// Why a client got no handler's answer. A closed list: label values of our own metrics.
enum class Rejection {
  kTooManyConnections,  ///< 503, or closed in favour of a newer one
  kTooManyFromAddress,  ///< the same, one address
  kSlow,                ///< a time limit passed
  kTooLarge,            ///< 413, 414, 431
  kMalformed,           ///< 400, 415, 501, 505: not HTTP/1.x as we take it
  kBusy,                ///< 503: no turn for a handler
  kNoSuchPage,          ///< 404, 405
  kNoLogin,             ///< 401: no login was sent
  kWrongLogin,          ///< 401: user or password are wrong
  kForbidden,           ///< 403: not with this role, or not from there
  kTooOften,            ///< 429: the rate limit, or too many wrong passwords
  kNoTls,  ///< no TLS, or none that both speak, or without a certificate that is wanted
};
inline constexpr size_t kRejections = 12;

/// The label value, e.g. "too_many_connections".
std::string_view Name(Rejection cause);

/// Counters since start; they only grow (`open_connections` apart).
struct ServerStats {
  /// By route path; [n] counts answers with status n00 to n99. Bounded: only paths of routes.
  std::map<std::string, std::array<uint64_t, 6>> answers{};
  std::array<uint64_t, kRejections> rejected{};  ///< indexed by Rejection
  uint64_t handler_failures = 0;                 ///< handlers that threw
  uint64_t sent_bytes = 0;
  uint64_t connections = 0;  ///< accepted in all
  size_t open_connections = 0;
};

/// An HTTP/1.1 server for a port that anyone can reach: cpp-httplib behind caps and deadlines of
/// our own. A thread a connection, so a slow client holds up nobody else; the caps bound the
/// threads. No Range, no compression but gzip, no upgrade. All members are thread-safe.
class Server {
 public:
  /// Binds and answers from now on. Error: kUnreachable with one line for people, e.g.
  /// "cannot listen on 127.0.0.1:9308: address already in use; stop what uses it or choose another
  /// with --listen".
  static Result<std::unique_ptr<Server>> Listen(const ServerOptions& options,
                                                std::vector<Route> routes);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  /// Stops, if Stop was not called.
  ~Server();

  uint16_t port() const;

  /// Where a person on this machine finds it: "http://127.0.0.1:9308"; with TLS "https://...".
  std::string Url() const;

  /// Replaces every route at once; requests that run keep the old ones. For reload.
  void SetRoutes(std::vector<Route> routes);

  /// Replaces who may do what; requests that run keep what they were allowed.
  void SetAccess(AccessRules rules);

  /// Replaces how new connections speak; those that are open go on as they do.
  void SetTls(std::shared_ptr<TlsListener> tls);

  ServerStats Stats() const;

  /// Refuses new connections, closes idle ones at once, lets running handlers end and their answers
  /// be taken, for `limit` at most; then closes what is left. A handler that does not return is
  /// waited for. Idempotent.
  void Stop(Duration limit = std::chrono::seconds{2});

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace klaxon::http
