#pragma once

#include <unistd.h>

#include <utility>

namespace klaxon {

/// Owns a file descriptor; -1: none.
class Descriptor {
 public:
  Descriptor() = default;

  explicit Descriptor(int fd) : fd_(fd) {}

  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) {
      Close();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }

  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  ~Descriptor() { Close(); }

  int get() const { return fd_; }

  explicit operator bool() const { return fd_ >= 0; }

  /// Gives the descriptor away: somebody else closes it.
  int Release() { return std::exchange(fd_, -1); }

  void Close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

 private:
  int fd_ = -1;
};

}  // namespace klaxon
