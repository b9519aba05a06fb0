#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "agent/base/result.h"
#include "agent/promql/annotations.h"
#include "agent/promql/ast.h"
#include "agent/promql/query.h"
#include "agent/promql/value.h"
#include "agent/series/pattern.h"
#include "agent/series/queryable.h"

/// One query under way.
namespace klaxon::promql {

/// Part of a series as a range selector sees it at one time.
struct WindowSeries {
  const series::LabelsRef& labels;
  bool drop_name = false;
  std::span<const series::Sample> samples{};  ///< without staleness markers, never empty
};

/// The times that a window covers: (start, end], ms.
struct WindowTimes {
  int64_t start = 0;
  int64_t end = 0;
};

class Evaluator {
 public:
  Evaluator(const series::Queryable& source, const QueryTimes& times, const QueryOptions& options)
      : source_(source), times_(times), options_(options) {}

  /// Asks the source for all that `expr` will need. Once, before anything else.
  Result<void> Load(const Expr& expr);

  /// REQUIRES: `expr` is no range vector.
  Result<Value> Evaluate(const Expr& expr, int64_t time);

  using WindowVisitor = std::function<void(const WindowSeries&)>;

  /// Visits the windows of a range vector at a time.
  Result<void> ForEachWindow(const Expr& expr, int64_t time, const WindowVisitor& visit);

  /// The window that a range vector means at a time.
  WindowTimes TimesOf(const Expr& expr, int64_t time) const;

  /// The newest samples of an instant selector.
  Result<Vector> SampleValues(const Expr& selector, int64_t time);
  /// The same with their own times (Unix, seconds) instead of their values.
  Result<Vector> SampleTimes(const Expr& selector, int64_t time);

  /// Counts samples that are kept until the query ends. False when they are too many.
  bool Hold(size_t samples);
  /// Why Hold said no, or Spend.
  Error Spent() const;

  Annotations& annotations() { return annotations_; }

  std::map<std::string, series::Pattern>& patterns() { return patterns_; }

 private:
  using Steps = std::map<int64_t, std::shared_ptr<const Vector>>;

  Result<void> LoadUnder(const Expr& expr, WindowTimes needed);
  Result<void> LoadSelector(const Expr& expr, WindowTimes needed);
  int64_t Shifted(const TimeShift& shift, int64_t time) const;
  template <class Make>
  Result<Vector> Newest(const Expr& expr, int64_t time, Make make);
  Result<Value> EvaluateUnary(const Unary& unary, int64_t time);
  Result<Value> EvaluateBinary(const Binary& binary, int64_t time);
  Result<Value> EvaluateAggregate(const Expr& expr, const Aggregate& aggregate, int64_t time);
  Result<void> VisitSelected(const Expr& expr, WindowTimes times, const WindowVisitor& visit);
  Result<void> VisitSubquery(const Expr& expr, WindowTimes times, const WindowVisitor& visit);
  Result<std::shared_ptr<const Vector>> SubqueryStep(const Subquery& subquery, Steps& steps,
                                                     int64_t time);

  /// False when the query has used up what it may.
  bool Spend(size_t samples);
  void DropSteps(Steps& steps, int64_t until);

  const series::Queryable& source_;
  QueryTimes times_;
  const QueryOptions& options_;
  Annotations annotations_{};
  std::map<std::string, series::Pattern> patterns_{};
  std::unordered_map<const Expr*, series::Selected> selected_{};
  std::unordered_map<const Expr*, Steps> steps_{};
  size_t spent_ = 0;
  size_t held_ = 0;
  size_t asked_at_ = 0;  ///< spent_ when expired() was asked last
  bool expired_ = false;
};

}  // namespace klaxon::promql
