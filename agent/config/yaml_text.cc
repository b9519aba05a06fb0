#include "agent/config/yaml_text.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include <fmt/format.h>

#include "agent/base/text.h"

namespace klaxon::config {
namespace {

constexpr std::string_view kBlank = " \t\r\n";

/// The text after the tags and anchors that it begins with.
std::string_view WithoutProperties(std::string_view text) {
  while (text.starts_with('&') || text.starts_with('!')) {
    text.remove_prefix(std::min(text.find_first_of(kBlank), text.size()));
    text.remove_prefix(std::min(text.find_first_not_of(kBlank), text.size()));
  }
  return text;
}

/// The character of more than one byte at the front of `text` that YAML does not take: C1 controls
/// but for the next line (0x85), U+FFFE and U+FFFF. 0: none.
uint32_t UnprintableAt(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  if (text.size() >= 2 && byte(0) == 0xC2 && byte(1) < 0xA0 && byte(1) != 0x85) return byte(1);
  if (text.starts_with("\xEF\xBF\xBE")) return 0xFFFE;
  return text.starts_with("\xEF\xBF\xBF") ? 0xFFFF : 0;
}

/// Of one line.
std::optional<BadText> BadCharacter(std::string_view line, int number) {
  for (size_t i = 0; i < line.size(); ++i) {
    const auto byte = static_cast<unsigned char>(line[i]);
    const bool control = (byte < 0x20 && byte != '\t' && byte != '\r') || byte == 0x7F;
    const uint32_t bad = control ? byte : UnprintableAt(line.substr(i));
    if (control || bad != 0) {
      return BadText{{number, static_cast<int>(i) + 1},
                     fmt::format("the control character 0x{:02x}", bad)};
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<BadText> FindBadText(std::string_view text) {
  for (int number = 1; !text.empty(); ++number) {
    const std::string_view line = text.substr(0, text.find('\n'));
    if (std::optional<BadText> bad = BadCharacter(line, number)) return bad;
    if (ToUtf8(line) != line) {
      return BadText{{number, 1}, "the text is not UTF-8"};
    }
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return std::nullopt;
}

bool IsQuoteOpen(std::string_view text, size_t offset) {
  text.remove_prefix(text.starts_with("\xEF\xBB\xBF") ? 3 : 0);
  text = WithoutProperties(text.substr(std::min(offset, text.size())));
  if (text.empty() || (text.front() != '"' && text.front() != '\'')) {
    return false;
  }
  const char quote = text.front();
  for (size_t i = 1; i < text.size(); ++i) {
    if (quote == '"' && text[i] == '\\') {
      ++i;
    } else if (text[i] == quote) {
      if (quote == '"' || i + 1 >= text.size() || text[i + 1] != quote) {
        return false;
      }
      ++i;  // two single quotes stand for one
    }
  }
  return true;
}

std::string_view LineAt(std::string_view text, int number) {
  for (int i = 1; i < number; ++i) {
    const size_t end = text.find('\n');
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return text.substr(0, text.find('\n'));
}

std::string Explain(std::string_view message, int open_line) {
  struct Sentence {
    std::string_view message{};
    std::string_view sentence{};
  };

  // In the order of looking: "flow" before what is part of it.
  static constexpr std::array<Sentence, 9> kSentences{{
      {"flow not found", "the bracket of line {} is not closed"},
      {"end of map not found",
       "this does not belong to the map that begins on line {}; check the indentation"},
      {"end of sequence not found",
       "this does not belong to the list that begins on line {}; check the indentation"},
      {"illegal map value",
       "no \":\" may be here; check the indentation, or put the text in quotes"},
      {"EOF in scalar", "a text in quotes is not closed"},
      {"unknown token", "a text that begins with this character needs quotes"},
      {"referenced anchor is not defined",
       "no anchor of this name stands before it; a text that begins with * needs quotes"},
      {"alias not found", "a text that begins with * needs quotes"},
      {kSecondDocument,
       "this does not belong to what stands before it; the file may hold only one document"},
  }};
  for (const Sentence& one : kSentences) {
    if (message.find(one.message) != std::string_view::npos) {
      return fmt::format(fmt::runtime(one.sentence), open_line);
    }
  }
  return Printable(message, 200);
}

std::string_view Hint(std::string_view line) {
  const size_t variable = line.find("${");
  if (variable != std::string_view::npos && line.find_first_of("{[") < variable) {
    return "; inside { } or [ ], a value with ${...} needs quotes";
  }
  const std::string_view indentation = line.substr(0, line.find_first_not_of(" \t"));
  if (indentation.find('\t') != std::string_view::npos) {
    return "; indent with spaces, not with tabs";
  }
  return "";
}

}  // namespace klaxon::config
