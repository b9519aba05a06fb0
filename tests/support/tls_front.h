#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <thread>

#include "agent/base/descriptor.h"
#include "agent/tls/server_context.h"

namespace klaxon::testing {

/// Speaks TLS in front of a plain server on loopback, so that every such server can be one of
/// https.
class TlsFront {
 public:
  enum class Ending {
    kProper,  ///< says goodbye when the server behind has closed
    kCut,     ///< just closes
  };

  TlsFront(tls::ServerOptions options, uint16_t behind, Ending ending = Ending::kProper);
  TlsFront(const TlsFront&) = delete;
  TlsFront& operator=(const TlsFront&) = delete;
  ~TlsFront();

  uint16_t port() const { return port_; }

  /// "https://127.0.0.1:1234/"; any other name of this machine for `host`.
  std::string Url(std::string_view path = "/", std::string_view host = "127.0.0.1") const;

  /// How many clients have connected.
  int connections() const { return connections_; }

 private:
  void Accept(const std::stop_token& stop);
  void Serve(int socket, const std::stop_token& stop);

  tls::ServerContext context_;
  const uint16_t behind_;
  const Ending ending_;
  Descriptor listener_{};
  uint16_t port_ = 0;
  std::atomic<int> connections_{0};
  std::list<std::jthread> serving_{};
  std::jthread accepting_{};
};

}  // namespace klaxon::testing
