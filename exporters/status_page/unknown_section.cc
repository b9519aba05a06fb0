#include "exporters/status_page/unknown_section.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "agent/base/duration.h"
#include "agent/base/text.h"
#include "exporters/status_page/html.h"

namespace klaxon::status_page {
namespace {

constexpr size_t kMostReasons = 20;
constexpr size_t kMostScopes = 5;
constexpr size_t kMostNames = 4;
constexpr double kMebibyte = 1024 * 1024;

/// The first few of some names, and how many there are beside them.
template <class Names>
std::string Few(const Names& names) {
  std::string words;
  for (size_t i = 0; i < std::min(names.size(), kMostNames); ++i) {
    words += fmt::format("{}{}", words.empty() ? "" : ", ", Printable(names[i], 80));
  }
  if (names.size() > kMostNames) words += fmt::format(" and {} more", names.size() - kMostNames);
  return words;
}

/// "cluster=main, topic=orders, partition=1, 4: kafka_topic_partition_current_offset".
std::string InWords(const UnknownScope& scope) {
  std::string words;
  const auto add = [&](std::string_view name, std::string_view value) {
    words += fmt::format("{}{}={}", words.empty() ? "" : ", ", name, value);
  };
  for (const auto& [name, value] : scope.labels) {
    add(name, Printable(value, 120));
  }
  if (!scope.split.empty()) add(scope.split, Few(scope.values));
  return fmt::format("{}{}<code>{}</code>", Escape(words), words.empty() ? "" : ": ",
                     Escape(Few(scope.metrics)));
}

using Scopes = std::vector<const UnknownScope*>;

Instant SinceOf(const Scopes& scopes) {
  return (*std::ranges::min_element(scopes, {},
                                    [](const UnknownScope* scope) { return scope->since.mono; }))
      ->since;
}

std::string ReasonRow(const std::string& why, const Scopes& scopes, const Instant& now) {
  const Instant since = SinceOf(scopes);
  std::string what;
  for (size_t i = 0; i < std::min(scopes.size(), kMostScopes); ++i) {
    what += fmt::format("<div>{}</div>", InWords(*scopes[i]));
  }
  if (scopes.size() > kMostScopes) {
    what += fmt::format("<div class=\"quiet\">and {} more</div>", scopes.size() - kMostScopes);
  }
  return "<tr>" + Cell("Why", Escape(Printable(why, 400))) +
         Cell("For", fmt::format("<span class=\"age\" title=\"{}\">{}</span>",
                                 FormatWallTime(since.wall), FormatAge(now.mono - since.mono))) +
         Cell("What", what) + "</tr>\n";
}

/// By reason, the oldest first.
std::vector<std::pair<std::string, Scopes>> ByReason(const UnknownScopes& all) {
  std::map<std::string, Scopes> by_reason;
  for (const UnknownScope& scope : all) {
    by_reason[Why(scope)].push_back(&scope);
  }
  std::vector<std::pair<std::string, Scopes>> reasons(by_reason.begin(), by_reason.end());
  std::ranges::stable_sort(reasons, {},
                           [](const auto& reason) { return SinceOf(reason.second).mono; });
  return reasons;
}

std::string Unseen(const UnknownScopes& scopes, const Instant& now) {
  if (scopes.empty()) return "";
  const auto reasons = ByReason(scopes);
  std::string html = fmt::format(
      "<h3>{} unknown to rules</h3>\n<p class=\"quiet\">Alerts that are made of it neither begin "
      "nor end until it is known again.</p>\n<table><thead><tr><th>Why</th><th>For</th>"
      "<th>What</th></tr></thead><tbody>\n",
      Counted(scopes.size(), "thing"));
  for (size_t i = 0; i < std::min(reasons.size(), kMostReasons); ++i) {
    html += ReasonRow(reasons[i].first, reasons[i].second, now);
  }
  html += "</tbody></table>\n";
  if (reasons.size() > kMostReasons) {
    html += fmt::format("<p class=\"quiet\">and for {} more</p>\n",
                        Counted(reasons.size() - kMostReasons, "reason"));
  }
  return html;
}

std::string Memory(const BoardHistory& history) {
  if (history.budget == 0) return "";
  std::string html = fmt::format(
      "<p class=\"quiet\">Of the past, rules see what fits into {:.0f} MiB; {:.1f} MiB are used.",
      static_cast<double>(history.budget) / kMebibyte,
      static_cast<double>(history.bytes) / kMebibyte);
  if (history.dropped > 0) {
    html += fmt::format(
        " {} {} were dropped before their time since Klaxon started: rules that look far back may "
        "see less than they ask for (<code>history.memory_mib</code>).",
        Badge("warn", "full"), Counted(history.dropped, "sample"));
  }
  return html + "</p>\n";
}

}  // namespace

std::string UnseenByRules(const RuleBoard& board, const Instant& now) {
  return Unseen(*board.unknown, now) + Memory(board.history);
}

}  // namespace klaxon::status_page
