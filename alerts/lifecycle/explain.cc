#include "alerts/lifecycle/explain.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "agent/base/duration.h"
#include "agent/base/text.h"
#include "agent/promql/parser.h"
#include "alerts/lifecycle/explained_parts.h"
#include "alerts/lifecycle/step.h"
#include "alerts/lifecycle/unknown.h"

namespace klaxon::alerts {
namespace {

constexpr size_t kMostRules = 5;  // of one name
constexpr size_t kMostAlerts = 20;
constexpr size_t kMostScopes = 10;
constexpr size_t kMostNear = 5;
constexpr size_t kDeepestIndent = 20;
constexpr size_t kLongestLine = 300;

using Lines = std::back_insert_iterator<std::string>;

std::string Age(WallTime since, WallTime now) {
  return FormatAge(std::chrono::duration_cast<Duration>(now - since));
}

std::string At(WallTime time, WallTime now) {
  return fmt::format("{} ({} ago)", FormatWallTime(time), Age(time, now));
}

void AppendPart(const ExplainedPart& part, size_t depth, std::string& text) {
  Lines lines(text);
  const size_t shown = std::min(depth, kDeepestIndent);
  fmt::format_to(lines, "{:{}}{}\n", "", shown * 4 + 2, part.text);
  if (!part.value.empty()) fmt::format_to(lines, "{:{}}= {}\n", "", shown * 4 + 4, part.value);
  for (const std::string& series : part.series) {
    fmt::format_to(lines, "{:{}}{}\n", "", shown * 4 + 8, series);
  }
  for (const ExplainedPart& inner : part.parts) {
    AppendPart(inner, depth + 1, text);
  }
}

std::string PhaseText(const BoardRule& rule, const BoardAlert& alert, WallTime now) {
  if (alert.phase == "inactive") {
    return "resolved " + At(alert.resolved_at.value_or(now), now);
  }
  std::string unknown;
  if (alert.unknown_since) {
    unknown = fmt::format("unknown since {}{}{}", At(*alert.unknown_since, now),
                          alert.unknown_why.empty() ? "" : ": ", alert.unknown_why);
  }
  if (alert.phase == "pending") {
    const Duration waited = now - alert.active_since;
    const Duration left = std::max(rule.hold_for - waited, Duration::zero());
    if (!unknown.empty()) {
      return fmt::format("pending, {} of `for: {}` passed; its clock stands still: {}",
                         FormatAge(waited), FormatDuration(rule.hold_for), unknown);
    }
    return fmt::format("pending since {}; `for: {}` is over in {}", At(alert.active_since, now),
                       FormatDuration(rule.hold_for), FormatAge(left));
  }
  std::string text = "firing since " + At(alert.fired_at.value_or(alert.active_since), now);
  if (!unknown.empty()) text += "; held, whatever the expression gives: " + unknown;
  if (alert.keep_firing_since) {
    text +=
        fmt::format("; the expression gave it last before {}, and `keep_firing_for: {}` goes on",
                    At(*alert.keep_firing_since, now), FormatDuration(rule.keep_firing_for));
  }
  return text;
}

std::string LabelsText(const TextPairs& labels) {
  std::vector<std::pair<std::string, std::string>> copy(labels.begin(), labels.end());
  return Printable(ToString(series::Labels(std::move(copy))), kLongestLine);
}

void AppendAlerts(const BoardRule& rule, WallTime now, std::string& text) {
  Lines lines(text);
  fmt::format_to(lines, "\nAlerts{}{}\n", rule.evaluated_at ? " of that evaluation" : "",
                 rule.active.empty() ? ": none" : "");
  for (size_t i = 0; i < std::min(kMostAlerts, rule.active.size()); ++i) {
    const BoardAlert& alert = rule.active[i];
    fmt::format_to(lines, "  {}  {}\n    {}\n", LabelsText(alert.labels), alert.value,
                   PhaseText(rule, alert, now));
  }
  if (rule.active.size() > kMostAlerts) {
    fmt::format_to(lines, "  and {} more\n", rule.active.size() - kMostAlerts);
  }
}

using Names = std::set<std::string, std::less<>>;

Names MetricsOf(const promql::Expr& expr) {
  Names names;
  promql::ForEachSelector(expr,
                          [&](const promql::Selector& selector) { names.insert(selector.metric); });
  return names;
}

/// Of what the scope is about, that which the rule asks for; all where it does so by way of a
/// recording or a pattern.
std::vector<std::string_view> MetricsAskedFor(const UnknownScope& scope, const Names& asked) {
  std::vector<std::string_view> metrics;
  std::ranges::copy_if(scope.metrics, std::back_inserter(metrics),
                       [&](std::string_view name) { return asked.contains(name); });
  return metrics.empty() ? scope.metrics : metrics;
}

std::string ScopeText(const UnknownScope& scope, const Names& asked, WallTime now) {
  std::string labels;
  for (const auto& [name, value] : scope.labels) {
    labels += fmt::format("{}{}=\"{}\"", labels.empty() ? "" : ", ", name, value);
  }
  if (!scope.split.empty()) {
    labels += fmt::format("{}{} one of {}", labels.empty() ? "" : ", ", scope.split,
                          fmt::join(scope.values, ", "));
  }
  return Printable(
      fmt::format("{}{{{}}} since {}: {}", fmt::join(MetricsAskedFor(scope, asked), ", "), labels,
                  At(scope.since.wall, now), Why(scope)),
      2 * kLongestLine);
}

void AppendUnknown(const UnknownFacts::Scopes& scopes, const promql::Expr& expr, bool holds,
                   WallTime now, std::string& text) {
  if (scopes.empty()) return;
  Lines lines(text);
  fmt::format_to(lines, "\nUnknown now, of what it looks at ({})\n",
                 holds ? "alerts that this could belong to are held, and their clocks stand still"
                       : "on_unknown is prometheus: nothing is held");
  const Names asked = MetricsOf(expr);
  size_t shown = 0;
  for (const UnknownScope* const scope : scopes) {
    if (++shown > kMostScopes) break;
    fmt::format_to(lines, "  {}\n", ScopeText(*scope, asked, now));
  }
  if (scopes.size() > kMostScopes) {
    fmt::format_to(lines, "  and {} more\n", scopes.size() - kMostScopes);
  }
}

std::string Verdict(const BoardRule& rule, const ExplainedPart& whole) {
  if (whole.failed) return "The expression " + whole.value + ". Alerts stay as they were.";
  if (whole.count == 0) {
    return fmt::format("It gives nothing now: {}.", WhyEmpty(whole));
  }
  if (!rule.alerts) return fmt::format("It records {} series now.", whole.count);
  return fmt::format("It gives {} now, each an alert{}.", whole.count,
                     rule.hold_for > Duration::zero()
                         ? " that fires when it has lasted for " + FormatDuration(rule.hold_for)
                         : "");
}

void AppendHead(const BoardGroup& group, const BoardRule& rule, WallTime now, std::string& text) {
  Lines lines(text);
  fmt::format_to(lines, "{} {}, of group {} in {}\n", rule.alerts ? "Alert" : "Recording rule",
                 Printable(rule.name), Printable(group.name), Printable(group.file));
  if (!rule.evaluated_at) {
    fmt::format_to(lines, "Not evaluated yet; its group is evaluated every {}.\n",
                   FormatDuration(group.interval));
    return;
  }
  fmt::format_to(lines, "Evaluated {} ago, in {:.1f} ms; its group is evaluated every {}.\n",
                 Age(*rule.evaluated_at, now), Seconds(rule.took) * 1000,
                 FormatDuration(group.interval));
  if (!rule.error.empty()) {
    fmt::format_to(lines, "That failed, so that its alerts stay as they were: {}\n",
                   Printable(rule.error, 2 * kLongestLine));
  }
}

/// The rules in force as far as what they look at goes by them.
class RuleBook {
 public:
  explicit RuleBook(const RuleBoard& board) {
    for (const BoardGroup& group : board.groups) {
      for (const BoardRule& rule : group.rules) {
        rules_.push_back(std::make_unique<const rules::Rule>(AsRule(rule)));
      }
    }
  }

