#include "exporters/status_page/notify_section.h"

#include <algorithm>

#include <fmt/format.h>

#include "agent/base/duration.h"
#include "exporters/status_page/html.h"

namespace klaxon::status_page {
namespace {

constexpr size_t kMostSilencesShown = 50;
constexpr size_t kMostReceiptsShown = 10;

std::string AgeCell(std::string_view label, WallTime at, const Instant& now) {
  return Cell(label, fmt::format("<span class=\"age\" title=\"{}\">{}</span>", FormatWallTime(at),
                                 FormatAge(now.wall - at)));
}

std::string ReceiverState(const BoardReceiver& receiver) {
  if (receiver.failing) return Badge("bad", "not accepted");
  return receiver.words.empty() ? Badge("plain", "nothing sent yet") : Badge("good", "accepted");
}

std::string ReceiverRow(const BoardReceiver& receiver, const Instant& now) {
  const bool asked = !receiver.words.empty();
  const std::string waiting = receiver.oldest
                                  ? fmt::format("{}, the oldest for {}", receiver.waiting,
                                                FormatAge(now.wall - *receiver.oldest))
                                  : fmt::format("{}", receiver.waiting);
  return "<tr>" + Cell("Receiver", Escape(receiver.id)) + Cell("State", ReceiverState(receiver)) +
         Cell("Last answer", asked ? Escape(receiver.words) : std::string(kNone)) +
         (asked ? AgeCell("Ago", receiver.last_at, now) : Cell("Ago", kNone)) +
         Cell("Waiting", waiting) +
         Cell("Accepted / not", fmt::format("{} / {}", receiver.sent, receiver.failed)) + "</tr>\n";
}

std::string Receivers(const NotifyBoard& board, const Instant& now) {
  if (board.receivers.empty()) return "";
  std::string html =
      "<table><thead><tr><th>Receiver</th><th>State</th><th>Last answer</th><th>Ago</th>"
      "<th>Waiting</th><th>Accepted / not</th></tr></thead><tbody>\n";
  for (const BoardReceiver& receiver : board.receivers) {
    html += ReceiverRow(receiver, now);
  }
  return html + "</tbody></table>\n";
}

std::string SilenceRow(const BoardSilence& silence) {
  const std::string_view kind = silence.state == "active" ? "warn" : "plain";
  return "<tr>" +
         Cell("Silence", fmt::format("<code>{}</code><div class=\"why\">{}</div>",
                                     Escape(silence.matchers), Escape(silence.id))) +
         Cell("State", Badge(kind, silence.state)) +
         Cell("From", FormatWallTime(silence.starts_at)) +
         Cell("Until", FormatWallTime(silence.ends_at)) + Cell("By", Escape(silence.created_by)) +
         Cell("Why", Escape(silence.comment)) + "</tr>\n";
}

std::string Silences(const NotifyBoard& board) {
  std::string html;
  size_t shown = 0;
  for (const BoardSilence& silence : board.silences) {
    if (silence.state == "expired") continue;
    if (++shown <= kMostSilencesShown) html += SilenceRow(silence);
  }
  if (shown == 0) return "";
  const std::string more =
      shown > kMostSilencesShown
          ? fmt::format("<p class=\"quiet\">and {} more: <a href=\"api/v2/silences\">all</a></p>\n",
                        shown - kMostSilencesShown)
          : "";
  return "<h3>Silences</h3>\n<table><thead><tr><th>Silence</th><th>State</th><th>From</th>"
         "<th>Until</th><th>By</th><th>Why</th></tr></thead><tbody>\n" +
         html + "</tbody></table>\n" + more;
}

std::string ReceiptRow(const BoardReceipt& receipt, const Instant& now) {
  const std::string_view kind = receipt.outcome == "accepted" ? "good" : "bad";
  return "<tr>" + Cell("Receiver", Escape(receipt.integration)) +
         Cell("Outcome", Badge(kind, receipt.outcome)) + Cell("Answer", Escape(receipt.words)) +
         AgeCell("Ago", receipt.at, now) +
         Cell("Told", fmt::format("{} firing, {} resolved", receipt.firing, receipt.resolved)) +
         Cell("Group", fmt::format("<code>{}</code>", Escape(receipt.group_key))) + "</tr>\n";
}

std::string Receipts(const NotifyBoard& board, const Instant& now) {
  if (board.receipts.empty()) return "";
  std::string html =
      "<h3>Told last</h3>\n<table><thead><tr><th>Receiver</th><th>Outcome</th><th>Answer</th>"
      "<th>Ago</th><th>Told</th><th>Group</th></tr></thead><tbody>\n";
  for (size_t i = 0; i < std::min(board.receipts.size(), kMostReceiptsShown); ++i) {
    html += ReceiptRow(board.receipts[i], now);
  }
  return html + "</tbody></table>\n";
}

}  // namespace

std::string NotifySection(const NotifyBoard& board, const Instant& now) {
  if (board.receivers.empty() && board.silences.empty()) return "";
  std::string html = "<section id=\"notifications\">\n<h2>Notifications</h2>\n";
  if (!board.durable) {
    html +=
        fmt::format("<p>{} what waits is in memory only, and is lost if Klaxon ends now: {}</p>\n",
                    Badge("bad", "not on the disk"), Escape(board.not_durable_because));
  }
  return html + Receivers(board, now) + Silences(board) + Receipts(board, now) + "</section>\n";
}

}  // namespace klaxon::status_page
