#include "alerts/lifecycle/history.h"

#include <algorithm>
#include <cstdint>

#include "agent/promql/ast.h"

namespace klaxon::alerts {
namespace {

constexpr int64_t kSpare = 60'000;  // ms: an evaluation may be late

/// `beyond` is how far back the expressions around look, ms.
void Collect(const promql::Expr& expr, int64_t beyond, series::Spans& spans) {
  if (const auto* const selector = std::get_if<promql::Selector>(&expr.node)) {
    const int64_t span =
        beyond + selector->range + std::max<int64_t>(selector->shift.offset.value_or(0), 0);
    if (selector->metric.empty() || span == 0) return;
    int64_t& known = spans[selector->metric];
    known = std::max(known, span + kSpare);
    return;
  }
  if (const auto* const subquery = std::get_if<promql::Subquery>(&expr.node)) {
    beyond += subquery->range + std::max<int64_t>(subquery->shift.offset.value_or(0), 0);
  }
  for (const promql::Expr* const part : promql::PartsOf(expr)) {
    Collect(*part, beyond, spans);
  }
}

}  // namespace

series::Spans HistoryFor(const std::vector<rules::Group>& groups) {
  series::Spans spans;
  for (const rules::Group& group : groups) {
    const auto offset = std::chrono::duration_cast<std::chrono::milliseconds>(
        group.query_offset.value_or(Duration::zero()));
    for (const auto& rule : group.rules) {
      Collect(*rule->parsed, offset.count(), spans);
    }
  }
  return spans;
}

}  // namespace klaxon::alerts
