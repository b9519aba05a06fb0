#include "agent/promql/functions.h"

#include <algorithm>
#include <array>
#include <set>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "agent/promql/evaluator.h"
#include "agent/promql/function_table.h"
#include "agent/promql/ordered_aggregations.h"

namespace klaxon::promql {
namespace {

/// What absent() says: the labels that the selector asks to be equal to one value.
series::LabelsRef LabelsOfAbsent(const Expr& argument) {
  const auto* const selector = std::get_if<Selector>(&argument.node);
  if (selector == nullptr) return series::NoLabels();
  std::vector<std::pair<std::string, std::string>> labels;
  std::set<std::string> seen;
  for (const series::Matcher& matcher : selector->matchers) {
    if (matcher.name() == series::kMetricName) continue;
    const bool first = seen.insert(matcher.name()).second;
    const bool plain = first && matcher.kind() == series::MatchKind::kEqual;
    labels.emplace_back(matcher.name(), plain ? matcher.value() : "");
  }
  return std::make_shared<const series::Labels>(std::move(labels));
}

Value AbsentUnless(bool present, const Expr& argument) {
  if (present) return Vector{};
  return Vector{{.labels = LabelsOfAbsent(argument), .value = 1}};
}

Result<Value> AbsentOverTime(Evaluator& evaluator, const Expr& argument, int64_t time) {
  bool present = false;
  Result<void> visited =
      evaluator.ForEachWindow(argument, time, [&](const WindowSeries&) { present = true; });
  if (!visited) return visited.error();
  return AbsentUnless(present, argument);
}

Result<Value> Absent(Evaluator& evaluator, const Expr& argument, int64_t time) {
  Result<Value> vector = evaluator.Evaluate(argument, time);
  if (!vector) return vector;
  return AbsentUnless(!std::get<Vector>(*vector).empty(), argument);
}

Result<Value> Timestamp(Evaluator& evaluator, const Expr& argument, int64_t time) {
  Vector result;
  if (std::holds_alternative<Selector>(argument.node)) {
    Result<Vector> times = evaluator.SampleTimes(argument, time);
    if (!times) return times.error();
    result = *std::move(times);
  } else {
    Result<Value> vector = evaluator.Evaluate(argument, time);
    if (!vector) return vector;
    result = std::get<Vector>(*std::move(vector));
    for (VectorSample& sample : result)
      sample.value = static_cast<double>(time) / 1000;
  }
  for (VectorSample& sample : result)
    sample.drop_name = true;
  return Value(std::move(result));
}

/// rate() of something that is not called like a counter is told: it may be a gauge.
void CheckCounterName(const Expr& argument, std::string_view metric, Annotations& annotations) {
  static constexpr std::string_view kEndings[] = {"_total", "_sum", "_count", "_bucket"};
  if (metric.empty() ||
      std::ranges::any_of(kEndings, [&](auto ending) { return metric.ends_with(ending); })) {
    return;
  }
  annotations.Inform(argument, fmt::format("metric might not be a counter, name does not end in "
                                           "_total/_sum/_count/_bucket: \"{}\"",
                                           metric));
}

/// The argument that is a range vector, and the scalar beside it, if there is one.
struct WindowArguments {
  const Expr* range = nullptr;
  double parameter = 0;
};

Result<WindowArguments> ReadArguments(Evaluator& evaluator, const Call& call, int64_t time) {
  WindowArguments read;
  for (const ExprPtr& argument : call.arguments) {
    if (argument->type == ValueType::kMatrix) {
      read.range = argument.get();
      continue;
    }
    Result<Value> scalar = evaluator.Evaluate(*argument, time);
    if (!scalar) return scalar.error();
    read.parameter = std::get<double>(*scalar);
    if (call.function->name == "quantile_over_time") {
      CheckQuantile(read.parameter, *argument, evaluator.annotations());
    }
  }
  return read;
}

Result<Value> RunWindows(Evaluator& evaluator, const Call& call, int64_t time,
                         WindowFunction function) {
  const Result<WindowArguments> arguments = ReadArguments(evaluator, call, time);
  if (!arguments) return arguments.error();
  const Expr& range = *arguments->range;
  const std::string_view name = call.function->name;
  const bool counts = name == "rate" || name == "increase";
  const bool keeps_name = name == "last_over_time";
  const WindowTimes times = evaluator.TimesOf(range, time);
  Vector result;
  std::string_view checked;  // the name of the series before, which is mostly the same
  Result<void> visited = evaluator.ForEachWindow(range, time, [&](const WindowSeries& series) {
    const std::optional<double> value = function({.samples = series.samples,
                                                  .start = times.start,
                                                  .end = times.end,
                                                  .now = time,
                                                  .parameter = arguments->parameter});
    if (!value) return;
    if (counts) {
      const std::string_view metric = series.labels->metric_name();
      if (metric != checked) CheckCounterName(range, metric, evaluator.annotations());
      checked = metric;
    }
    result.push_back(
        {.labels = series.labels, .value = *value, .drop_name = series.drop_name || !keeps_name});
  });
  if (!visited) return visited.error();
  return Value(std::move(result));
}

Result<Value> RunNumbers(Value argument, NumberFunction function) {
  Vector result = std::get<Vector>(std::move(argument));
  for (VectorSample& sample : result) {
    sample.value = function(sample.value);
    sample.drop_name = true;
  }
  return Value(std::move(result));
}

}  // namespace

Implementation FindImplementation(std::string_view name) {
  static const auto all_functions = [] {
    std::unordered_map<std::string_view, Implementation> all;
    for (const auto& functions :
         {MathFunctions(), VectorFunctions(), DateFunctions(), LabelFunctions(),
          HistogramFunctions(), RateFunctions(), OverTimeFunctions()}) {
      for (const Implemented& one : functions)
        all.emplace(one.name, one.run);
    }
    return all;
  }();
  const auto found = all_functions.find(name);
  return found == all_functions.end() ? Implementation{} : found->second;
}

Result<Value> EvaluateCall(Evaluator& evaluator, const Expr& expr, int64_t time) {
  const auto& call = std::get<Call>(expr.node);
  const std::string_view name = call.function->name;
  if (name == "absent") return Absent(evaluator, *call.arguments[0], time);
  if (name == "absent_over_time") return AbsentOverTime(evaluator, *call.arguments[0], time);
  if (name == "timestamp") return Timestamp(evaluator, *call.arguments[0], time);
  const Implementation implementation = FindImplementation(name);
  if (const auto* const window = std::get_if<WindowFunction>(&implementation)) {
    return RunWindows(evaluator, call, time, *window);
  }
  CallFrame frame{.expr = expr,
                  .call = call,
                  .time = time,
                  .annotations = evaluator.annotations(),
                  .patterns = evaluator.patterns()};
  for (const ExprPtr& argument : call.arguments) {
    Result<Value> value = evaluator.Evaluate(*argument, time);
    if (!value) return value;
    frame.arguments.push_back(*std::move(value));
  }
  if (const auto* const number = std::get_if<NumberFunction>(&implementation)) {
    return RunNumbers(std::move(frame.arguments[0]), *number);
  }
  return std::get<FrameFunction>(implementation)(frame);
}

}  // namespace klaxon::promql
