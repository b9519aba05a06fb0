#include "exporters/status_page/rules_section.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "agent/base/duration.h"
#include "agent/base/text.h"
#include "exporters/status_page/html.h"
#include "exporters/status_page/recording_rules.h"
#include "exporters/status_page/runbook.h"
#include "exporters/status_page/unknown_section.h"

namespace klaxon::status_page {
namespace {

constexpr size_t kMostAlerts = 200;

/// An alert with its rule.
struct ShownAlert {
  const BoardRule* rule = nullptr;
  const BoardAlert* alert = nullptr;

  bool firing() const { return alert->phase == "firing"; }

  bool quiet() const { return alert->inhibited || !alert->silenced.empty(); }

  /// What it is made of is not known, so it stays as it is.
  bool held() const { return alert->unknown_since.has_value(); }
};

std::string_view TextNamed(const TextPairs& pairs, std::string_view name) {
  const auto found =
      std::ranges::find_if(pairs, [&](const auto& pair) { return pair.first == name; });
  return found == pairs.end() ? std::string_view() : std::string_view(found->second);
}

/// The labels that tell an alert from the others of its rule.
std::string AlertLabels(const BoardAlert& alert) {
  std::string words;
  for (const auto& [name, value] : alert.labels) {
    if (name == "alertname" || name == "severity") continue;  // they have columns of their own
    words += fmt::format("{}{}={}", words.empty() ? "" : ", ", name, Printable(value, 120));
  }
  return words;
}

std::string AgeSince(WallTime since, const Instant& now) {
  return fmt::format("<span class=\"age\" title=\"{}\">{}</span>", FormatWallTime(since),
                     FormatAge(now.wall - since));
}

std::string StateCellOf(const ShownAlert& row, const Instant& now) {
  std::string html = row.firing() ? Badge("bad", "firing") : Badge("warn", "pending");
  if (row.held()) {
    html += fmt::format(
        " {}<div class=\"why\">unknown for {}{}{}</div>",
        Badge("unknown", row.firing() ? "held" : "waits"), AgeSince(*row.alert->unknown_since, now),
        row.alert->unknown_why.empty() ? "" : ": ", Escape(Printable(row.alert->unknown_why, 240)));
  }
  for (const BoardSilence& silence : row.alert->silenced) {
    html += fmt::format("<div class=\"why\">{} until {} by {}: {}</div>",
                        Badge("plain", "silenced"), FormatWallTime(silence.ends_at),
                        Escape(silence.created_by), Escape(silence.comment));
  }
  if (row.alert->inhibited) {
    html +=
        fmt::format("<div class=\"why\">{} another alert fires</div>", Badge("plain", "inhibited"));
  }
  return html;
}

/// What its rule says of it, and where to read on.
std::string WordsOf(const BoardAlert& alert) {
  const std::string_view summary = TextNamed(alert.annotations, "summary");
  const std::string_view description = TextNamed(alert.annotations, "description");
  const std::string_view runbook = TextNamed(alert.annotations, "runbook_url");
  std::string html = Escape(summary.empty() ? description : summary);
  if (!summary.empty() && !description.empty()) {
    html += fmt::format("<div class=\"why\">{}</div>", Escape(Printable(description, 1000)));
  }
  if (runbook.starts_with("https://") || runbook.starts_with("http://")) {
    html += fmt::format("<div><a href=\"{}\">runbook</a></div>", Escape(runbook));
  } else if (const std::string_view name = RunbookIn(runbook); !name.empty()) {
    html += fmt::format("<div><a href=\"runbooks/{}\">runbook</a></div>", name);
  } else if (!runbook.empty()) {
    html += fmt::format("<div class=\"why\">runbook: {}</div>", Escape(Printable(runbook, 200)));
  }
  return html;
}

std::string AlertRow(const ShownAlert& row, const Instant& now) {
  const WallTime since = row.firing() ? row.alert->fired_at.value_or(row.alert->active_since)
                                      : row.alert->active_since;
  return "<tr>" +
         Cell("Alert", fmt::format("<strong>{}</strong><div class=\"why\">{}</div>",
                                   Escape(row.rule->name), Escape(AlertLabels(*row.alert)))) +
         Cell("State", StateCellOf(row, now)) +
         Cell("Severity", Escape(TextNamed(row.alert->labels, "severity"))) +
         Cell("What", WordsOf(*row.alert)) +
         Cell("Value", Escape(fmt::format("{:.6g}", row.alert->value))) +
         Cell("Since", AgeSince(since, now)) + "</tr>\n";
}

/// What is worse comes first. Words of others' own count as a warning does.
int RankOf(const BoardAlert& alert) {
  constexpr std::array<std::pair<std::string_view, int>, 4> kRanks{
      {{"critical", 0}, {"page", 0}, {"info", 2}, {"none", 3}}};
  const std::string_view severity = TextNamed(alert.labels, "severity");
  const auto* const known =
      std::ranges::find_if(kRanks, [&](const auto& rank) { return rank.first == severity; });
  return known == kRanks.end() ? 1 : known->second;
}

std::vector<ShownAlert> ShownAlerts(const RuleBoard& board) {
  std::vector<ShownAlert> rows;
  for (const BoardGroup& group : board.groups) {
    for (const BoardRule& rule : group.rules) {
      for (const BoardAlert& alert : rule.active) {
        if (alert.phase != "inactive") rows.push_back({&rule, &alert});
      }
    }
  }
  const auto order = [](const ShownAlert& row) {
    return std::make_tuple(!row.firing(), row.quiet(), RankOf(*row.alert), row.alert->active_since);
  };
  std::ranges::stable_sort(rows, {}, order);
  return rows;
}

/// Alerting rules that could not be evaluated, and files that were not taken.
std::string RuleFaults(const RuleBoard& board) {
  std::string html;
  if (!board.fault.empty()) {
    html += fmt::format("<p>{} the old rules stay in force: {}</p>\n",
                        Badge("bad", "the last reload failed"), Escape(board.fault));
  }
  for (const BoardGroup& group : board.groups) {
    for (const BoardRule& rule : group.rules) {
      if (rule.error.empty() || !rule.alerts) continue;  // those that record have a table
      html += fmt::format("<p>{} <code>{}</code>: {}</p>\n", Badge("bad", "rule fails"),
                          Escape(rule.name), Escape(rule.error));
    }
  }
  return html;
}

}  // namespace

std::string RulesSection(const RuleBoard& board, const Instant& now) {
  size_t rules = 0;
  for (const BoardGroup& group : board.groups) {
    rules += group.rules.size();
  }
  if (rules == 0 && board.fault.empty()) return "";
  const std::vector<ShownAlert> rows = ShownAlerts(board);
  const auto firing = static_cast<size_t>(std::ranges::count_if(rows, &ShownAlert::firing));
  const auto held = std::ranges::count_if(rows, &ShownAlert::held);
  std::string html = fmt::format(
      "<section id=\"rules\">\n<h2>Alerts <span class=\"quiet\">{} firing, {} pending{}, {}</span>"
      "</h2>\n{}",
      firing, rows.size() - firing, held == 0 ? "" : fmt::format(" ({} of them held)", held),
      Counted(rules, "rule"), RuleFaults(board));
  const std::string below = RecordingRules(board, now) + UnseenByRules(board, now);
  if (rows.empty()) return html + below + "</section>\n";
  html +=
      "<table><thead><tr><th>Alert</th><th>State</th><th>Severity</th><th>What</th><th>Value</th>"
      "<th>Since</th></tr></thead><tbody>\n";
  for (size_t i = 0; i < std::min(rows.size(), kMostAlerts); ++i) {
    html += AlertRow(rows[i], now);
  }
  html += "</tbody></table>\n";
  if (rows.size() > kMostAlerts) {
    html += fmt::format("<p class=\"quiet\">and {} more: <a href=\"api/v1/alerts\">all</a></p>\n",
                        rows.size() - kMostAlerts);
  }
  return html + below + "</section>\n";
}

}  // namespace klaxon::status_page
