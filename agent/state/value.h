#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "agent/base/clock.h"

namespace klaxon::state {

/// NULL, INTEGER, REAL, TEXT.
using Value = std::variant<std::monostate, int64_t, double, std::string>;
using Row = std::vector<Value>;

/// One statement of SQL with a value for each '?' in it. Values are never put into the text.
struct Statement {
  std::string sql{};
  std::vector<Value> values{};
};

// What a column holds; what it does not hold is 0 or empty. A hostile file may hold anything.
inline int64_t IntegerOf(const Row& row, size_t column) {
  const auto* value = column < row.size() ? std::get_if<int64_t>(&row[column]) : nullptr;
  return value == nullptr ? 0 : *value;
}

/// A moment that is kept as milliseconds since 1970; of a number that no clock can have told, the
/// nearest from 1970 to 2255, so that reckoning with it never overflows.
inline WallTime MomentOf(const Row& row, size_t column) {
  constexpr int64_t kMost = 9'000'000'000'000;
  return WallTime{std::chrono::milliseconds{std::clamp<int64_t>(IntegerOf(row, column), 0, kMost)}};
}

inline std::string TextOf(const Row& row, size_t column) {
  const auto* value = column < row.size() ? std::get_if<std::string>(&row[column]) : nullptr;
  return value == nullptr ? "" : *value;
}

inline bool IsNull(const Row& row, size_t column) {
  return column >= row.size() || std::holds_alternative<std::monostate>(row[column]);
}

}  // namespace klaxon::state
