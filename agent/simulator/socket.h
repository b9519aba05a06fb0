#pragma once

#include <cstdint>
#include <utility>

#include "agent/base/result.h"

namespace klaxon::simulator {

/// Owns a file descriptor.
class Socket {
 public:
  Socket() = default;

  explicit Socket(int descriptor) : descriptor_(descriptor) {}

  Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

  Socket& operator=(Socket&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }

  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket();

  /// -1: none.
  int get() const { return descriptor_; }

  explicit operator bool() const { return descriptor_ >= 0; }

  void Close() { Socket().Swap(*this); }

 private:
  void Swap(Socket& other) { std::swap(descriptor_, other.descriptor_); }

  int descriptor_ = -1;
};

/// A port of 127.0.0.1 that stays ours while nobody listens on it: a broker that is down must
/// refuse connections, and must find its port again when it comes back.
class LoopbackPort {
 public:
  /// Any free port, or the one that is wanted. Error: kUnreachable.
  static Result<LoopbackPort> Reserve(uint16_t wanted = 0);

  uint16_t number() const { return number_; }

  /// A new non-blocking listening socket. Error: kUnreachable.
  Result<Socket> Listen() const;

 private:
  Socket held_{};  ///< bound, never listening
  uint16_t number_ = 0;
};

}  // namespace klaxon::simulator
