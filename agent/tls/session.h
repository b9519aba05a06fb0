#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "agent/base/result.h"
#include "agent/tls/certificate.h"

namespace klaxon::tls {

/// TLS over a connected, non-blocking socket that somebody else owns and closes after this one is
/// gone. Confined to one thread. Never renegotiates; reads at most 256 KiB before the handshake is
/// over. It has no clock: whoever waits for it keeps the time.
///
/// Errors are predicates for the other side's title, with what to try: "presents a certificate for
/// broker-1, not for kafka.example; ...". kUnauthorized: one of the two does not accept the other's
/// certificate. kBadAnswer: no TLS at all, or broken. kUnreachable: closed, lost, or nothing in
/// common. After an error nothing but the destructor may be called.
class Session {
 public:
  class Impl;  // made by ClientContext and ServerContext

  explicit Session(std::unique_ptr<Impl> impl);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  /// Says goodbye if that does not need to wait.
  ~Session();

  /// Goes on with the handshake. True: it is over. Read and Write do that as well.
  Result<bool> Handshake();

  /// How many bytes were read; 0: none there now. Error kUnreachable "closed the connection": the
  /// other side ended it; see ended_properly().
  Result<size_t> Read(std::span<char> into);

  /// How many bytes were taken; 0: none now. Until they are taken, what is written next must begin
  /// with the same bytes.
  Result<size_t> Write(std::string_view bytes);

  /// What the last operation that could not go on waits for: the socket must become writable (true)
  /// or readable (false), even if it was the other direction that was asked for.
  bool wants_write() const;

  /// The handshake is over.
  bool established() const;

  /// Bytes can be read although the socket has none: poll() would wait in vain.
  bool has_more() const;

  /// The other side said goodbye before it closed: nothing was cut off.
  bool ended_properly() const;

  /// Who is on the other side. REQUIRES: established().
  PeerInfo Peer() const;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace klaxon::tls