  std::vector<const rules::Rule*> rules() const {
    std::vector<const rules::Rule*> all;
    for (const auto& rule : rules_) {
      all.push_back(rule.get());
    }
    return all;
  }

 private:
  static rules::Rule AsRule(const BoardRule& shown) {
    rules::Rule rule{.alerts = shown.alerts, .name = shown.name, .expression = shown.expression};
    rule.parsed = promql::Parse(rule.expression).expression;
    for (const auto& [name, value] : shown.labels) {
      rule.labels.push_back({.name = name, .text = value});
    }
    return rule;
  }

  std::vector<std::unique_ptr<const rules::Rule>> rules_{};
};

std::string Explained(const BoardGroup& group, const BoardRule& rule, const rules::Rule& parsed,
                      const ExplainInput& input, UnknownFacts& unknown) {
  std::string text;
  AppendHead(group, rule, input.now, text);
  const int64_t time =
      Milliseconds(input.now) -
      std::chrono::duration_cast<std::chrono::milliseconds>(group.query_offset).count();
  PartExplainer explainer(rule.expression, input.series, time, input.query);
  const ExplainedPart whole = explainer.Explain(*parsed.parsed);
  fmt::format_to(Lines(text), "{}\n\nThe expression, and each part of it, now\n",
                 Verdict(rule, whole));
  AppendPart(whole, 0, text);
  if (rule.alerts) AppendAlerts(rule, input.now, text);
  AppendUnknown(unknown.ScopesOf(parsed), *parsed.parsed, input.board.holds_unknown, input.now,
                text);
  return text;
}

Error NoSuchRule(std::string_view name, const RuleBoard& board) {
  std::vector<std::string_view> names;
  for (const BoardGroup& group : board.groups) {
    for (const BoardRule& rule : group.rules) {
      names.push_back(rule.name);
    }
  }
  std::ranges::sort(names);
  const auto repeated = std::ranges::unique(names);
  names.erase(repeated.begin(), repeated.end());
  std::string text = fmt::format("there is no rule \"{}\"", Printable(name));
  if (names.empty()) return {Reason::kInvalid, text + "; no rules are loaded (alerts.rule_files)"};
  std::vector<std::string> near;
  while (near.size() < kMostNear && !names.empty()) {
    const std::string_view nearest = Nearest(name, names);
    if (nearest.empty()) break;
    near.push_back(Printable(nearest));
    std::erase(names, nearest);
  }
  if (!near.empty()) {
    return {Reason::kInvalid, fmt::format("{}; near are: {}", text, fmt::join(near, ", "))};
  }
  return {Reason::kInvalid,
          fmt::format("{}, nor one of a name like it; there are {}", text, names.size())};
}

}  // namespace

Result<std::string> ExplainRule(std::string_view name, const ExplainInput& input) {
  const RuleBook book(input.board);
  const std::vector<const rules::Rule*> rules = book.rules();
  UnknownFacts unknown(rules, input.unknown);
  std::string text;
  size_t index = 0;
  size_t found = 0;
  for (const BoardGroup& group : input.board.groups) {
    for (const BoardRule& rule : group.rules) {
      const rules::Rule& parsed = *rules[index++];
      if (rule.name != name || parsed.parsed == nullptr || ++found > kMostRules) continue;
      if (found > 1) text += "\n\n";
      text += Explained(group, rule, parsed, input, unknown);
    }
  }
  if (found == 0) return NoSuchRule(name, input.board);
  if (found > kMostRules) {
    text += fmt::format("\n{} more rules have this name.\n", found - kMostRules);
  }
  return text;
}

}  // namespace klaxon::alerts
