#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "agent/http/message.h"
#include "agent/http/server.h"

namespace klaxon::http {

/// Why a request gets no further, and what its client is told.
struct Refusal {
  int status = 400;
  Rejection cause = Rejection::kMalformed;
  std::string_view sentence{};  ///< static
};

/// A request without its body.
struct RequestHead {
  std::string method{};
  std::string target{};  ///< path and query, starts with '/'
  std::string host{};    ///< whom the client takes us for: "klaxon:9308"
  HeaderList headers{};  ///< values as they came, blanks around them cut off; without Range
  bool chunked = false;  ///< how the body comes
};

/// Watches the request line and headers come in, before cpp-httplib parses them: it has no limit on
/// the header section as a whole and works on one only when it has all of it. Also takes `Range`
/// out: nobody needs it here, and 300 ranges on a 25 MB page cost cpp-httplib gigabytes;
/// and `Accept`, which cpp-httplib answers 400 for as soon as it does not like it. A target
/// that is a whole URL becomes its path (RFC 9112 section 3.2.2).
class HeadScanner {
 public:
  enum class State { kMore, kWhole, kRefused };

  explicit HeadScanner(const ServerLimits& limits) : limits_(limits) {}

  /// Looks at what has been appended to `buffer` since the last call. `buffer` must begin with the
  /// request and lose nothing between calls.
  State Scan(std::string& buffer);

  /// REQUIRES: kWhole, once.
  RequestHead TakeHead() { return std::move(head_); }

  /// Bytes of the head in the buffer, its empty line included. REQUIRES: kWhole.
  size_t size() const { return looked_; }

  /// REQUIRES: kRefused.
  const Refusal& refusal() const { return refusal_; }

 private:
  State Refuse(int status, Rejection cause, std::string_view sentence);
  State TooLong(size_t line_size);
  State Line(std::string_view line);
  State RequestLine(std::string_view line);
  State Target(std::string_view line, std::string_view target);
  State Host(std::string_view value);
  State Once(bool& seen);
  State HeaderLine(std::string_view line);
  State Framing(bool coding, std::string_view value);

  const ServerLimits limits_;
  size_t line_ = 0;    ///< where the line begins that is coming
  size_t looked_ = 0;  ///< up to where there is no line feed
  bool in_headers_ = false;
  size_t header_bytes_ = 0;
  size_t header_count_ = 0;
  bool framed_ = false;     ///< a header has said how long the body is
  bool drop_ = false;       ///< the line that was looked at last is taken out
  size_t cut_at_ = 0;       ///< where in the request line something is taken out
  size_t cut_ = 0;          ///< how much of it, and
  std::string_view put_{};  ///< what is put there
  bool host_required_ = false;
  bool host_seen_ = false;
  bool url_host_ = false;  ///< the target named the host, so the Host header does not count
  bool login_seen_ = false;
  bool origin_seen_ = false;
  bool site_seen_ = false;
  RequestHead head_{};
  Refusal refusal_{};
};

}  // namespace klaxon::http
