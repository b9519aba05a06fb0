// Everything of ours that reads bytes from outside: URLs, header values, request heads, chunks,
// logins, web configurations, gzip.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "agent/http/chunk_guard.h"
#include "agent/http/credentials.h"
#include "agent/http/field.h"
#include "agent/http/gzip.h"
#include "agent/http/head_scanner.h"
#include "agent/http/message.h"
#include "agent/http/origin.h"
#include "agent/http/password.h"
#include "agent/http/url.h"
#include "agent/http/web_config.h"

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

/// A head that is let through has what handlers rely on.
void CheckHead(std::string_view text) {
  HeadScanner scanner(ServerLimits{});
  std::string buffer(text);
  if (scanner.Scan(buffer) != HeadScanner::State::kWhole) return;
  Require(scanner.size() <= buffer.size());
  const RequestHead head = scanner.TakeHead();
  Require(head.target.starts_with('/') && buffer.starts_with(head.method + " " + head.target));
  for (const auto& [name, value] : head.headers) {
    Require(IsToken(name) && IsFieldValue(value) && !EqualWithoutCase(name, "Range"));
  }
  Request request;
  request.method = head.method;
  request.headers = head.headers;
  request.host = head.host;
  std::ignore = WrongOrigin(request);
  std::ignore = ParseBasic(request.Header("Authorization"));
}

/// How many bytes of a body in chunks are taken in pieces of this size, and whether it is over.
std::pair<bool, bool> Chunks(std::string_view text, size_t piece) {
  ChunkGuard guard;
  for (size_t at = 0; at < text.size() && !guard.over(); at += piece) {
    if (!guard.Take(text.substr(at, piece))) return {false, false};
  }
  return {true, guard.over()};
}

void CheckLogin(std::string_view text) {
  std::ignore = ParseBasic(text);
  std::ignore = CostOf(text);
  const std::optional<std::string> bytes = DecodeBase64(text);
  Require(!bytes || bytes->size() <= text.size() / 4 * 3);
  Request request;
  request.host = text.substr(0, text.size() / 2);
  request.headers = {{"Origin", std::string(text.substr(text.size() / 2))}};
  std::ignore = WrongOrigin(request);
}

/// What is accepted has only headers and hashes that can be used.
void CheckWebConfig(std::string_view text) {
  const auto no_variables = [](const std::string&) -> std::optional<std::string> { return {}; };
  config::Document document = config::Document::Parse(text, "web.yml", no_variables);
  const WebConfig config = ReadWebConfig(document, "/nowhere");
  Require(document.ok() == ToString(document.mistakes()).empty());
  if (!document.ok()) return;
  for (const auto& [name, value] : config.headers) {
    Require(IsToken(name) && IsFieldValue(value));
  }
  for (const WebUser& user : config.users) {
    Require(CostOf(user.hash.Reveal()).has_value());
  }
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
  klaxon::http::CheckHead(text);
  klaxon::http::Require(klaxon::http::Chunks(text, 1) == klaxon::http::Chunks(text, size + 1));
  klaxon::http::CheckLogin(text);
  klaxon::http::CheckWebConfig(text);
  klaxon::http::CheckGzip(text);
  return 0;
}
