#include "alerts/notify/matchers.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "agent/base/text.h"

namespace klaxon::notify {
namespace {

using series::MatchKind;

constexpr std::array<std::pair<std::string_view, MatchKind>, 4> kOperators{
    {{"=~", MatchKind::kRegex},
     {"!~", MatchKind::kNotRegex},
     {"!=", MatchKind::kNotEqual},
     {"=", MatchKind::kEqual}}};

/// A name with one of these stands between quotes (alertmanager/pkg/labels/matcher.go, isReserved).
constexpr std::string_view kReserved = "{}!=~,\\\"'` \t\n\v\f\r";

std::string_view OperatorOf(MatchKind kind) {
  for (const auto& [text, of] : kOperators) {
    if (of == kind) {
      return text;
    }
  }
  std::abort();
}

Error BadMatcher(std::string_view text) {
  return {Reason::kInvalid,
          fmt::format("\"{}\" is no matcher; write name=\"value\", !=, =~ or !~, several with "
                      "commas between them",
                      Printable(text, 200))};
}

/// What stands between quotes; `text` begins behind the first. Leaves what follows the last.
std::optional<std::string> TakeQuoted(std::string_view& text) {
  std::string value;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') {
      text.remove_prefix(i + 1);
      return value;
    }
    if (text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '"' || text[i + 1] == '\\')) {
      ++i;
    } else if (text[i] == '\\' && i + 1 < text.size() &&
               (text[i + 1] == 'n' || text[i + 1] == 't')) {
      value += text[i + 1] == 'n' ? '\n' : '\t';
      ++i;
      continue;
    }
    value += text[i];
  }
  return std::nullopt;
}

std::optional<std::string> TakeValue(std::string_view& text) {
  if (text.starts_with('"')) {
    text.remove_prefix(1);
    return TakeQuoted(text);
  }
  const size_t end = std::min(text.find(','), text.size());
  const std::string value(Trim(text.substr(0, end)));
  text.remove_prefix(end);
  return value.find_first_of("\"{}") == std::string::npos ? std::optional(value) : std::nullopt;
}

/// Takes one matcher from the front.
Result<series::Matcher> TakeMatcher(std::string_view& text, std::string_view whole) {
  std::optional<std::string> name;
  if (text.starts_with('"')) {
    text.remove_prefix(1);
    name = TakeQuoted(text);
  } else {
    const size_t end = std::min(text.find_first_of("=!"), text.size());
    name = std::string(Trim(text.substr(0, end)));
    text.remove_prefix(end);
    if (name->find_first_of(kReserved) != std::string::npos) {
      return BadMatcher(whole);
    }
  }
  text = Trim(text);
  const auto* const found = std::ranges::find_if(
      kOperators, [&](const auto& each) { return text.starts_with(each.first); });
  if (name.value_or("").empty() || found == kOperators.end()) {
    return BadMatcher(whole);
  }
  text = Trim(text.substr(found->first.size()));
  const std::optional<std::string> value = TakeValue(text);
  text = Trim(text);
  if (!value || (!text.empty() && text.front() != ',')) {
    return BadMatcher(whole);
  }
  return series::Matcher::Make(found->second, *name, *value);
}

}  // namespace

Result<Matchers> ParseMatchers(std::string_view text) {
  const std::string_view whole = text;
  text = Trim(text);
  if (text.starts_with('{') != text.ends_with('}')) {
    return BadMatcher(whole);
  }
  if (text.starts_with('{')) {
    text = Trim(text.substr(1, text.size() - 2));
  }
  Matchers matchers;
  while (!text.empty()) {
    Result<series::Matcher> matcher = TakeMatcher(text, whole);
    if (!matcher) {
      return matcher.error();
    }
    matchers.push_back(*std::move(matcher));
    if (!text.empty()) {
      text = Trim(text.substr(1));  // the comma
    }
  }
  return matchers;
}

bool MatchAll(const Matchers& matchers, const series::Labels& labels) {
  return std::ranges::all_of(matchers, [&](const series::Matcher& matcher) {
    return matcher.Matches(labels.Get(matcher.name()));
  });
}

std::string ToString(const Matchers& matchers) {
  std::string text;
  for (const series::Matcher& matcher : matchers) {
    const std::string& name = matcher.name();
    const bool plain = name.find_first_of(kReserved) == std::string::npos;
    text += fmt::format("{}{}{}{}", text.empty() ? "" : ",", plain ? name : Quoted(name),
                        OperatorOf(matcher.kind()), Quoted(matcher.value()));
  }
  return "{" + text + "}";
}

void Sort(Matchers& matchers) {
  const auto key = [](const series::Matcher& matcher) {
    return std::tie(matcher.name(), matcher.value());
  };
  std::ranges::stable_sort(
      matchers, [&](const series::Matcher& left, const series::Matcher& right) {
        return key(left) != key(right) ? key(left) < key(right) : left.kind() < right.kind();
      });
}

std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char letter : text) {
    if (letter == '"' || letter == '\\') {
      quoted += '\\';
    }
    quoted += letter == '\n' ? "\\n" : letter == '\t' ? "\\t" : std::string(1, letter);
  }
  return quoted + "\"";
}

std::string GroupText(const series::Labels& labels) {
  std::string text;
  for (const series::Label label : labels) {
    text += fmt::format("{}{}={}", text.empty() ? "" : ", ", label.name, Quoted(label.value));
  }
  return "{" + text + "}";
}

}  // namespace klaxon::notify
