#include "agent/http/head_scanner.h"

#include <algorithm>
#include <array>
#include <utility>

#include "agent/http/field.h"

namespace klaxon::http {
namespace {

// CPPHTTPLIB_HEADER_MAX_LENGTH: longer lines cpp-httplib answers with a bare 400.
constexpr size_t kLongestHeader = 8192;

// Those that cpp-httplib routes for us; it takes CONNECT, TRACE and PRI for requests too.
constexpr std::array<std::string_view, 7> kMethods{"GET",   "HEAD",   "POST",   "PUT",
                                                   "PATCH", "DELETE", "OPTIONS"};

/// Whether it can be a host with a port or be empty (RFC 9112 section 3.2); no user name.
bool IsHost(std::string_view text) {
  return text.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
             "-._~%!$&'()*+,;=:[]") == std::string_view::npos;
}

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
    } else if (cut_ > 0) {
      buffer.replace(line_ + cut_at_, cut_, put_);
      looked_ = end - std::exchange(cut_, 0) + put_.size();
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
  if (line.empty()) {
    if (!host_required_ || host_seen_) return State::kWhole;
    return Refuse(400, Rejection::kMalformed, "The request has no Host.");
  }
  header_bytes_ += size;
  return HeaderLine(line);
}

HeadScanner::State HeadScanner::RequestLine(std::string_view line) {
  const size_t space = line.find(' ');
  const std::string_view version = line.substr(line.rfind(' ') + 1);
  if (!IsToken(line.substr(0, space)) || !version.starts_with("HTTP/")) {
    return Refuse(400, Rejection::kMalformed, "The request is not HTTP/1.1.");
  }
  if (version != "HTTP/1.1" && version != "HTTP/1.0") {
    return Refuse(505, Rejection::kMalformed, "This server speaks HTTP/1.1.");
  }
  host_required_ = version == "HTTP/1.1";
  head_.method = line.substr(0, space);
  if (std::ranges::find(kMethods, head_.method) == kMethods.end()) {
    return Refuse(501, Rejection::kMalformed, "This server does not know the method.");
  }
  const size_t end = line.size() - version.size() - 1;
  return Target(line, line.substr(space + 1, end > space ? end - space - 1 : 0));
}

/// The origin form, or the absolute form, which is cut to it.
HeadScanner::State HeadScanner::Target(std::string_view line, std::string_view target) {
  constexpr std::string_view kWrong = "The target of the request is neither a path nor a URL.";
  const size_t colon = std::min(target.find("://"), target.size());
  const std::string_view scheme = target.substr(0, colon);
  if (!EqualWithoutCase(scheme, "http") && !EqualWithoutCase(scheme, "https")) {
    if (!target.starts_with('/') || target.find(' ') != std::string_view::npos) {
      return Refuse(400, Rejection::kMalformed, kWrong);
    }
    head_.target = target;
    return State::kMore;
  }
  std::string_view rest = target.substr(std::min(colon + 3, target.size()));
  head_.host = rest.substr(0, rest.find_first_of("/?"));
  rest.remove_prefix(head_.host.size());
  if (head_.host.empty() || !IsHost(head_.host) || rest.find(' ') != std::string_view::npos) {
    return Refuse(400, Rejection::kMalformed, kWrong);
  }
  url_host_ = true;
  put_ = rest.starts_with('/') ? "" : "/";
  cut_at_ = static_cast<size_t>(target.data() - line.data());
  cut_ = target.size() - rest.size();
  head_.target = std::string(put_) + std::string(rest);
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
  const bool range = EqualWithoutCase(name, "Range");
  drop_ = range || EqualWithoutCase(name, "Accept");
  if (!range) head_.headers.emplace_back(name, value);
  if (EqualWithoutCase(name, "Host")) return Host(value);
  if (EqualWithoutCase(name, "Authorization")) return Once(login_seen_);
  if (EqualWithoutCase(name, "Origin")) return Once(origin_seen_);
  if (EqualWithoutCase(name, "Sec-Fetch-Site")) return Once(site_seen_);
  if (EqualWithoutCase(name, "Content-Encoding") && !EqualWithoutCase(value, "identity")) {
    return Refuse(415, Rejection::kMalformed, "Compressed request bodies are not taken.");
  }
  if (EqualWithoutCase(name, "Content-Length")) return Framing(false, value);
  if (EqualWithoutCase(name, "Transfer-Encoding")) return Framing(true, value);
  return State::kMore;
}

/// For headers that must not come twice: each reader could take another one.
HeadScanner::State HeadScanner::Once(bool& seen) {
  if (!std::exchange(seen, true)) return State::kMore;
  return Refuse(400, Rejection::kMalformed, "A header of the request is given more than once.");
}

HeadScanner::State HeadScanner::Host(std::string_view value) {
  if (!IsHost(value)) {
    return Refuse(400, Rejection::kMalformed, "The Host of the request is not a host.");
  }
  if (!url_host_ && !host_seen_) head_.host = value;
  return Once(host_seen_);
}

/// Content-Length, or Transfer-Encoding. Two readings of where a body ends are the root of request
/// smuggling (RFC 9112 section 6.3), so only one of these is taken, and only once.
HeadScanner::State HeadScanner::Framing(bool coding, std::string_view value) {
  if (std::exchange(framed_, true)) {
    return Refuse(400, Rejection::kMalformed, "The length of the body is stated more than once.");
  }
  if (coding) {
    head_.chunked = true;
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
