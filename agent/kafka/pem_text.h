#pragma once

#include <string>
#include <string_view>

namespace klaxon::kafka {

/// PEM (RFC 7468) with its lines where they belong. Java takes certificates and keys whose line
/// ends have become blanks, as they do in a properties file whose lines go on; OpenSSL does not.
/// What is not PEM, or has headers of its own inside (RFC 1421), stays as it is.
std::string WithPemLines(std::string_view text);

}  // namespace klaxon::kafka
