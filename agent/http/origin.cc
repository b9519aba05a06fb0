#include "agent/http/origin.h"

#include <optional>
#include <string>

#include "agent/http/field.h"
#include "agent/http/url.h"

namespace klaxon::http {
namespace {

bool Has(const Request& request, std::string_view name) {
  for (const auto& [given, value] : request.headers) {
    if (EqualWithoutCase(given, name)) return true;
  }
  return false;
}

/// Whether an origin ("https://klaxon:9308") is the host that the client calls us. Not the scheme:
/// a proxy in front of us may have undone TLS.
bool IsOurs(std::string_view origin, std::string_view host) {
  const Result<Url> theirs = ParseUrl(origin);
  if (!theirs || theirs->path != "/" || !theirs->query.empty()) return false;
  const Result<Url> ours = ParseUrl(theirs->scheme + "://" + std::string(host));
  return ours && ours->host == theirs->host && ours->port == theirs->port;
}

}  // namespace

std::string_view WrongOrigin(const Request& request) {
  if (Has(request, "Sec-Fetch-Site")) {
    const std::string_view site = request.Header("Sec-Fetch-Site");
    return site == "same-origin" || site == "none" ? "" : "another site made the browser send it";
  }
  if (Has(request, "Origin")) {
    return IsOurs(request.Header("Origin"), request.host)
               ? ""
               : "its Origin is not the Host it was sent to";
  }
  return "";
}

}  // namespace klaxon::http
