#pragma once

#include <string>
#include <string_view>

#include <fmt/format.h>

/// How the store names the rows that it has written.
namespace klaxon::notify {

inline constexpr char kPart = '\x1f';  // between the parts of a row's name; Printable text has none

inline std::string RowName(std::string_view table, std::string_view key,
                           std::string_view more = "") {
  return fmt::format("{}{}{}{}{}", table, kPart, key, kPart, more);
}

}  // namespace klaxon::notify
