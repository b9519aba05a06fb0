#include "agent/promql/query.h"

#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "agent/promql/evaluator.h"

namespace klaxon::promql {
namespace {

Error SameLabelsTwice() {
  return {Reason::kInvalid, "vector cannot contain metrics with the same labelset"};
}

/// Takes the names off that no longer fit.
void DropNames(Vector& vector) {
  static const series::LabelFilter no_name =
      series::LabelFilter::Without({std::string(series::kMetricName)});
  for (VectorSample& sample : vector) {
    if (!sample.drop_name) continue;
    sample.drop_name = false;
    if (sample.labels->metric_name().empty()) continue;
    sample.labels = std::make_shared<const series::Labels>(no_name.Apply(*sample.labels));
  }
}

bool HasDuplicates(const Vector& vector) {
  std::unordered_set<series::LabelsRef, series::LabelsHash, series::SameLabels> seen;
  seen.reserve(vector.size());
  for (const VectorSample& sample : vector) {
    if (!seen.insert(sample.labels).second) return true;
  }
  return false;
}

void AddNotes(const Annotations& annotations, QueryResult& result) {
  result.warnings.assign(annotations.warnings().begin(), annotations.warnings().end());
  result.infos.assign(annotations.infos().begin(), annotations.infos().end());
}

Result<Matrix> WindowsAt(Evaluator& evaluator, const Expr& expr, int64_t time) {
  Matrix matrix;
  bool fits = true;
  Result<void> visited = evaluator.ForEachWindow(expr, time, [&](const WindowSeries& series) {
    fits = fits && evaluator.Hold(series.samples.size());
    if (!fits) return;
    matrix.push_back({.labels = series.labels,
                      .samples = {series.samples.begin(), series.samples.end()},
                      .drop_name = series.drop_name});
  });
  if (!visited) return visited.error();
  if (!fits) return evaluator.Spent();
  return matrix;
}

/// Puts the vectors of the steps together to series.
class Collected {
 public:
  Result<void> Add(int64_t time, Vector vector) {
    DropNames(vector);
    for (VectorSample& sample : vector) {
      const auto [place, is_new] = known_.emplace(sample.labels, matrix_.size());
      if (is_new) matrix_.push_back({.labels = std::move(sample.labels)});
      std::vector<series::Sample>& samples = matrix_[place->second].samples;
      if (!samples.empty() && samples.back().time == time) return SameLabelsTwice();
      samples.push_back({.time = time, .value = sample.value});
    }
    return {};
  }

  Matrix Take() { return std::move(matrix_); }

 private:
  Matrix matrix_{};
  std::unordered_map<series::LabelsRef, size_t, series::LabelsHash, series::SameLabels> known_{};
};

Vector AsVector(Value value) {
  if (const double* const scalar = std::get_if<double>(&value)) return {{.value = *scalar}};
  return std::get<Vector>(std::move(value));
}

}  // namespace

Result<QueryResult> InstantQuery(const Expr& expr, const series::Queryable& source, int64_t time,
                                 const QueryOptions& options) {
  Evaluator evaluator(source, {.start = time, .end = time}, options);
  if (Result<void> loaded = evaluator.Load(expr); !loaded) return loaded.error();
  QueryResult result{.type = expr.type};
  if (expr.type == ValueType::kMatrix) {
    Result<Matrix> matrix = WindowsAt(evaluator, expr, time);
    if (!matrix) return matrix.error();
    result.matrix = *std::move(matrix);
  } else {
    Result<Value> value = evaluator.Evaluate(expr, time);
    if (!value) return value.error();
    if (auto* const text = std::get_if<std::string>(&*value)) {
      result.text = std::move(*text);
    } else if (const double* const scalar = std::get_if<double>(&*value)) {
      result.scalar = *scalar;
    } else {
      result.vector = std::get<Vector>(*std::move(value));
      DropNames(result.vector);
      if (HasDuplicates(result.vector)) return SameLabelsTwice();
    }
  }
  AddNotes(evaluator.annotations(), result);
  return result;
}

Result<QueryResult> RangeQuery(const Expr& expr, const series::Queryable& source,
                               const QueryTimes& times, const QueryOptions& options) {
  if (expr.type == ValueType::kMatrix || expr.type == ValueType::kString) {
    return Error(Reason::kInvalid, "a range query needs a scalar or an instant vector, not a " +
                                       std::string(Name(expr.type)));
  }
  Evaluator evaluator(source, times, options);
  if (Result<void> loaded = evaluator.Load(expr); !loaded) return loaded.error();
  Collected collected;
  for (int64_t time = times.start; time <= times.end; time += times.step) {
    Result<Value> value = evaluator.Evaluate(expr, time);
    if (!value) return value.error();
    Vector vector = AsVector(*std::move(value));
    if (!evaluator.Hold(vector.size())) return evaluator.Spent();
    if (Result<void> added = collected.Add(time, std::move(vector)); !added) {
      return added.error();
    }
  }
  QueryResult result{.type = ValueType::kMatrix, .matrix = collected.Take()};
  AddNotes(evaluator.annotations(), result);
  return result;
}

}  // namespace klaxon::promql
