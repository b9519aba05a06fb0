#include "alerts/api/silence_text.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "agent/base/rfc3339.h"
#include "agent/base/text.h"
#include "alerts/api/documents.h"

namespace klaxon::alert_api {
namespace {

using nlohmann::json;
using notify::Silence;
using series::MatchKind;

constexpr size_t kLongestText = 2000;
constexpr size_t kMostMatchers = 50;

/// What has been wrong so far, and where values are taken from. The first mistake counts.
class Reader {
 public:
  explicit Reader(const json& object) : object_(object) {}

  void Fail(std::string words) {
    if (!error_) error_ = Error(Reason::kInvalid, std::move(words));
  }

  const std::optional<Error>& error() const { return error_; }

  /// A key that there is not is a mistake: a condition that was misspelt must not be left out.
  template <size_t kCount>
  void Only(const std::array<std::string_view, kCount>& known) {
    for (const auto& [key, value] : object_.items()) {
      if (std::ranges::find(known, key) == known.end()) {
        Fail(fmt::format("unknown key \"{}\"", Printable(key)));
      }
    }
  }

  std::string Text(const char* key) {
    const auto found = object_.find(key);
    if (found == object_.end()) return "";
    if (!found->is_string()) {
      Fail(fmt::format("\"{}\" must be a text", key));
      return "";
    }
    std::string text = found->get<std::string>();
    if (text.size() > kLongestText) {
      Fail(fmt::format("\"{}\" is longer than {} bytes", key, kLongestText));
    }
    return text;
  }

  bool Flag(const char* key, bool fallback) {
    const auto found = object_.find(key);
    if (found == object_.end()) return fallback;
    if (!found->is_boolean()) Fail(fmt::format("\"{}\" must be true or false", key));
    return found->is_boolean() && found->get<bool>();
  }

  WallTime Time(const char* key) {
    const std::string text = Text(key);
    const std::optional<WallTime> time = ParseRfc3339(text);
    if (!time) {
      Fail(fmt::format("\"{}\" is {}; expected a time such as 2026-01-31T12:00:00Z", key,
                       text.empty() ? "missing" : "\"" + Printable(text, 100) + "\""));
    }
    return time.value_or(WallTime());
  }

 private:
  const json& object_;
  std::optional<Error> error_{};
};

Result<series::Matcher> MatcherIn(const json& object) {
  if (!object.is_object()) return Error(Reason::kInvalid, "a matcher must be a JSON object");
  Reader reader(object);
  reader.Only(std::array<std::string_view, 4>{"name", "value", "isRegex", "isEqual"});
  const std::string name = reader.Text("name");
  const std::string value = reader.Text("value");
  const bool regex = reader.Flag("isRegex", false);
  const bool equal = reader.Flag("isEqual", true);
  if (name.empty()) reader.Fail("a matcher needs a \"name\"");
  if (reader.error()) return *reader.error();
  return series::Matcher::Make(regex ? (equal ? MatchKind::kRegex : MatchKind::kNotRegex)
                                     : (equal ? MatchKind::kEqual : MatchKind::kNotEqual),
                               name, value);
}

Result<notify::Matchers> MatchersIn(const json& object) {
  const auto found = object.find("matchers");
  if (found == object.end() || !found->is_array() || found->size() > kMostMatchers) {
    return Error(Reason::kInvalid,
                 fmt::format("\"matchers\" must be a list of at most {} matchers", kMostMatchers));
  }
  notify::Matchers matchers;
  for (const json& each : *found) {
    Result<series::Matcher> matcher = MatcherIn(each);
    if (!matcher) return matcher.error();
    matchers.push_back(*std::move(matcher));
  }
  return matchers;
}

Result<Silence> SilenceIn(const json& object) {
  if (!object.is_object()) return Error(Reason::kInvalid, "a silence must be a JSON object");
  Reader reader(object);
  // The last three are what was answered and is not taken.
  reader.Only(std::array<std::string_view, 9>{"id", "matchers", "startsAt", "endsAt", "createdBy",
                                              "comment", "annotations", "status", "updatedAt"});
  Silence silence{.id = reader.Text("id"),
                  .starts_at = reader.Time("startsAt"),
                  .ends_at = reader.Time("endsAt"),
                  .created_by = reader.Text("createdBy"),
                  .comment = reader.Text("comment")};
  if (reader.error()) return *reader.error();
  Result<notify::Matchers> matchers = MatchersIn(object);
  if (!matchers) return matchers.error();
  silence.matchers = *std::move(matchers);
  return silence;
}

}  // namespace

std::string PostedText(const Silence& silence) {
  json object = JsonOf(silence);
  if (!silence.id.empty()) object["id"] = silence.id;
  return Dump(object);
}

Result<Silence> ReadPosted(std::string_view text) {
  const json document = json::parse(text, nullptr, false);
  return document.is_discarded() ? Result<Silence>(Error(Reason::kInvalid, "the body is no JSON"))
                                 : SilenceIn(document);
}

Result<std::vector<Silence>> ReadSilences(std::string_view text) {
  const json document = json::parse(text, nullptr, false);
  if (!document.is_array()) return Error(Reason::kBadAnswer, "the answer is no list of silences");
  std::vector<Silence> silences;
  for (const json& each : document) {
    Result<Silence> silence = SilenceIn(each);
    if (!silence) return Error(Reason::kBadAnswer, silence.error().message());
    silences.push_back(*std::move(silence));
  }
  return silences;
}

std::string PostedId(std::string_view text) {
  const json document = json::parse(text, nullptr, false);
  const auto found = document.is_object() ? document.find("silenceID") : document.end();
  return found != document.end() && found->is_string() ? found->get<std::string>() : "";
}

std::string_view StateOf(const Silence& silence, WallTime now) {
  return silence.ends_at <= now ? "expired" : silence.starts_at <= now ? "active" : "pending";
}

}  // namespace klaxon::alert_api
