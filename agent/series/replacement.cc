#include "agent/series/replacement.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace klaxon::series {
namespace {

bool IsNameByte(char c) {
  return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// A name after a '$', and how much of the text that takes, braces included.
struct Name {
  std::string_view name{};
  size_t length = 0;
};

std::optional<Name> NameAt(std::string_view text) {
  const bool braced = text.starts_with('{');
  const size_t begin = braced ? 1 : 0;
  const auto* const stop = std::find_if_not(text.begin() + begin, text.end(), IsNameByte);
  const auto end = static_cast<size_t>(stop - text.begin());
  const bool closed = !braced || (end < text.size() && text[end] == '}');
  if (end == begin || !closed) return std::nullopt;
  return Name{.name = text.substr(begin, end - begin), .length = braced ? end + 1 : end};
}

std::optional<int> GroupOf(std::string_view name, int groups,
                           const std::map<std::string, int>& named) {
  int number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error == std::errc() && end == name.data() + name.size()) {
    return number <= groups ? std::optional(number) : std::nullopt;
  }
  const auto found = named.find(std::string(name));
  return found == named.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace

Replacement::Replacement(std::string_view text, int groups,
                         const std::map<std::string, int>& named) {
  while (!text.empty()) {
    const size_t dollar = std::min(text.find('$'), text.size());
    if (dollar > 0) parts_.push_back({.text = text.substr(0, dollar)});
    text.remove_prefix(dollar);
    if (text.empty()) return;
    const std::optional<Name> name = NameAt(text.substr(1));
    if (!name) {
      parts_.push_back({.text = text.substr(0, 1)});
      text.remove_prefix(text.starts_with("$$") ? 2 : 1);
      continue;
    }
    if (const auto group = GroupOf(name->name, groups, named)) parts_.push_back({.group = *group});
    text.remove_prefix(1 + name->length);
  }
}

void Replacement::AppendTo(std::string& text, std::span<const std::string_view> found,
                           size_t most) const {
  for (const Part& part : parts_) {
    if (text.size() > most) return;
    text += part.group == kText ? part.text : found[static_cast<size_t>(part.group)];
  }
}

}  // namespace klaxon::series
