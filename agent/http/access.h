#pragma once

#include <cstdint>
#include <string_view>

namespace klaxon::http {

/// What a client must be to get a route; each includes what the ones before it may.
enum class Access : uint8_t {
  kOpen,      ///< anyone, also where users are configured: for probes
  kViewer,    ///< any user; anyone where no users are configured
  kOperator,  ///< a user who may act on what is watched
  kAdmin,     ///< a user who may act on Klaxon itself
};

/// "open", "viewer", "operator", "admin".
constexpr std::string_view Name(Access access) {
  constexpr std::string_view kNames[] = {"open", "viewer", "operator", "admin"};
  return kNames[static_cast<uint8_t>(access)];
}

}  // namespace klaxon::http
