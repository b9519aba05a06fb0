#pragma once

#include <string>
#include <string_view>

#include <fmt/format.h>

/// How the store names the rows that it has written.
namespace klaxon::notify {

/// Between the parts of a row's name: a table, what the configuration names, and perhaps a group's
/// key, in which alone it may occur.
inline constexpr char kPart = '\x1f';

inline std::string RowName(std::string_view table, std::string_view key,
                           std::string_view more = "") {
  return fmt::format("{}{}{}{}{}", table, kPart, key, kPart, more);
}

}  // namespace klaxon::notify
