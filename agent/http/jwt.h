#pragma once

#include <optional>
#include <string_view>

#include "agent/base/clock.h"

namespace klaxon::http {

/// When a token says that it expires: the "exp" claim of a JSON Web Token (RFC 7519 section 4.1.4),
/// whose signature is not looked at. Empty: the token is none, or does not say.
std::optional<WallTime> ExpiryOf(std::string_view token);

/// Whether this can be sent as a token: visible ASCII, at least one letter, at most 256 KiB.
bool IsTokenText(std::string_view text);

}  // namespace klaxon::http
