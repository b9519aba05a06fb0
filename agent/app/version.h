#pragma once

namespace klaxon::app {

/// "1.2.3"; set by the build.
inline constexpr const char* kVersion = KLAXON_VERSION;

}  // namespace klaxon::app
