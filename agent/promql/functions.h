#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "agent/base/result.h"
#include "agent/promql/annotations.h"
#include "agent/promql/ast.h"
#include "agent/promql/value.h"
#include "agent/series/pattern.h"

/// What the functions of the table do, by kinds.
namespace klaxon::promql {

class Evaluator;

/// What a function of a range vector sees of one series.
struct Window {
  std::span<const series::Sample> samples{};  ///< without staleness markers, never empty
  int64_t start = 0;                          ///< the window is (start, end], ms
  int64_t end = 0;
  int64_t now = 0;       ///< the time of the evaluation: not `end` with offset or @
  double parameter = 0;  ///< of predict_linear and quantile_over_time
};

/// A call with its arguments evaluated; those left out are not there.
struct CallFrame {
  const Expr& expr;
  const Call& call;
  std::vector<Value> arguments{};
  int64_t time = 0;
  Annotations& annotations;
  std::map<std::string, series::Pattern>& patterns;  ///< compiled once a query
};

/// Of each sample of an instant vector.
using NumberFunction = double (*)(double);
/// Of each series of a range vector; empty: no result.
using WindowFunction = std::optional<double> (*)(const Window&);
/// Of all the arguments together.
using FrameFunction = Result<Value> (*)(CallFrame&);

using Implementation = std::variant<std::monostate, NumberFunction, WindowFunction, FrameFunction>;

struct Implemented {
  std::string_view name{};
  Implementation run{};
};

// One file each.
std::span<const Implemented> MathFunctions();
std::span<const Implemented> VectorFunctions();
std::span<const Implemented> DateFunctions();
std::span<const Implemented> LabelFunctions();
std::span<const Implemented> HistogramFunctions();
std::span<const Implemented> RateFunctions();
std::span<const Implemented> OverTimeFunctions();

/// monostate: the evaluator itself does it, or there is none.
Implementation FindImplementation(std::string_view name);

/// REQUIRES: `expr` is a call.
Result<Value> EvaluateCall(Evaluator& evaluator, const Expr& expr, int64_t time);

}  // namespace klaxon::promql
