#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "agent/base/result.h"
#include "agent/promql/ast.h"
#include "agent/promql/value.h"
#include "agent/series/queryable.h"

namespace klaxon::promql {

struct QueryOptions {
  /// How long a sample stands for its series when no newer one and no staleness marker comes: ms.
  int64_t lookback = 300'000;
  /// The step of subqueries that name none: ms.
  int64_t default_step = 60'000;
  /// Samples that a query may touch, all steps together: bounds its time.
  size_t most_samples = 100'000'000;
  /// Samples of 16 bytes that it may hold at once, in what its selectors found in history (those of
  /// instants, too), in subqueries and in its result: bounds its memory. A step of a subquery
  /// counts 20 more.
  size_t most_held = 10'000'000;
  /// Asked every some thousand samples; true ends the query. Empty: never.
  std::function<bool()> expired{};
};

/// The times of a query: start, start + step, ... up to end; ms since 1970.
struct QueryTimes {
  int64_t start = 0;
  int64_t end = 0;
  int64_t step = 1;  ///< more than 0
};

struct QueryResult {
  ValueType type = ValueType::kScalar;
  double scalar = 0;
  std::string text{};
  Vector vector{};  ///< in the order of sort() and topk(), else in any
  Matrix matrix{};
  std::vector<std::string> warnings{};
  std::vector<std::string> infos{};
};

/// What `expr` is worth at `time`. Errors: kInvalid (the data do not fit the expression, e.g. a
/// match that is not unique), kTimeout (`expired`), kRefused (too many samples), and those of the
/// source. Pure, but for what `expired` does.
Result<QueryResult> InstantQuery(const Expr& expr, const series::Queryable& source, int64_t time,
                                 const QueryOptions& options = {});

/// What `expr` is worth over time; the result is a matrix. Errors as above; kInvalid also for an
/// expression that is a range vector or a string.
Result<QueryResult> RangeQuery(const Expr& expr, const series::Queryable& source,
                               const QueryTimes& times, const QueryOptions& options = {});

}  // namespace klaxon::promql
