#include "agent/http/router.h"

#include <algorithm>

namespace klaxon::http {
namespace {

/// How well a route fits: 0 not at all, more the longer its fixed part is, an exact one most.
size_t Fit(const Route& route, std::string_view path) {
  const std::string_view pattern = route.path;
  if (!pattern.ends_with("/*")) return pattern == path ? std::string_view::npos : 0;
  const std::string_view prefix = pattern.substr(0, pattern.size() - 1);
  return path.starts_with(prefix) ? prefix.size() : 0;
}

bool Serves(const Route& route, std::string_view method) {
  return route.method == method || (method == "HEAD" && route.method == "GET");
}

void AddMethod(std::string& allow, std::string_view method) {
  if (!allow.empty()) allow += ", ";
  allow += method;
}

}  // namespace

RouteTable::Match RouteTable::Find(std::string_view method, std::string_view path) const {
  size_t best = 0;
  for (const Route& route : routes_)
    best = std::max(best, Fit(route, path));
  Match match;
  if (best == 0) return match;
  for (const Route& route : routes_) {
    if (Fit(route, path) != best) continue;
    if (match.route == nullptr && Serves(route, method)) match.route = &route;
    AddMethod(match.allow, route.method);
    if (route.method == "GET") AddMethod(match.allow, "HEAD");
  }
  if (match.route != nullptr) match.allow.clear();
  return match;
}

}  // namespace klaxon::http
