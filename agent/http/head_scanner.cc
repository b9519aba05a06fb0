#include "agent/http/head_scanner.h"

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
    const size_t size = end - line_;
    const std::string_view line(buffer.data() + line_, size - 1);
    if (!line.ends_with('\r') || !IsFieldValue(line.substr(0, line.size() - 1))) {
      return Refuse(400, Rejection::kMalformed, "The request is not HTTP/1.1.");
    }
    const std::string_view text = line.substr(0, line.size() - 1);
    if (in_headers_ && text.empty()) return State::kWhole;
    bool drop = false;
    const State state = in_headers_ ? HeaderLine(text, drop) : RequestLine(text);
    if (state == State::kRefused) return state;
    header_bytes_ += in_headers_ ? size : 0;
    in_headers_ = true;
    if (drop) {
      buffer.erase(line_, size);
      looked_ = line_;
    }
    line_ = looked_;
  }
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

HeadScanner::State HeadScanner::HeaderLine(std::string_view line, bool& drop) {
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos || !IsToken(line.substr(0, colon))) {
    return Refuse(400, Rejection::kMalformed, "A header of the request is not \"Name: value\".");
  }
  if (++header_count_ > limits_.header_count) {
    return Refuse(431, Rejection::kTooLarge, "The request has too many headers.");
  }
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = TrimField(line.substr(colon + 1));
  drop = EqualWithoutCase(name, "Range");
  const bool length = EqualWithoutCase(name, "Content-Length");
  const bool coding = EqualWithoutCase(name, "Transfer-Encoding");
  // Two readings of where a body ends are the root of request smuggling (RFC 9112 section 6.3).
  if ((length || coding) && (has_length_ || has_coding_)) {
    return Refuse(400, Rejection::kMalformed, "The length of the body is stated more than once.");
  }
  has_length_ = has_length_ || length;
  has_coding_ = has_coding_ || coding;
  if (coding && !EqualWithoutCase(value, "chunked")) {
    return Refuse(501, Rejection::kMalformed, "The Transfer-Encoding is not understood.");
  }
  if (length) {
    const std::optional<uint64_t> count = ParseCount(value);
    if (!count) return Refuse(400, Rejection::kMalformed, "The Content-Length is not a number.");
    if (*count > limits_.body) {
      return Refuse(413, Rejection::kTooLarge, "The body of the request is too large.");
    }
  }
  if (EqualWithoutCase(name, "Content-Encoding") && !EqualWithoutCase(value, "identity")) {
    return Refuse(415, Rejection::kMalformed, "Compressed request bodies are not taken.");
  }
  return State::kMore;
}

}  // namespace klaxon::http
