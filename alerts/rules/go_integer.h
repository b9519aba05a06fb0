#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace klaxon::rules {

/// A whole number without quotes as Go's YAML decoder puts it into an int: "5", "0x10", "0o17",
/// "017" (octal), "0b101", "1_000", and numbers like "1e3" or "5.5", of which what follows the
/// point is cut off. Beyond int64: the nearest, where Go takes it at all; else nothing.
/// Source: gopkg.in/yaml.v3, resolve.go and decode.go.
std::optional<int64_t> GoInteger(std::string_view text);

}  // namespace klaxon::rules
