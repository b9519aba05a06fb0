#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "agent/base/result.h"

namespace klaxon::config {

/// The bytes of a regular file, or of a link to one; or of what a shell hands over under
/// /dev/stdin, /dev/fd/N or /proc/self/fd/N (its <(...)), if it is written to its end within
/// `patience`. Whatever else it is (a named pipe, a device) is refused at once: to wait for it
/// would hold up whoever reads a configuration. Error: kInvalid, why (not there, not permitted, no
/// file, a pipe that nobody writes or that was read before, more than `most` bytes) without the
/// file's name.
Result<std::string> ReadFile(const std::string& file, size_t most,
                             std::chrono::milliseconds patience = std::chrono::seconds{5});

}  // namespace klaxon::config
