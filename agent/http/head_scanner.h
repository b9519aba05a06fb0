#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "agent/http/server.h"

namespace klaxon::http {

/// Why a request gets no further, and what its client is told.
struct Refusal {
  int status = 400;
  Rejection cause = Rejection::kMalformed;
  std::string_view sentence{};  ///< static
};

/// Watches the request line and headers come in, before cpp-httplib parses them: it has no limit on
/// the header section as a whole and works on one only when it has all of it. Also takes `Range`
/// out: nobody needs it here, and 300 ranges on a 25 MB page cost cpp-httplib gigabytes.
class HeadScanner {
 public:
  enum class State { kMore, kWhole, kRefused };

  explicit HeadScanner(const ServerLimits& limits) : limits_(limits) {}

  /// Looks at what has been appended to `buffer` since the last call. `buffer` must begin with the
  /// request and lose nothing between calls.
  State Scan(std::string& buffer);

  /// REQUIRES: kRefused.
  const Refusal& refusal() const { return refusal_; }

 private:
  State Refuse(int status, Rejection cause, std::string_view sentence);
  State TooLong(size_t line_size);
  State Line(std::string_view line);
  State RequestLine(std::string_view line);
  State HeaderLine(std::string_view line);
  State Framing(bool coding, std::string_view value);

  const ServerLimits limits_;
  size_t line_ = 0;    ///< where the line begins that is coming
  size_t looked_ = 0;  ///< up to where there is no line feed
  bool in_headers_ = false;
  size_t header_bytes_ = 0;
  size_t header_count_ = 0;
  bool framed_ = false;  ///< a header has said how long the body is
  bool drop_ = false;    ///< the line that was looked at last is taken out
  Refusal refusal_{};
};

}  // namespace klaxon::http
