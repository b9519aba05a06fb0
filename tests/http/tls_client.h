#pragma once

#include <memory>
#include <string>

#include "agent/base/descriptor.h"
#include "agent/base/result.h"
#include "agent/tls/client_context.h"

namespace klaxon::http {

/// A client of 127.0.0.1 that speaks TLS and takes the server for "localhost". Waits are bounded by
/// 10 s.
class TlsClient {
 public:
  TlsClient(uint16_t port, const tls::ClientOptions& options);

  /// Sends a request and returns everything that comes up to the end of the connection, or until
  /// a whole answer with a Content-Length is there.
  Result<std::string> Ask(const std::string& request);

  /// Of a finished handshake.
  tls::PeerInfo Peer() const { return session_->Peer(); }

 private:
  Result<void> Send(std::string_view bytes);
  bool Wait();

  Descriptor socket_;
  tls::ClientContext context_;
  std::unique_ptr<tls::Session> session_{};  ///< gone before its socket
};

/// The status of an answer; 0 if there is none.
int StatusOf(const Result<std::string>& answer);

}  // namespace klaxon::http
