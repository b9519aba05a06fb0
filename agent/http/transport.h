#pragma once

#include <sys/types.h>

#include <memory>

#include "agent/tls/session.h"

namespace klaxon::http {

/// The bytes of a connected, non-blocking socket that somebody else owns, with or without TLS
/// around them. Never waits. Confined to one thread.
class Transport {
 public:
  explicit Transport(int socket) : socket_(socket) {}

  struct Step {
    ssize_t count = 0;  ///< bytes; 0: the end of what comes; -1: none, because
    short wait = 0;     ///< these events of poll() must come first; 0: it is broken
  };

  Step Read(char* bytes, size_t size);

  /// What is written next must begin with the bytes that were not taken.
  Step Write(const char* bytes, size_t size);

  /// Begins TLS.
  void Wrap(std::unique_ptr<tls::Session> session);

  /// A step of the handshake; count 1: it is over. REQUIRES: Wrap.
  Step Handshake();

  const tls::Session* session() const { return session_.get(); }

  /// Bytes can be read although poll() would wait.
  bool HasMore() const { return session_ != nullptr && !broken_ && session_->has_more(); }

  /// Says goodbye if there is TLS, and sends nothing more.
  void EndWriting();

 private:
  Step Waiting() const;
  Step Broken(const Error& error);

  const int socket_;
  std::unique_ptr<tls::Session> session_{};
  bool broken_ = false;  ///< nothing but its destructor may be called of the session
};

}  // namespace klaxon::http
