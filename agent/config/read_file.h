#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "agent/base/result.h"

namespace klaxon::config {

/// The bytes of a file. Of a pipe (a shell's <(...), or a named one) too, if it is written to its
/// end within `patience`. Error: kInvalid, why (not there, not permitted, a folder, a pipe that
/// nobody writes or that was read before, more than `most` bytes) without the file's name.
Result<std::string> ReadFile(const std::string& file, size_t most,
                             std::chrono::milliseconds patience = std::chrono::seconds{5});

}  // namespace klaxon::config
