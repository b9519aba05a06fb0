#include "agent/http/security_headers.h"

#include <algorithm>
#include <array>
#include <utility>

#include "agent/http/field.h"

namespace klaxon::http {
namespace {

// No Strict-Transport-Security unless it is configured: it would bind every other port of the host
// to TLS as well (RFC 6797 section 8.3).
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kDefaults{{
    {"Content-Security-Policy",
     "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
}};

bool Has(const HeaderList& headers, std::string_view name) {
  return std::ranges::any_of(
      headers, [&](const auto& header) { return EqualWithoutCase(header.first, name); });
}

}  // namespace

const std::string_view kSecurityLines =
    "Content-Security-Policy: default-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "X-Frame-Options: DENY\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n";

void AddSecurityHeaders(const HeaderList& configured, HeaderList& headers) {
  std::erase_if(headers, [&](const auto& header) { return Has(configured, header.first); });
  for (const auto& [name, value] : kDefaults) {
    if (!Has(headers, name) && !Has(configured, name)) headers.emplace_back(name, value);
  }
  for (const auto& header : configured) {
    if (!header.second.empty()) headers.push_back(header);
  }
}

}  // namespace klaxon::http
