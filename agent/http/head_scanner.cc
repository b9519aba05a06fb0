#include "agent/http/head_scanner.h"

#include <utility>

#include "agent/http/field.h"

namespace klaxon::http {
namespace {

// CPPHTTPLIB_HEADER_MAX_LENGTH: longer lines cpp-httplib answers with a bare 400.
constexpr size_t kLongestHeader = 8192;

}  // namespace

HeadScanner::State HeadScanner::Refuse(int status, Rejection cause, std::string_view sentence) {
  refusal_ = {.status = status, .cause = cause, .sentence = sentence};
  return State::kRefused;
}

/// Whether a line of this size, whole or not, is beyond a limit.
HeadScanner::State HeadScanner::TooLong(size_t line_size) {
  if (!in_headers_ && line_size > limits_.request_line) {
    return Refuse(414, Rejection::kTooLarge, "The request line is too long.");
  }
  if (in_headers_ &&
      (line_size > kLongestHeader || header_bytes_ + line_size > limits_.header_bytes)) {
    return Refuse(431, Rejection::kTooLarge, "The headers of the request are too long.");
  }
  return State::kMore;
}

HeadScanner::State HeadScanner::Scan(std::string& buffer) {
  while (true) {
    const size_t feed = buffer.find('\n', looked_);
    const size_t end = feed == std::string::npos ? buffer.size() : feed + 1;
    if (TooLong(end - line_) == State::kRefused) return State::kRefused;
    looked_ = end;
    if (feed == std::string::npos) return State::kMore;
    drop_ = false;
    const State state = Line(std::string_view(buffer).substr(line_, feed - line_));
    if (state != State::kMore) return state;
    if (drop_) {
      buffer.erase(line_, end - line_);
      looked_ = line_;
    }
    line_ = looked_;
  }
}

/// A line, whole but for its line feed. kWhole: it was the end of the head.
HeadScanner::State HeadScanner::Line(std::string_view line) {
  if (!line.ends_with('\r') || !IsFieldValue(line.substr(0, line.size() - 1))) {
    return Refuse(400, Rejection::kMalformed, "The request is not HTTP/1.1.");
  }
  const size_t size = line.size() + 1;
  line.remove_suffix(1);
  if (!in_headers_) {
    in_headers_ = true;
    return RequestLine(line);
  }
  if (line.empty()) return State::kWhole;
  header_bytes_ += size;
  return HeaderLine(line);
}

HeadScanner::State HeadScanner::RequestLine(std::string_view line) {
  const std::string_view version = line.substr(line.rfind(' ') + 1);
  if (!IsToken(line.substr(0, line.find(' '))) || !version.starts_with("HTTP/")) {
    return Refuse(400, Rejection::kMalformed, "The request is not HTTP/1.1.");
  }
  if (version != "HTTP/1.1" && version != "HTTP/1.0") {
    return Refuse(505, Rejection::kMalformed, "This server speaks HTTP/1.1.");
  }
  return State::kMore;
}

HeadScanner::State HeadScanner::HeaderLine(std::string_view line) {
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos || !IsToken(line.substr(0, colon))) {
    return Refuse(400, Rejection::kMalformed, "A header of the request is not \"Name: value\".");
  }
  if (++header_count_ > limits_.header_count) {
    return Refuse(431, Rejection::kTooLarge, "The request has too many headers.");
  }
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = TrimField(line.substr(colon + 1));
  drop_ = EqualWithoutCase(name, "Range");
  if (EqualWithoutCase(name, "Content-Encoding") && !EqualWithoutCase(value, "identity")) {
    return Refuse(415, Rejection::kMalformed, "Compressed request bodies are not taken.");
  }
  if (EqualWithoutCase(name, "Content-Length")) return Framing(false, value);
  if (EqualWithoutCase(name, "Transfer-Encoding")) return Framing(true, value);
  return State::kMore;
}

/// Content-Length, or Transfer-Encoding. Two readings of where a body ends are the root of request
/// smuggling (RFC 9112 section 6.3), so only one of these is taken, and only once.
HeadScanner::State HeadScanner::Framing(bool coding, std::string_view value) {
  if (std::exchange(framed_, true)) {
    return Refuse(400, Rejection::kMalformed, "The length of the body is stated more than once.");
  }
  if (coding) {
    if (EqualWithoutCase(value, "chunked")) return State::kMore;
    return Refuse(501, Rejection::kMalformed, "The Transfer-Encoding is not understood.");
  }
  const std::optional<uint64_t> count = ParseCount(value);
  if (!count) return Refuse(400, Rejection::kMalformed, "The Content-Length is not a number.");
  if (*count > limits_.body) {
    return Refuse(413, Rejection::kTooLarge, "The body of the request is too large.");
  }
  return State::kMore;
}

}  // namespace klaxon::http
