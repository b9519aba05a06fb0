#pragma once

#include <cstddef>
#include <string>

#include "agent/base/result.h"

namespace klaxon::config {

/// The bytes of a file, pipes too. Error: kInvalid, why (not there, not permitted, a folder,
/// more than `most` bytes) without the file's name.
Result<std::string> ReadFile(const std::string& file, size_t most);

}  // namespace klaxon::config
