#pragma once

#include <memory>
#include <optional>
#include <string>

#include "agent/base/result.h"
#include "agent/tls/server_options.h"
#include "agent/tls/session.h"

namespace klaxon::tls {

/// Makes TLS sessions in which we are the server; files as for ClientContext. Thread-safe.
/// There is no resumption: every client shows its certificate each time.
class ServerContext {
 public:
  /// Reads the files, if there are any; Check tells what is wrong. `subject`: who speaks in the
  /// log, e.g. "http".
  ServerContext(ServerOptions options, std::string subject);
  ServerContext(const ServerContext&) = delete;
  ServerContext& operator=(const ServerContext&) = delete;
  ~ServerContext();

  /// Reads everything now. Error: kInvalid, which file or option and why.
  Result<void> Check();

  /// A session over an accepted, non-blocking socket. Error: as Check.
  Result<std::unique_ptr<Session>> Accept(int socket);

  /// Why the last good files are used instead of what is in them now.
  std::optional<Error> trouble() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace klaxon::tls
