#include <algorithm>
#include <array>
#include <chrono>

#include <fmt/format.h>

#include "agent/base/text.h"
#include "agent/http/login.h"
#include "alerts/receivers/chat_receivers.h"
#include "alerts/receivers/email.h"

namespace klaxon::receivers {
namespace {

constexpr std::string_view kMailHtml =
    R"(<!DOCTYPE html><html><body style="font-family:sans-serif">
<h2 style="color:{{ if .Firing }}#b00020{{ else }}#1b6e2d{{ end }}">{{ .Status | toUpper }}: {{ .GroupText }}</h2>
{{ range .Alerts }}<h3>{{ .Labels.alertname }} ({{ .Status }})</h3>
{{ if .Annotations.summary }}<p><b>{{ .Annotations.summary }}</b></p>{{ end }}
{{ if .Annotations.description }}<p>{{ .Annotations.description }}</p>{{ end }}
{{ if .UnknownSince }}<p>Not known since {{ .UnknownSince }}: it may be over.</p>{{ end }}
<table>{{ range $name, $value := .Labels }}<tr><td>{{ $name }}</td><td>{{ $value }}</td></tr>
{{ end }}</table>
<p>Since {{ .Since }}{{ if .Until }}, until {{ .Until }}{{ end }}</p>
{{ if .Annotations.runbook_url }}<p>Runbook: {{ .Annotations.runbook_url }}</p>{{ end }}
{{ end }}{{ if .MoreFiring }}<p>... and {{ .MoreFiring }} more that fire</p>{{ end }}
{{ if .MoreResolved }}<p>... and {{ .MoreResolved }} more that are resolved</p>{{ end }}
{{ if .ExternalURL }}<p>{{ .ExternalURL }}</p>{{ end }}</body></html>
)";

/// "Sat, 31 Jan 2026 12:00:00 +0000" (RFC 5322 section 3.3).
std::string MailDate(WallTime time) {
  constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
  return fmt::format(
      "{}, {:02} {} {} {:02}:{:02}:{:02} +0000", kDays.at(std::chrono::weekday(day).c_encoding()),
      static_cast<unsigned>(date.day()), kMonths.at(static_cast<unsigned>(date.month()) - 1),
      static_cast<int>(date.year()), clock.hours().count(), clock.minutes().count(),
      clock.seconds().count());
}

}  // namespace

/// What the mail tells and since when that is owed, so that a second copy is known as one and a
/// reminder is not taken for one: mail servers drop what they have seen. In milliseconds, which is
/// what a restart knows.
std::string MailIdentity(const notify::Message& message) {
  const auto since = std::chrono::floor<std::chrono::milliseconds>(message.since);
  std::string text = fmt::format("{}\n{}", message.group_key, since.time_since_epoch().count());
  for (const alerts::Alert& alert : message.alerts) {
    text += fmt::format("\n{} {} {}", alerts::FingerprintText(alert.labels), alert.firing(),
                        alert.starts_at.time_since_epoch().count());
  }
  return DedupKey(text).substr(0, 32);
}

std::string HeaderText(std::string_view text) {
  constexpr size_t kWord =
      42;  // bytes that stay below 75 characters in base64 (RFC 2047 section 2)
  std::string line = ToUtf8(text);
  std::ranges::replace_if(
      line,
      [](char letter) { return static_cast<unsigned char>(letter) < 0x20U || letter == 0x7f; },
      ' ');
  const bool plain = std::ranges::all_of(
      line, [](char letter) { return static_cast<unsigned char>(letter) < 0x80U; });
  if (plain && line.size() < 900 && line.find("=?") == std::string::npos) {
    return line;
  }
  std::string encoded;
  for (size_t at = 0; at < line.size();) {
    size_t end = std::min(line.size(), at + kWord);
    while (end < line.size() && (static_cast<unsigned char>(line[end]) & 0xc0U) == 0x80U) {
      --end;
    }
    encoded += fmt::format("{}=?UTF-8?B?{}?=", encoded.empty() ? "" : "\r\n ",
                           http::Base64(std::string_view(line).substr(at, end - at)));
    at = end;
  }
  return encoded;
}

std::vector<std::string> MailHeaders(const EmailOptions& options, const notify::Message& message,
                                     const std::string& subject) {
  std::string to;
  for (const std::string& address : options.to) {
    to += (to.empty() ? "" : ", ") + address;
  }
  const std::string thread =
      fmt::format("<alert-{}@klaxon>", DedupKey(message.group_key).substr(0, 16));
  return {"Date: " + MailDate(message.at),
          "From: " + options.from,
          "To: " + to,
          "Subject: " + HeaderText(Cut(subject, 500)),
          fmt::format("Message-ID: <{}@klaxon>", MailIdentity(message)),
          "In-Reply-To: " + thread,
          "References: " + thread,
          "Auto-Submitted: auto-generated"};
}

std::string MailHtml(const notify::Message& message, const std::string& external_url) {
  static const Wording kHtml(kMailHtml);
  return kHtml.Of(message, external_url, true);
}

}  // namespace klaxon::receivers
