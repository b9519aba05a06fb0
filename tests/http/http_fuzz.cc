// Everything of ours that reads bytes from outside: URLs, header values, request heads, gzip.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>

#include "agent/http/gzip.h"
#include "agent/http/head_scanner.h"
#include "agent/http/message.h"
#include "agent/http/url.h"

namespace klaxon::http {
namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

/// What is read of a URL reads the same again.
void CheckUrl(std::string_view text) {
  const Result<Url> url = ParseUrl(text);
  if (!url) return;
  const Result<Url> again = ParseUrl(url->Origin() + url->Target());
  Require(again && *again == *url);
}

void CheckPercent(std::string_view text) {
  std::string decoded;
  Require(PercentDecode(PercentEncode(text), decoded) && decoded == text);
  PercentDecode(text, decoded);
}

/// The verdict, its status, and what is left of the buffer, when it comes in pieces of this size.
std::tuple<HeadScanner::State, int, std::string> Scan(std::string_view text, size_t piece) {
  HeadScanner scanner(ServerLimits{});
  std::string buffer;
  for (size_t at = 0; at < text.size(); at += piece) {
    buffer += text.substr(at, piece);
    const HeadScanner::State state = scanner.Scan(buffer);
    if (state == HeadScanner::State::kRefused) return {state, scanner.refusal().status, ""};
    if (state == HeadScanner::State::kWhole) {
      return {state, 0, buffer.substr(0, buffer.find("\r\n\r\n"))};
    }
  }
  return {HeadScanner::State::kMore, 0, ""};
}

void CheckGzip(std::string_view file) {
  const BodySource source = InflateGzip(std::make_shared<const std::string>(file));
  std::string out;
  while (source(out) && out.size() < 1'000'000) {
  }
}

}  // namespace
}  // namespace klaxon::http

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {  // NOLINT: its name
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  klaxon::http::CheckUrl(text);
  klaxon::http::CheckPercent(text);
  std::ignore = klaxon::http::AcceptsGzip(text);
  klaxon::http::Require(klaxon::http::Scan(text, 1) == klaxon::http::Scan(text, size + 1));
  klaxon::http::CheckGzip(text);
  return 0;
}
