#include "alerts/templates/replace.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include <fmt/format.h>
#include <re2/re2.h>

#include "alerts/templates/functions.h"

namespace klaxon::templates {
namespace {

constexpr size_t kLongestPattern = 10'000;
constexpr int64_t kMemory = int64_t{8} << 20;
constexpr size_t kMostWork = size_t{256} << 20U;  ///< bytes looked at

re2::StringPiece Piece(std::string_view text) {
  return {text.data(), text.size()};
}

RE2::Options Options() {
  RE2::Options options(RE2::Quiet);
  options.set_max_mem(kMemory);
  return options;
}

std::optional<Error> Problem(std::string_view pattern, const RE2& expression) {
  if (pattern.size() > kLongestPattern)
    return Error(Reason::kInvalid, fmt::format("pattern longer than {} bytes", kLongestPattern));
  if (!expression.ok())
    return Error(Reason::kInvalid, fmt::format("error parsing regexp: {}", expression.error()));
  return std::nullopt;
}

constexpr int kText = -1;
constexpr int kNoGroup = -2;  ///< one that the pattern does not have: nothing

/// A piece of a replacement: a text, or a group.
struct ReplacementPart {
  std::string_view text{};
  int group = kText;
};

bool IsName(char c) {
  return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

int GroupOf(std::string_view name, const RE2& expression) {
  int number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error == std::errc() && end == name.data() + name.size())
    return number <= expression.NumberOfCapturingGroups() ? number : kNoGroup;
  const std::map<std::string, int>& names = expression.NamedCapturingGroups();
  const auto found = names.find(std::string(name));
  return found == names.end() ? kNoGroup : found->second;
}

/// "$1-x" as its parts, as Go's Expand reads them: the name is as long as it can be.
std::vector<ReplacementPart> PartsOf(std::string_view replacement, const RE2& expression) {
  std::vector<ReplacementPart> parts;
  while (!replacement.empty()) {
    const size_t dollar = std::min(replacement.find('$'), replacement.size());
    if (dollar > 0) parts.push_back({.text = replacement.substr(0, dollar)});
    replacement.remove_prefix(dollar);
    if (replacement.empty()) break;
    if (replacement.starts_with("$$")) {
      parts.push_back({.text = replacement.substr(0, 1)});
      replacement.remove_prefix(2);
      continue;
    }
    const bool braces = replacement.starts_with("${");
    const size_t begin = braces ? 2 : 1;
    size_t end = begin;
    while (end < replacement.size() && IsName(replacement[end]))
      ++end;
    const bool closed = !braces || (end < replacement.size() && replacement[end] == '}');
    if (end == begin || !closed) {  // stands for itself
      parts.push_back({.text = replacement.substr(0, 1)});
      replacement.remove_prefix(1);
      continue;
    }
    parts.push_back({.group = GroupOf(replacement.substr(begin, end - begin), expression)});
    replacement.remove_prefix(end + (braces ? 1 : 0));
  }
  return parts;
}

void Append(std::string& text, const std::vector<ReplacementPart>& parts,
            const std::vector<re2::StringPiece>& groups) {
  for (const ReplacementPart& part : parts) {
    if (part.group == kNoGroup || text.size() > kLongestText) continue;
    const re2::StringPiece piece =
        part.group == kText ? Piece(part.text) : groups[static_cast<size_t>(part.group)];
    text.append(piece.data(), piece.size());
  }
}

size_t CharacterLength(std::string_view text) {
  size_t length = 1;
  while (length < text.size() && (static_cast<unsigned char>(text[length]) & 0xc0U) == 0x80)
    ++length;
  return length;
}

}  // namespace

Result<std::string> RegexReplaceAll(std::string_view pattern, std::string_view replacement,
                                    std::string_view text) {
  const RE2 expression(Piece(pattern.substr(0, kLongestPattern)), Options());
  if (const std::optional<Error> problem = Problem(pattern, expression)) return *problem;
  const std::vector<ReplacementPart> parts = PartsOf(replacement, expression);
  std::vector<re2::StringPiece> groups(static_cast<size_t>(expression.NumberOfCapturingGroups()) +
                                       1);
  std::string replaced;
  size_t at = 0;
  size_t done = 0;  // up to here the text is in `replaced`
  size_t work = 0;
  while (at <= text.size() && expression.Match(Piece(text), at, text.size(), RE2::UNANCHORED,
                                               groups.data(), static_cast<int>(groups.size()))) {
    work += text.size() - at;  // a match may look at all that follows
    const auto begin = static_cast<size_t>(groups[0].data() - text.data());
    const size_t end = begin + groups[0].size();
    replaced += text.substr(done, begin - done);
    // An empty match right behind another one does not count.
    if (end > done || begin == 0) Append(replaced, parts, groups);
    if (replaced.size() > kLongestText || work > kMostWork)
      return Error(Reason::kInvalid, "too many replacements");
    done = end;
    at = end > at ? end : at + CharacterLength(text.substr(at));
  }
  return replaced + std::string(text.substr(done));
}

Result<bool> RegexFound(std::string_view pattern, std::string_view text) {
  const RE2 expression(Piece(pattern.substr(0, kLongestPattern)), Options());
  if (const std::optional<Error> problem = Problem(pattern, expression)) return *problem;
  return RE2::PartialMatch(Piece(text), expression);
}

}  // namespace klaxon::templates
