#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "agent/base/descriptor.h"
#include "agent/base/mutex.h"
#include "agent/base/text.h"
#include "agent/kafka/wire/message.h"
#include "agent/kafka/wire/messages/api_versions.h"
#include "agent/tls/server_context.h"

namespace klaxon::testing {

/// A request as it came over the wire.
struct Request {
  kafka::wire::RequestHeader header{};
  std::string body{};  ///< after the header's client id
};

/// One connection of a ScriptedServer, seen from the server. Reads end at 10 s, or when the server
/// stops.
class Session {
 public:
  /// `tls`: null for plain text.
  Session(Descriptor socket, std::unique_ptr<tls::Session> tls, std::stop_token stop, int number)
      : socket_(std::move(socket)), tls_(std::move(tls)), stop_(std::move(stop)), number_(number) {}

  /// 1 for the first connection that the server got.
  int number() const { return number_; }

  /// Empty: the client closed the connection, or time is up.
  std::optional<Request> Read();
  /// Empty bytes at the end of the connection.
  std::string ReadBytes(size_t count);
  /// Waits until the client closed the connection; false when it did not in time.
  bool WaitClosed();
  /// False: the client closed the connection.
  bool Send(std::string_view bytes);
  /// Whether more bytes come within `time`.
  bool HasMore(std::chrono::milliseconds time);

  /// The server is being destroyed: a script that waits must end.
  bool Stopping() const { return stop_.stop_requested(); }

  /// Ends the connection with RST.
  void Reset();

  void Close() {
    tls_.reset();
    socket_ = Descriptor();
  }

  /// Who the client is. REQUIRES: TLS, and something was read.
  tls::PeerInfo Peer() const { return tls_->Peer(); }

 private:
  bool WaitFor(short events);
  void DrainSocket();
  /// Waits for bytes; 0: the end, or time is up.
  size_t ReadSome(std::span<char> into);

  Descriptor socket_;
  std::unique_ptr<tls::Session> tls_;
  std::stop_token stop_;
  int number_;
};

/// Where a ScriptedServer listens, and whether it speaks TLS.
struct ServerPlace {
  uint16_t port = 0;  ///< 0: a free one
  std::string host = "127.0.0.1";
  tls::ServerContext* tls = nullptr;
};

/// A TCP server on loopback that does what the test says, one thread a connection.
class ScriptedServer {
 public:
  using Script = std::function<void(Session&)>;

  explicit ScriptedServer(Script script, uint16_t port = 0)
      : ScriptedServer(std::move(script), ServerPlace{.port = port}) {}

  ScriptedServer(Script script, ServerPlace place);
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;
  ~ScriptedServer();

  HostPort address() const { return {.host = place_.host, .port = place_.port}; }

  int connections() const { return connections_; }

 private:
  void Accept(const std::stop_token& stop);

  Script script_;
  ServerPlace place_;
  Descriptor listener_;
  std::atomic<int> connections_ = 0;

  struct Served {
    std::atomic<bool> over = false;
    std::jthread thread{};
  };

  std::list<Served> sessions_{};
  std::jthread acceptor_;
};

/// A port that nobody listens on.
HostPort ClosedPort();

using Responder = std::function<std::optional<std::string>(const Request&)>;

/// Serves a connection until the client closes it: ApiVersions with all that we speak, other
/// requests with what `responder` returns (a whole frame), or else with an empty but well-formed
/// answer.
void ServeWell(Session& session, const Responder& responder = {});

/// The same, but offers only `apis`.
void ServeWell(Session& session, const Responder& responder,
               const std::vector<kafka::wire::ApiVersionsResponse::Api>& apis);

/// Frame of an answer to ApiVersions that offers every version of every API we speak.
std::string AllVersions(const Request& request);

/// Frame of a well-formed answer that says nothing; empty: a request we do not know.
std::string EmptyAnswer(const Request& request);

}  // namespace klaxon::testing
