#pragma once

#include <string_view>

#include "agent/http/message.h"

namespace klaxon::http {

/// Why a request that changes something is not taken from where it comes; empty if it is. A browser
/// sends a user's login along with requests that other sites make it send, so what changes
/// something has to come from our own pages, or from a program that is no browser.
///
/// Sec-Fetch-Site decides where it is there (https://www.w3.org/TR/fetch-metadata: pages cannot
/// forge it); older browsers send Origin with what is not GET or HEAD, and it has to be our host.
/// With neither it is no browser: it has to show an Authorization header, which the caller checks.
std::string_view WrongOrigin(const Request& request);

}  // namespace klaxon::http
