#pragma once

#include <memory>
#include <optional>
#include <string>

#include "agent/base/result.h"
#include "agent/tls/client_options.h"
#include "agent/tls/session.h"

namespace klaxon::tls {

/// Makes TLS sessions in which we are the client. Thread-safe.
///
/// The files that the options name are looked at for each new session and read again when they
/// changed; while they are not good the last good ones are used, and the log says so.
/// A trusted certificate is trusted as it is: its own issuer need not be known.
class ClientContext {
 public:
  /// Reads the files, if there are any; Check tells what is wrong. `subject`: who speaks in the
  /// log, e.g. "kafka/main".
  ClientContext(ClientOptions options, std::string subject);
  ClientContext(const ClientContext&) = delete;
  ClientContext& operator=(const ClientContext&) = delete;
  ~ClientContext();

  /// Reads everything now, so that a mistake is told at the start. Error: kInvalid, which file or
  /// option and why.
  Result<void> Check();

  /// A session over a connected, non-blocking socket; nothing is sent yet. `host`: whom the
  /// certificate must be for, a name or a literal address. Error: as Check.
  Result<std::unique_ptr<Session>> Connect(int socket, const std::string& host);

  /// Why the last good files are used instead of what is in them now.
  std::optional<Error> trouble() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace klaxon::tls
