#pragma once

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "agent/base/result.h"
#include "agent/http/patience.h"
#include "agent/tls/session.h"

namespace klaxon::http {

/// What a client reads an answer through: one request's patience, limits on the head of the answer,
/// and a memory of what went wrong. cpp-httplib by itself matches the status line by a std::regex
/// that recurses on every byte of it, and says "Read" for every failure. Confined to one thread.
class ClientStream {
 public:
  /// `session`: what is spoken over the socket; null: plain.
  ClientStream(int fd, tls::Session* session, Patience& patience)
      : fd_(fd), session_(session), patience_(patience) {}

  /// As recv on a blocking socket; -1 after a failure.
  ssize_t Read(char* bytes, size_t size);
  ssize_t Write(const char* bytes, size_t size);
  bool Wait(short events);

  bool Readable() const { return begin_ < end_; }

  /// Of the answer so far, head included.
  size_t received() const { return received_; }

  /// Whether the other side has closed.
  bool ended() const { return ended_; }

  /// Why reading or writing ended; nothing if it did not, or the answer itself is the problem.
  const std::optional<Error>& failure() const { return failure_; }

  int fd() const { return fd_; }

 private:
  /// Fails unless the wait ended well.
  bool GoesOn(Patience::End end);
  bool Refill();
  bool Ended();
  ssize_t Receive();
  ssize_t ReceiveSecured();
  bool WaitForSession();
  ssize_t WriteSecured(std::string_view bytes);
  bool CheckHead(char byte);
  bool Fail(Reason reason, std::string message);
  bool Broken(int error);

  const int fd_;
  tls::Session* const session_;
  Patience& patience_;
  std::string buffer_{};
  size_t begin_ = 0;
  size_t end_ = 0;
  size_t received_ = 0;
  size_t head_bytes_ = 0;
  size_t line_bytes_ = 0;  ///< of the line that is coming
  size_t lines_ = 0;
  bool head_done_ = false;
  bool ended_ = false;
  std::optional<Error> failure_{};
};

}  // namespace klaxon::http
