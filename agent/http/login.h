#pragma once

#include <string>
#include <string_view>

#include "agent/base/secret.h"

namespace klaxon::http {

/// RFC 4648 section 4, with padding.
std::string Base64(std::string_view bytes);

/// The value of an Authorization header (RFC 7617). It is a secret.
std::string BasicAuthorization(std::string_view username, const Secret& password);

}  // namespace klaxon::http
