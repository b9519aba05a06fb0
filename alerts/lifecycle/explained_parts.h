#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "agent/promql/ast.h"
#include "agent/promql/query.h"
#include "agent/series/queryable.h"

namespace klaxon::alerts {

/// A part of an expression and what it is worth on its own.
struct ExplainedPart {
  const promql::Expr* expr = nullptr;
  std::string text{};   ///< as it was written, in one line
  std::string value{};  ///< "3 series, samples 4 s old", or why it has none; empty for a literal
  std::vector<std::string> series{};  ///< the first few with their values, a line each
  size_t count = 0;                   ///< of all series; a scalar counts as one
  bool failed = false;                ///< `value` says why
  std::vector<ExplainedPart> parts{};
};

/// Evaluates an expression and each part of it at `time`, ms. A part within a subquery is worth
/// what it is at that time, too. `options` bounds each part, its `expired` all of them.
class PartExplainer {
 public:
  PartExplainer(std::string_view text, const series::Queryable& source, int64_t time,
                const promql::QueryOptions& options)
      : text_(text), source_(source), time_(time), options_(options) {}

  ExplainedPart Explain(const promql::Expr& expr);

 private:
  void Evaluate(ExplainedPart& part);
  void TakeVector(promql::Vector vector, ExplainedPart& part) const;
  void TakeMatrix(const promql::Matrix& matrix, ExplainedPart& part) const;
  std::string AgesOf(const ExplainedPart& part) const;
  std::string AgeText(int64_t newest, int64_t oldest) const;

  std::string_view text_;
  const series::Queryable& source_;
  int64_t time_;
  const promql::QueryOptions& options_;
  int evaluated_ = 0;
};

/// Why a part without series has none, where that came from: "no series of `up` is there".
/// REQUIRES: it has none and did not fail.
std::string WhyEmpty(const ExplainedPart& part);

}  // namespace klaxon::alerts
