#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

#include "agent/base/fnv1a.h"
#include "agent/http/field.h"
#include "agent/http/message.h"

namespace klaxon::http {
namespace {

/// Whether the parameters of a coding (";q=0.5") leave it acceptable. A weight that is none counts
/// as a refusal: plain bytes are right for every client.
bool Acceptable(std::string_view parameters) {
  while (!parameters.empty()) {
    const size_t end = std::min(parameters.find(';'), parameters.size());
    const std::string_view parameter = TrimField(parameters.substr(0, end));
    parameters.remove_prefix(std::min(end + 1, parameters.size()));
    const size_t equals = parameter.find('=');
    if (equals == std::string_view::npos ||
        !EqualWithoutCase(TrimField(parameter.substr(0, equals)), "q")) {
      continue;
    }
    // weight = 0 to 1 with at most three decimals, RFC 9110 section 12.4.2
    const std::string_view weight = TrimField(parameter.substr(equals + 1));
    if (weight.empty() || weight.size() > 5 || (weight[0] != '0' && weight[0] != '1')) return false;
    if (weight.size() > 1 && weight[1] != '.') return false;
    const bool digits = std::all_of(weight.begin(), weight.end(),
                                    [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
    return digits && weight.find_first_not_of("0.") != std::string_view::npos;
  }
  return true;
}

/// Weak comparison (RFC 9110 section 8.8.3.2) with each member of an If-None-Match.
bool Matches(std::string_view list, std::string_view opaque) {
  if (TrimField(list) == "*") return true;
  while (!list.empty()) {
    const size_t comma = std::min(list.find(','), list.size());
    std::string_view tag = TrimField(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 1, list.size()));
    if (tag.starts_with("W/")) tag.remove_prefix(2);
    if (tag == opaque) return true;
  }
  return false;
}

}  // namespace

bool AcceptsGzip(std::string_view accept_encoding) {
  bool any = false;
  while (!accept_encoding.empty()) {
    const size_t comma = std::min(accept_encoding.find(','), accept_encoding.size());
    const std::string_view member = accept_encoding.substr(0, comma);
    accept_encoding.remove_prefix(std::min(comma + 1, accept_encoding.size()));
    const size_t semicolon = std::min(member.find(';'), member.size());
    const std::string_view coding = TrimField(member.substr(0, semicolon));
    const bool acceptable = Acceptable(member.substr(std::min(semicolon + 1, member.size())));
    // A coding that is named decides, whatever "*" says.
    if (EqualWithoutCase(coding, "gzip") || EqualWithoutCase(coding, "x-gzip")) return acceptable;
    if (coding == "*") any = acceptable;
  }
  return any;
}

bool AcceptsGzip(const Request& request) {
  return AcceptsGzip(request.Header("Accept-Encoding"));
}

Response WithETag(const Request& request, Response response) {
  const bool reading = request.method == "GET" || request.method == "HEAD";
  if (response.status != 200 || response.source || !reading) return response;
  // An ETag tells versions of one page apart.
  const std::string opaque = fmt::format("\"{:016x}\"", Fnv1a().Add(response.Bytes()).value());
  response.headers.emplace_back("ETag", "W/" + opaque);
  if (Matches(request.Header("If-None-Match"), opaque)) {
    response.status = 304;
    response.body.clear();
    response.shared_body.reset();
    response.content_encoding.clear();
  }
  return response;
}

}  // namespace klaxon::http
