#pragma once

// For .cc files of this folder only.

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "agent/tls/certificate.h"
#include "agent/tls/openssl.h"
#include "agent/tls/session.h"

namespace klaxon::tls {

/// The bytes between the socket and OpenSSL, and what was seen of them. OpenSSL's own socket BIO
/// would raise SIGPIPE.
struct Pipe {
  int socket = -1;
  bool established = false;
  bool ended = false;     ///< the other side closed
  bool too_much = false;  ///< it did not get to the end of the handshake
  int error = 0;          ///< errno of what failed
  uint64_t received = 0;
  std::array<char, 5> first{};  ///< the first bytes that came: a record's header (RFC 8446 5.1)
};

/// The certificate that did not pass, and why.
struct Rejected {
  int code = 0;        ///< X509_V_ERR_...
  bool first = false;  ///< the peer's own, not one above it
  Certificate certificate{};
};

/// What is known when something went wrong.
struct Scene {
  bool client = true;
  std::string host{};  ///< whom we wanted to talk to, for a client
  bool has_certificate = false;
  std::string our_issuer{};
  Pipe pipe{};
  std::optional<Rejected> rejected{};
};

class Session::Impl {
 public:
  Impl(Context context, int socket, Scene scene);
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl();

  SSL* ssl() const { return ssl_.get(); }

  Result<bool> Handshake();
  Result<size_t> Read(std::span<char> into);
  Result<size_t> Write(std::string_view bytes);

  bool wants_write() const { return wants_write_; }

  bool established() const { return scene_.pipe.established; }

  bool has_more() const { return has_more_; }

  bool ended_properly() const;

 private:
  static int Verify(int good, X509_STORE_CTX* chain);

  /// Zero: try again later.
  Result<size_t> Failed(int outcome);

  const Context context_;
  Scene scene_;
  Owned<SSL> ssl_;
  bool wants_write_ = false;
  bool has_more_ = false;
  bool broken_ = false;
};

}  // namespace klaxon::tls
