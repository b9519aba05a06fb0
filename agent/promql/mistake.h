#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace klaxon::promql {

/// What is wrong with an expression, and where.
struct Mistake {
  size_t offset = 0;  ///< in bytes
  size_t line = 1;    ///< counted from 1
  size_t column = 1;  ///< counted from 1, in bytes
  std::string message{};
};

/// `offset` turned into line and column.
Mistake MistakeAt(std::string_view text, size_t offset, std::string message);

/// "1:5: unexpected \",\" in label matching", as Prometheus writes it.
std::string ToString(const Mistake& mistake);

}  // namespace klaxon::promql
