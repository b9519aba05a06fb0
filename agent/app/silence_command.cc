#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>

#include "agent/app/ask_agent.h"
#include "agent/app/commands.h"
#include "agent/base/clock.h"
#include "agent/base/duration.h"
#include "agent/base/rfc3339.h"
#include "agent/base/text.h"
#include "alerts/api/silence_text.h"

namespace klaxon::app {
namespace {

using notify::Silence;

constexpr const char* kSilences = "/api/v2/silences";
constexpr size_t kLongestCell = 200;

/// amtool's form: a bare word is the name of an alert.
Result<notify::Matchers> MatchersFrom(const std::vector<std::string>& words) {
  notify::Matchers all;
  for (const std::string& word : words) {
    const bool bare = word.find_first_of("=~!") == std::string::npos;
    const Result<notify::Matchers> read =
        notify::ParseMatchers(bare ? "alertname=" + notify::Quoted(word) : word);
    if (!read) return read.error();
    all.insert(all.end(), read->begin(), read->end());
  }
  return all;
}

Result<WallTime> TimeFrom(const char* option, const std::string& text, WallTime fallback) {
  if (text.empty()) return fallback;
  const std::optional<WallTime> time = ParseRfc3339(text);
  return time ? Result<WallTime>(*time)
              : Error(Reason::kInvalid,
                      fmt::format("{}: \"{}\" is no time such as 2026-01-31T12:00:00Z", option,
                                  Printable(text, kLongestCell)));
}

std::string AuthorFrom(const SilenceOptions& options) {
  if (!options.author.empty()) return options.author;
  const char* const user = std::getenv("USER");
  return !options.agent.user.empty() ? options.agent.user : user == nullptr ? "" : user;
}

Result<Silence> SilenceFrom(const SilenceOptions& options, WallTime now) {
  Result<notify::Matchers> matchers = MatchersFrom(options.matchers);
  if (!matchers) return matchers.error();
  const Result<Duration> duration = ParseDuration(options.duration);
  if (!duration) return Error(Reason::kInvalid, "--duration: " + duration.error().message());
  const Result<WallTime> start = TimeFrom("--start", options.start, now);
  if (!start) return start.error();
  constexpr Duration kLongest = std::chrono::hours{24} * 365 * 100;
  const Result<WallTime> end = TimeFrom(
      "--end", options.end,
      *start + std::chrono::duration_cast<WallTime::duration>(std::min(*duration, kLongest)));
  if (!end) return end.error();
  return Silence{.matchers = *std::move(matchers),
                 .starts_at = *start,
                 .ends_at = *end,
                 .created_by = AuthorFrom(options),
                 .comment = options.comment};
}

ExitCode Say(const Error& error) {
  fmt::print(stderr, "klaxon: {}\n", error.message());
  return error.reason() == Reason::kInvalid ? kUsage : kFailed;
}

std::string PercentEncoded(std::string_view text) {
  std::string encoded;
  for (const char letter : text) {
    const auto byte = static_cast<unsigned char>(letter);
    const bool plain = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
                       (byte >= 'A' && byte <= 'Z') || byte == '-' || byte == '_';
    encoded += plain ? std::string(1, letter) : fmt::format("%{:02X}", byte);
  }
  return encoded;
}

void PrintTable(const std::vector<Silence>& silences, WallTime now) {
  fmt::print("{:<36}  {:<8} {:<20}  {:<20}  {:<16}  {}\n", "ID", "STATE", "STARTS AT", "ENDS AT",
             "CREATED BY", "MATCHERS  COMMENT");
  for (const Silence& silence : silences) {
    fmt::print("{:<36}  {:<8} {:<20}  {:<20}  {:<16}  {}  {}\n",
               Printable(silence.id, kLongestCell), alert_api::StateOf(silence, now),
               FormatWallTime(silence.starts_at), FormatWallTime(silence.ends_at),
               Printable(silence.created_by, kLongestCell),
               Printable(notify::ToString(silence.matchers), kLongestCell),
               Printable(silence.comment, kLongestCell));
  }
}

}  // namespace

ExitCode SilenceAdd(const SilenceOptions& options) {
  const WallTime now = SystemClock().Now().wall;
  const Result<Silence> silence = SilenceFrom(options, now);
  if (!silence) return Say(silence.error());
  if (const Result<void> good = notify::CheckSilence(*silence, now); !good) {
    return Say(good.error());
  }
  const Result<http::HttpResponse> answer =
      AskAgent(options.agent, "POST", kSilences, alert_api::PostedText(*silence));
  if (!answer) return Say(answer.error());
  if (!answer->ok()) {
    PrintRefusal(*answer);
    return kFailed;
  }
  fmt::print("{}\n", alert_api::PostedId(answer->body));
  return kOk;
}

ExitCode SilenceList(const SilenceOptions& options) {
  const Result<notify::Matchers> matchers = MatchersFrom(options.matchers);
  if (!matchers) return Say(matchers.error());
  const std::string query =
      matchers->empty() ? "" : "?filter=" + PercentEncoded(notify::ToString(*matchers));
  const Result<http::HttpResponse> answer = AskAgent(options.agent, "GET", kSilences + query, "");
  if (!answer) return Say(answer.error());
  if (!answer->ok()) {
    PrintRefusal(*answer);
    return kFailed;
  }
  Result<std::vector<Silence>> silences = alert_api::ReadSilences(answer->body);
  if (!silences) return Say(silences.error());
  if (options.json) {
    fmt::print("{}", answer->body);
    return kOk;
  }
  const WallTime now = SystemClock().Now().wall;
  std::erase_if(*silences,
                [&](const Silence& silence) { return !options.expired && silence.ends_at <= now; });
  PrintTable(*silences, now);
  return kOk;
}

ExitCode SilenceExpire(const SilenceOptions& options) {
  ExitCode code = kOk;
  for (const std::string& id : options.ids) {
    const Result<http::HttpResponse> answer =
        AskAgent(options.agent, "DELETE", "/api/v2/silence/" + PercentEncoded(id), "");
    if (!answer) return Say(answer.error());
    if (!answer->ok()) {
      PrintRefusal(*answer);
      code = kFailed;
    }
  }
  return code;
}

}  // namespace klaxon::app
