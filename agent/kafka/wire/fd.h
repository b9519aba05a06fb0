#pragma once

#include <utility>

namespace klaxon::kafka::wire {

/// Owns a file descriptor; -1: none.
class Fd {
 public:
  Fd() = default;

  explicit Fd(int fd) : fd_(fd) {}

  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }

  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd();

  int get() const { return fd_; }

  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

/// Ends a poll() from another thread.
class Waker {
 public:
  Waker();

  /// Readable once Wake was called, until Drain. -1: the system has no more descriptors.
  int fd() const { return event_.get(); }

  /// Thread-safe; never blocks.
  void Wake() const;
  void Drain() const;

 private:
  Fd event_;
};

}  // namespace klaxon::kafka::wire
