#pragma once

#include <string_view>

#include "agent/http/message.h"

namespace klaxon::http {

/// Adds what tells browsers to keep an answer to itself. What `headers` has already stays; what is
/// `configured` takes the place of both, and goes away where it is empty.
void AddSecurityHeaders(const HeaderList& configured, HeaderList& headers);

/// The same for answers that are made before anything is known of the request: whole lines with
/// their ends.
extern const std::string_view kSecurityLines;

}  // namespace klaxon::http
