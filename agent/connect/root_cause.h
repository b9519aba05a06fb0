#pragma once

#include <string>
#include <string_view>

namespace klaxon::connect {

/// The line of a Java stack trace that says why: what the last "Caused by:" names, or the first
/// line if there is none (Throwable.printStackTrace writes the deepest cause last; causes of
/// suppressed exceptions are indented and do not count). One printable line of at most 400 bytes;
/// empty for an empty trace.
std::string RootCause(std::string_view trace);

}  // namespace klaxon::connect
