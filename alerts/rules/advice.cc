#include "alerts/rules/advice.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "agent/promql/function_table.h"

namespace klaxon::rules {
namespace {

using promql::Expr;
using LabelSet = std::set<std::string, std::less<>>;

std::optional<LabelSet> LabelsLeft(const Expr& expr);

std::optional<LabelSet> LabelsOfBinary(const promql::Binary& binary) {
  using Cardinality = promql::Matching::Cardinality;
  if (binary.left->type != promql::ValueType::kVector) return LabelsLeft(*binary.right);
  if (binary.right->type != promql::ValueType::kVector) return LabelsLeft(*binary.left);
  if (binary.op == promql::Operator::kOr) {
    std::optional<LabelSet> left = LabelsLeft(*binary.left);
    std::optional<LabelSet> right = LabelsLeft(*binary.right);
    if (!left || !right) return std::nullopt;
    left->merge(*right);
    return left;
  }
  const bool filters = IsSetOperator(binary.op);
  if (!filters && binary.matching.cardinality != Cardinality::kOneToOne) return std::nullopt;
  if (!filters && binary.matching.on) {
    return LabelSet(binary.matching.labels.begin(), binary.matching.labels.end());
  }
  return LabelsLeft(*binary.left);
}

/// The only labels that a result can have; empty: any.
std::optional<LabelSet> LabelsLeft(const Expr& expr) {
  if (const auto* const aggregate = std::get_if<promql::Aggregate>(&expr.node)) {
    using promql::Aggregator;
    const bool keeps = aggregate->op == Aggregator::kTopk || aggregate->op == Aggregator::kBottomk;
    if (aggregate->without || keeps || aggregate->op == Aggregator::kCountValues) {
      return std::nullopt;
    }
    return LabelSet(aggregate->labels.begin(), aggregate->labels.end());
  }
  if (const auto* const unary = std::get_if<promql::Unary>(&expr.node)) {
    return LabelsLeft(*unary->operand);
  }
  if (const auto* const binary = std::get_if<promql::Binary>(&expr.node)) {
    return LabelsOfBinary(*binary);
  }
  return std::nullopt;
}

bool IsOfName(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

/// Whether an action has a word after which the dot may be another than the template's own data.
bool MovesDot(std::string_view action) {
  constexpr std::array<std::string_view, 5> kWords{"range", "with", "define", "block", "template"};
  size_t end = 0;
  for (size_t begin = 0; begin < action.size(); begin = end + 1) {
    end = begin;
    while (end < action.size() && IsOfName(action[end]))
      ++end;
    const char before = begin == 0 ? ' ' : action[begin - 1];
    const bool is_field_or_variable = before == '.' || before == '$';
    const std::string_view word = action.substr(begin, end - begin);
    if (!is_field_or_variable && std::ranges::find(kWords, word) != kWords.end()) return true;
  }
  return false;
}

bool MovesDotSomewhere(std::string_view text) {
  for (size_t open = text.find("{{"); open != std::string_view::npos;
       open = text.find("{{", open)) {
    const size_t close = std::min(text.find("}}", open), text.size());
    if (MovesDot(text.substr(open, close - open))) return true;
    open = close;
  }
  return false;
}

/// Whether `.Labels` at `at` is the alert's: that of the template's own data, and neither of a
/// sample in a variable (`$each.Labels.x`) nor of what a range, a with or a definition looks at.
bool IsOfAlert(std::string_view text, size_t at) {
  if (MovesDotSomewhere(text)) return false;
  const char before = at == 0 ? ' ' : text[at - 1];
  return !IsOfName(before) && before != ')';
}

/// The names behind `$labels.` and the alert's `.Labels.` in a template.
LabelSet LabelsPrinted(std::string_view text) {
  LabelSet names;
  for (const std::string_view mark : {"$labels.", ".Labels."}) {
    for (size_t at = text.find(mark); at != std::string_view::npos; at = text.find(mark, at)) {
      const bool is_of_alert = mark.front() == '$' || IsOfAlert(text, at);
      at += mark.size();
      if (!is_of_alert) continue;
      size_t end = at;
      while (end < text.size() && IsOfName(text[end]))
        ++end;
      names.emplace(text.substr(at, end - at));
    }
  }
  return names;
}

/// The least that a value can be, as far as the outermost function tells; empty: anything.
std::optional<double> Least(const Expr& expr) {
  if (const auto* const call = std::get_if<promql::Call>(&expr.node)) {
    const std::string_view name = call->function->name;
    if (name == "count_over_time" || name.starts_with("absent")) return 1;
    const bool counts = name == "rate" || name == "irate" || name == "increase" ||
                        name == "changes" || name == "resets" || name == "abs";
    return counts ? std::optional<double>(0) : std::nullopt;
  }
  const auto* const aggregate = std::get_if<promql::Aggregate>(&expr.node);
  if (aggregate == nullptr) return std::nullopt;
  using promql::Aggregator;
  if (aggregate->op == Aggregator::kCount || aggregate->op == Aggregator::kGroup) return 1;
  const bool as_parts = aggregate->op == Aggregator::kSum || aggregate->op == Aggregator::kAvg ||
                        aggregate->op == Aggregator::kMin || aggregate->op == Aggregator::kMax;
  return as_parts ? Least(*aggregate->operand) : std::nullopt;
}

bool NeverTrue(const Expr& expr) {
  const auto* const binary = std::get_if<promql::Binary>(&expr.node);
  if (binary == nullptr || binary->returns_bool) return false;
  const auto* const limit = std::get_if<promql::Number>(&binary->right->node);
  const std::optional<double> least = Least(*binary->left);
  if (limit == nullptr || !least) return false;
  const bool below = binary->op == promql::Operator::kLess && limit->value <= *least;
  const bool at_or_below =
      (binary->op == promql::Operator::kLessEqual || binary->op == promql::Operator::kEqual) &&
      limit->value < *least;
  return below || at_or_below;
}

void AdviseOnAlert(const Rule& rule, const std::function<void(std::string)>& add) {
  if (NeverTrue(*rule.parsed)) add("the expression can never be true");
  std::optional<LabelSet> left = LabelsLeft(*rule.parsed);
  if (!left) return;
  LabelSet told;
  for (const std::vector<NamedText>* const texts : {&rule.labels, &rule.annotations}) {
    for (const NamedText& text : *texts) {
      for (const std::string& name : LabelsPrinted(text.text)) {
        if (left->contains(name) || !told.insert(name).second) continue;
        add(fmt::format("\"{}\" prints the label \"{}\", which the expression has aggregated away",
                        text.name, name));
      }
    }
  }
}

}  // namespace

std::vector<Finding> Advise(const Group& group, const IsWritten& is_written) {
  std::vector<Finding> findings;
  for (size_t i = 0; i < group.rules.size(); ++i) {
    const Rule& rule = *group.rules[i];
    const auto add = [&](std::string what) {
      findings.push_back(
          {.file = group.file,
           .position = rule.position,
           .about = fmt::format("group \"{}\", rule {}, \"{}\"", group.name, i + 1, rule.name),
           .what = std::move(what)});
    };
    if (rule.alerts) AdviseOnAlert(rule, add);
    if (!is_written) continue;
    promql::ForEachSelector(*rule.parsed, [&](const promql::Selector& selector) {
      if (selector.metric.empty() || is_written(selector.metric)) return;
      add(fmt::format("nobody writes the metric \"{}\"", selector.metric));
    });
  }
  return findings;
}

}  // namespace klaxon::rules
