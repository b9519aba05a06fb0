#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "agent/simulator/socket.h"
#include "agent/tls/session.h"

namespace klaxon::simulator {

/// The bytes of a connection, through TLS if there is a session. Never blocks. Confined to one
/// thread.
class Stream {
 public:
  /// `tls`: null for plain text.
  Stream(Socket socket, std::unique_ptr<tls::Session> tls)
      : socket_(std::move(socket)), tls_(std::move(tls)) {}

  int descriptor() const { return socket_.get(); }

  /// What poll() is to wait for.
  short Events(bool has_output) const;

  /// How many bytes were read; 0: none now; empty: the connection is at its end.
  std::optional<size_t> Read(std::span<char> into);

  /// How many bytes were taken; 0: none now; empty: the connection is at its end.
  std::optional<size_t> Write(std::string_view bytes);

 private:
  Socket socket_;
  std::unique_ptr<tls::Session> tls_;  // last: it says goodbye through the socket
};

}  // namespace klaxon::simulator
