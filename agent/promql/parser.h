#pragma once

#include <optional>
#include <string_view>

#include "agent/promql/ast.h"
#include "agent/promql/mistake.h"

namespace klaxon::promql {

/// Longest expression that is read. Rules that people write stay below 10 KiB.
inline constexpr size_t kLongestExpression = size_t{128} * 1024;

struct Parsed {
  ExprPtr expression{};  ///< null when there is a mistake
  std::optional<Mistake> mistake{};
};

/// Reads an expression as Prometheus 3 does and checks its types. The first mistake ends it. Linear
/// in the length of any text; nesting is bounded by kDeepest.
Parsed Parse(std::string_view text);

}  // namespace klaxon::promql
