#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "agent/base/descriptor.h"
#include "agent/base/result.h"
#include "agent/base/text.h"
#include "agent/http/patience.h"
#include "agent/tls/client_context.h"

namespace klaxon::zookeeper_collector {

/// A connection to the client port of a server, with or without TLS. Errors, without the address
/// in front: kUnreachable, kTimeout, kCancelled, and those of tls::Session. Confined to one thread.
class Stream {
 public:
  /// `tls` null: plain. `patience` outlives the stream and ends all its waits.
  static Result<Stream> Open(const HostPort& server, tls::ClientContext* tls,
                             http::Patience& patience);

  Result<void> Send(std::string_view bytes);

  /// How many bytes came; 0: the server closed the connection, with a goodbye or without.
  Result<size_t> Receive(std::span<char> into);

  /// Receives until all of `into` is there. A server that closes before is kUnreachable.
  Result<void> ReceiveAll(std::span<char> into);

 private:
  Stream(Descriptor socket, http::Patience& patience);

  static Result<void> Judge(http::Patience::End end);
  Result<void> Wait(short events);
  Result<void> WaitForSession();
  Result<void> Handshake();

  Descriptor socket_;
  std::unique_ptr<tls::Session> session_{};
  http::Patience* patience_;  // not null
};

}  // namespace klaxon::zookeeper_collector
