#include "alerts/receivers/http_answer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>

#include <fmt/format.h>

#include "agent/base/duration.h"
#include "agent/base/mask.h"
#include "agent/base/text.h"
#include "agent/http/status.h"

namespace klaxon::receivers {
namespace {

using notify::Delivery;
using notify::Outcome;

constexpr std::array<std::string_view, 12> kMonthNames{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

struct DateParts {
  int day = 0;
  int month = 0;
  int year = 0;
  int hour = -1;
  int minute = -1;
  int second = -1;
};

std::optional<int> NumberIn(std::string_view text) {
  int number = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  return !text.empty() && read.ec == std::errc{} && read.ptr == end ? std::optional(number)
                                                                    : std::nullopt;
}

/// One word of a date: its place does not matter, which covers all three forms.
void TakeWord(std::string_view word, DateParts& parts) {
  const auto* const month = std::ranges::find(kMonthNames, word);
  if (month != kMonthNames.end()) {
    parts.month = static_cast<int>(month - kMonthNames.begin()) + 1;
    return;
  }
  if (const std::vector<std::string_view> time = Split(word, ':'); time.size() == 3) {
    parts.hour = NumberIn(time[0]).value_or(-1);
    parts.minute = NumberIn(time[1]).value_or(-1);
    parts.second = NumberIn(time[2]).value_or(-1);
    return;
  }
  if (const std::optional<int> number = NumberIn(word)) {
    (parts.day == 0 ? parts.day : parts.year) = *number;
  }
}

std::optional<WallTime> ParseDate(std::string_view text) {
  constexpr int kCentury = 100;
  std::string plain(text);
  std::ranges::replace(plain, '-', ' ');  // RFC 850: "Sunday, 06-Nov-94"
  std::ranges::replace(plain, ',', ' ');
  DateParts parts;
  for (const std::string_view word : Split(plain, ' ')) {
    TakeWord(word, parts);
  }
  if (parts.year > 0 && parts.year < kCentury) {
    parts.year += parts.year < 70 ? 2000 : 1900;
  }
  const std::chrono::year_month_day date{std::chrono::year{parts.year},
                                         std::chrono::month{static_cast<unsigned>(parts.month)},
                                         std::chrono::day{static_cast<unsigned>(parts.day)}};
  const bool good = parts.year >= 1970 && parts.year < 2200 && parts.month > 0 && parts.day > 0 &&
                    date.ok() && parts.hour >= 0 && parts.hour < 24 && parts.minute >= 0 &&
                    parts.minute < 60 && parts.second >= 0 && parts.second <= 60;
  if (!good) {
    return std::nullopt;
  }
  return WallTime{std::chrono::sys_days(date)} + std::chrono::hours{parts.hour} +
         std::chrono::minutes{parts.minute} + std::chrono::seconds{parts.second};
}

bool CanSucceedLater(int status) {
  constexpr int kRequestTimeout = 408;
  constexpr int kTooEarly = 425;
  return status >= http::kServerError || status < http::kOk || status == kRequestTimeout ||
         status == kTooEarly || status == http::kTooManyRequests;
}

/// Too much is asked, or the whole service is out for a time that it names: no other message would
/// be taken now. Any other answer may be about this one (alerts/notify/receiver_pause.h).
bool SpeaksForAll(int status, bool names_time) {
  constexpr int kUnavailable = 503;
  return status == http::kTooManyRequests || (status == kUnavailable && names_time);
}

}  // namespace

std::optional<Duration> ParseRetryAfter(std::string_view text, WallTime now) {
  constexpr auto kLongest = std::chrono::hours{24} * 366;
  text = Trim(text);
  if (!text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos) {
    const std::optional<int> seconds = NumberIn(text);
    return seconds ? std::min<Duration>(std::chrono::seconds{*seconds}, kLongest) : kLongest;
  }
  const std::optional<WallTime> date = ParseDate(text);
  return date ? std::optional(std::clamp<Duration>(*date - now, Duration::zero(), kLongest))
              : std::nullopt;
}

Delivery JudgeAnswer(const http::HttpResponse& response, WallTime now) {
  constexpr size_t kShown = 200;
  if (response.ok()) {
    return Delivery::Accepted(fmt::format("answered {}", response.status));
  }
  const std::string told = http::LooksLikeWebPage(response)
                               ? ""
                               : Printable(MaskSecrets(ToUtf8(Trim(response.body))), kShown);
  const Error refusal = http::JudgeRefusal(
      response, told,
      {.login = "check its key or login", .not_found = "check its URL", .later = {}, .other = {}});
  Delivery delivery{
      .outcome = CanSucceedLater(response.status) ? Outcome::kRetry : Outcome::kGivenUp,
      .words = Printable(refusal.message(), kShown * 2)};
  if (delivery.outcome == Outcome::kRetry) {
    delivery.retry_after = ParseRetryAfter(http::FindHeader(response.headers, "Retry-After"), now);
    delivery.of_receiver = SpeaksForAll(response.status, delivery.retry_after.has_value());
    if (delivery.retry_after) {
      delivery.words +=
          fmt::format("; it wants to be left alone for {}", FormatDuration(*delivery.retry_after));
    }
  }
  return delivery;
}

std::string WebPageInstead(const http::HttpResponse& response) {
  std::string start(Trim(response.body).substr(0, 9));
  std::ranges::transform(start, start.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  });
  return start == "<!doctype" || start.starts_with("<html")
             ? "answered with a web page; is this the right URL?"
             : "";
}

std::string WithoutSecret(std::string text, std::string_view secret) {
  if (secret.size() < 2) {
    return text;
  }
  for (size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at + 3)) {
    text.replace(at, secret.size(), "***");
  }
  return text;
}

}  // namespace klaxon::receivers
