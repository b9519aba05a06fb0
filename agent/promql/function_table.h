#pragma once

#include <span>
#include <string_view>

#include "agent/promql/ast.h"

namespace klaxon::promql {

/// A function that expressions may call; what it does stands in functions.h.
struct FunctionInfo {
  std::string_view name{};
  ValueType returns = ValueType::kVector;
  std::span<const ValueType> arguments{};
  /// How many of the arguments may be left out.
  int optional = 0;
  /// The last argument may stand any number of times, also none.
  bool repeats_last = false;
};

/// Null: there is none.
const FunctionInfo* FindFunction(std::string_view name);

std::span<const FunctionInfo> AllFunctions();

/// Why a function of Prometheus is not here ("needs native histograms"); empty: it is not one of
/// those.
std::string_view WhyLeftOut(std::string_view name);

}  // namespace klaxon::promql
