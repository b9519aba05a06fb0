#include "exporters/status_page/recording_rules.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "agent/base/duration.h"
#include "agent/base/text.h"
#include "exporters/status_page/html.h"

namespace klaxon::status_page {
namespace {

constexpr size_t kMostRules = 100;

/// A rule with its group.
struct ShownRule {
  const BoardGroup* group = nullptr;
  const BoardRule* rule = nullptr;

  bool fails() const { return !rule->error.empty(); }
};

std::vector<ShownRule> RulesThatRecord(const RuleBoard& board) {
  std::vector<ShownRule> rows;
  for (const BoardGroup& group : board.groups) {
    for (const BoardRule& rule : group.rules) {
      if (!rule.alerts) rows.push_back({&group, &rule});
    }
  }
  std::ranges::stable_sort(rows, {}, [](const ShownRule& row) { return !row.fails(); });
  return rows;
}

std::string StateOf(const ShownRule& row) {
  if (row.fails()) return Badge("bad", "fails");
  return row.rule->evaluated_at ? Badge("good", "ok") : Badge("unknown", "not evaluated yet");
}

/// Its name and labels, and what is wrong with it.
std::string WordsOf(const ShownRule& row) {
  std::string labels;
  for (const auto& [name, value] : row.rule->labels) {
    labels += fmt::format(", {}={}", name, Printable(value, 120));
  }
  std::string html = fmt::format("<code>{}</code><div class=\"why\">{}{}</div>",
                                 Escape(row.rule->name), Escape(row.group->name), Escape(labels));
  if (row.fails()) {
    html += fmt::format("<div class=\"why\">{}</div>", Escape(Printable(row.rule->error, 500)));
  }
  for (const std::string& warning : row.rule->warnings) {
    html += fmt::format("<div class=\"why\">{} {}</div>", Badge("warn", "warning"),
                        Escape(Printable(warning, 240)));
  }
  return html;
}

std::string Row(const ShownRule& row, const Instant& now) {
  const BoardRule& rule = *row.rule;
  const bool evaluated = rule.evaluated_at.has_value();
  return "<tr>" + Cell("Rule", WordsOf(row)) + Cell("State", StateOf(row)) +
         Cell("Evaluated", evaluated ? fmt::format("<span class=\"age\" title=\"{}\">{} ago</span>",
                                                   FormatWallTime(*rule.evaluated_at),
                                                   FormatAge(now.wall - *rule.evaluated_at))
                                     : std::string(kNone)) +
         Cell("Took",
              evaluated ? fmt::format("{:.1f}\u00A0ms", Seconds(rule.took) * 1000)
                        : std::string(kNone),
              "number") +
         "</tr>\n";
}

}  // namespace

std::string RecordingRules(const RuleBoard& board, const Instant& now) {
  const std::vector<ShownRule> rows = RulesThatRecord(board);
  if (rows.empty()) return "";
  const auto failing = std::ranges::count_if(rows, &ShownRule::fails);
  std::string html = fmt::format(
      "<h3>Recording rules <span class=\"quiet\">{}{}</span></h3>\n<table><thead><tr><th>Rule</th>"
      "<th>State</th><th>Evaluated</th><th class=\"number\">Took</th></tr></thead><tbody>\n",
      Counted(rows.size(), "rule"), failing == 0 ? "" : fmt::format(", {} failing", failing));
  for (size_t i = 0; i < std::min(rows.size(), kMostRules); ++i) {
    html += Row(rows[i], now);
  }
  html += "</tbody></table>\n";
  if (rows.size() > kMostRules) {
    html += fmt::format(
        "<p class=\"quiet\">and {} more: <a href=\"api/v1/rules?type=record\">all"
        "</a></p>\n",
        rows.size() - kMostRules);
  }
  return html;
}

}  // namespace klaxon::status_page
