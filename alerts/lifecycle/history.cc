#include "alerts/lifecycle/history.h"

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "agent/promql/ast.h"
#include "agent/promql/parser.h"
#include "alerts/templates/lexer.h"
#include "alerts/templates/literal.h"

namespace klaxon::alerts {
namespace {

constexpr int64_t kSpare = 60'000;  // ms: an evaluation may be late

class Collector {
 public:
  explicit Collector(const std::set<std::string, std::less<>>& metrics) : metrics_(metrics) {}

  /// `beyond` is how far back the expressions around look, ms.
  void Add(const promql::Expr& expr, int64_t beyond) {
    if (const auto* const selector = std::get_if<promql::Selector>(&expr.node)) {
      AddSelector(*selector, beyond);
      return;
    }
    if (const auto* const subquery = std::get_if<promql::Subquery>(&expr.node)) {
      beyond += subquery->range + std::max<int64_t>(subquery->shift.offset.value_or(0), 0);
    }
    for (const promql::Expr* const part : promql::PartsOf(expr)) {
      Add(*part, beyond);
    }
  }

  /// Every text in it that is an expression: most are none that looks back.
  void AddTemplate(std::string_view text, int64_t beyond) {
    for (const templates::Token& token : templates::Lex(text).all) {
      if (token.kind != templates::Token::Kind::kQuoted) continue;
      const Result<std::string> quoted = templates::ReadQuoted(token.text);
      if (!quoted) continue;
      const promql::Parsed parsed = promql::Parse(*quoted);
      if (parsed.expression) Add(*parsed.expression, beyond);
    }
  }

  series::Spans Take() && { return std::move(spans_); }

 private:
  void AddSelector(const promql::Selector& selector, int64_t beyond) {
    const int64_t span =
        beyond + selector.range + std::max<int64_t>(selector.shift.offset.value_or(0), 0);
    if (span == 0) return;
    if (!selector.metric.empty()) return Keep(selector.metric, span);
    for (const std::string& metric : metrics_) {
      if (series::MayName(selector.matchers, metric)) Keep(metric, span);
    }
  }

  void Keep(const std::string& metric, int64_t span) {
    int64_t& known = spans_[metric];
    known = std::max(known, span + kSpare);
  }

  const std::set<std::string, std::less<>>& metrics_;
  series::Spans spans_{};
};

}  // namespace

series::Spans HistoryFor(const std::vector<rules::Group>& groups, Duration query_offset,
                         const std::set<std::string, std::less<>>& metrics) {
  Collector collector(metrics);
  for (const rules::Group& group : groups) {
    const int64_t offset = std::chrono::duration_cast<std::chrono::milliseconds>(
                               group.query_offset.value_or(query_offset))
                               .count();
    for (const auto& rule : group.rules) {
      collector.Add(*rule->parsed, offset);
      for (const std::vector<rules::NamedText>* const texts : {&rule->labels, &rule->annotations}) {
        for (const rules::NamedText& each : *texts) {
          collector.AddTemplate(each.text, offset);
        }
      }
    }
  }
  return std::move(collector).Take();
}

}  // namespace klaxon::alerts
