#include "alerts/lifecycle/unknown.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "agent/promql/function_table.h"
#include "agent/series/unknown_match.h"

namespace klaxon::alerts {
namespace {

bool AsksForAbsence(const promql::Expr& expr) {
  const auto* const call = std::get_if<promql::Call>(&expr.node);
  return call != nullptr && call->function->name.starts_with("absent");
}

void AddText(const promql::Expr& expr, std::set<std::string>& texts) {
  if (const auto* const text = std::get_if<promql::Text>(&expr.node)) texts.insert(text->value);
}

}  // namespace

std::set<std::string> MadeLabels(const promql::Expr& expr) {
  std::set<std::string> made;
  if (const auto* const call = std::get_if<promql::Call>(&expr.node);
      call != nullptr && call->function->name.starts_with("label_") && call->arguments.size() > 1) {
    AddText(*call->arguments[1], made);
  }
  if (const auto* const aggregate = std::get_if<promql::Aggregate>(&expr.node);
      aggregate != nullptr && aggregate->op == promql::Aggregator::kCountValues) {
    AddText(*aggregate->parameter, made);
  }
  for (const promql::Expr* const part : promql::PartsOf(expr)) {
    made.merge(MadeLabels(*part));
  }
  return made;
}

UnknownFacts::UnknownFacts(const std::vector<const rules::Rule*>& rules, UnknownScopesRef scopes,
                           Waits waits)
    : scopes_(std::move(scopes)), waits_(std::move(waits)) {
  for (const rules::Rule* const rule : rules) {
    recordings_.Add(*rule);
  }
}

void UnknownFacts::Collect(const promql::Expr& expr, Found& found, Reads& reads) const {
  if (AsksForAbsence(expr)) return;
  if (const auto* const selector = std::get_if<promql::Selector>(&expr.node);
      selector != nullptr && !selector->metric.starts_with("klaxon_")) {
    for (const UnknownScope* const scope :
         series::ScopesOf(selector->metric, selector->matchers, *scopes_)) {
      found.scopes.insert(scope);
    }
    for (const rules::Rule* const recording : recordings_.ReadBy(*selector)) {
      found.waits = found.waits || (waits_ && waits_(*recording));
      reads.push_back(recording);
    }
  }
  for (const promql::Expr* const part : promql::PartsOf(expr)) {
    Collect(*part, found, reads);
  }
}

const UnknownFacts::Found& UnknownFacts::FoundFor(const rules::Rule& rule) {
  const auto [known, is_new] = known_.try_emplace(&rule);
  if (!is_new) return known->second;
  LookAtAll(rule, [&](const rules::Rule& reader) {
    Reads reads;
    Collect(*reader.parsed, known->second, reads);
    return reads;
  });
  return known->second;
}

std::optional<std::string> UnknownFacts::Concern(const rules::Rule& rule,
                                                 const series::Labels& labels) {
  if (scopes_->empty() && !waits_) return std::nullopt;
  const Found& found = FoundFor(rule);
  if (found.waits) return "what it reads was not recorded yet since the start of Klaxon";
  if (found.scopes.empty()) return std::nullopt;
  // Labels that do not come from the series say nothing about which series they were.
  series::LabelsBuilder given(labels);
  given.Set("alertname", "");
  for (const rules::NamedText& label : rule.labels) {
    given.Set(label.name, "");
  }
  for (const std::string& made : MadeLabels(*rule.parsed)) {
    given.Set(made, "");
  }
  const series::Labels own = given.Build();
  const auto scope = std::ranges::find_if(
      found.scopes, [&](const UnknownScope* each) { return series::Concerns(*each, own); });
  return scope == found.scopes.end() ? std::nullopt : std::make_optional(Why(**scope));
}

}  // namespace klaxon::alerts
