#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "agent/base/descriptor.h"
#include "agent/http/message.h"

namespace klaxon::http {

/// A client that sends any bytes, at any speed, and reads what comes. Waits are bounded by 10 s.
/// Without a connection nothing goes out and nothing comes. It checks nothing itself: tests use it
/// in several threads, where Catch's macros may not be used.
class RawClient {
 public:
  /// To 127.0.0.1, from any address of 127.0.0.0/8. A small receive buffer makes the server feel
  /// soon that nothing is read.
  explicit RawClient(uint16_t port, const char* from = "127.0.0.1", bool small_buffer = false);

  /// Whether all of it went out.
  bool Send(std::string_view bytes);

  struct Answer {
    int status = 0;  ///< 0: none came
    HeaderList headers{};
    std::string body{};

    std::string_view Header(std::string_view name) const { return FindHeader(headers, name); }
  };

  /// The next whole answer. To HEAD: without a body.
  Answer Read(bool to_head = false);

  /// Send and Read.
  Answer Ask(std::string_view request);

  /// Everything up to the end of the connection; "timeout" if that does not come.
  std::string ReadToEnd();

  /// Whether the server ends the connection (by a reset too) within `seconds`.
  bool Ended(int seconds = 10);

  /// Takes a little of what has come, without waiting.
  void Sip();

  void Close() { socket_.Close(); }

 private:
  bool Receive(int seconds = 10);
  bool Until(size_t size);
  std::string Unchunk();

  Descriptor socket_{};
  std::string buffer_{};
};

std::string GetRequest(std::string_view target, std::string_view more_headers = "");

}  // namespace klaxon::http
