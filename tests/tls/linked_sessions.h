#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>

#include "agent/tls/client_context.h"
#include "agent/tls/server_context.h"

namespace klaxon::testing {

/// Two connected sockets with a TLS session on each end, moved on in turns in one thread.
class LinkedSessions {
 public:
  LinkedSessions(tls::ClientContext& client, tls::ServerContext& server,
                 const std::string& host = "localhost");
  LinkedSessions(const LinkedSessions&) = delete;
  LinkedSessions& operator=(const LinkedSessions&) = delete;
  ~LinkedSessions();

  /// Shakes hands and sends "hello" from the client to the server and back, until both have it or
  /// one has failed; the failed end is closed, as its owner would do.
  void Run();

  bool worked() const { return !client_error && !server_error; }

  std::unique_ptr<tls::Session> client{};
  std::unique_ptr<tls::Session> server{};
  std::optional<Error> client_error{};
  std::optional<Error> server_error{};

 private:
  std::array<int, 2> sockets_{-1, -1};
};

/// A pair of connected, non-blocking sockets.
std::array<int, 2> SocketPair();

/// One end of a conversation that says `said` and waits for `wanted` bytes.
class Talker {
 public:
  Talker(tls::Session& session, std::string said) : session_(session), left_(std::move(said)) {}

  /// False: nothing could be done now. Error: the session's.
  Result<bool> Step(size_t wanted);

  const std::string& heard() const { return heard_; }

  bool said() const { return left_.empty(); }

 private:
  tls::Session& session_;
  std::string left_;
  std::string heard_{};
};

}  // namespace klaxon::testing
