#include "agent/promql/quoted.h"

#include <cstdint>

#include <fmt/format.h>

#include "agent/base/utf8.h"

namespace klaxon::promql {
namespace {

constexpr std::string_view kBrokenCharacter = "\xef\xbf\xbd";  // U+FFFD

int DigitOf(char c, int base) {
  int digit = 99;
  if (c >= '0' && c <= '9') digit = c - '0';
  if (c >= 'a' && c <= 'f') digit = c - 'a' + 10;
  if (c >= 'A' && c <= 'F') digit = c - 'A' + 10;
  return digit < base ? digit : -1;
}

/// What follows the '\' and is given by digits.
struct DigitsForm {
  size_t skip = 1;    ///< of the letter
  size_t digits = 0;  ///< exactly so many
  int base = 16;
  bool character = true;  ///< a code point, not a byte
};

class QuotedScanner {
 public:
  explicit QuotedScanner(std::string_view text) : text_(text), quote_(text[0]) {}

  QuotedText Run() {
    while (read_.mistake.empty()) {
      if (at_ == text_.size() || (quote_ != '`' && text_[at_] == '\n')) {
        Fail(0, quote_ == '`' ? "unterminated raw string" : "unterminated quoted string");
      } else if (text_[at_] == quote_) {
        read_.length = at_ + 1;
        return std::move(read_);
      } else if (text_[at_] == '\\' && quote_ != '`') {
        Escape();
      } else {
        Character();
      }
    }
    return std::move(read_);
  }

 private:
  void Character() {
    const size_t length = CharacterLength(text_.substr(at_));
    if (length == 0) return Fail(at_, "invalid UTF-8 rune");
    read_.value += text_.substr(at_, length);
    at_ += length;
  }

  void Escape() {
    if (++at_ == text_.size()) return Fail(0, "escape sequence not terminated");
    static constexpr std::string_view kLetters = "abfnrtv\\";
    static constexpr std::string_view kMeaning = "\a\b\f\n\r\t\v\\";
    const char c = text_[at_];
    if (const size_t found = kLetters.find(c); found != std::string_view::npos || c == quote_) {
      read_.value += c == quote_ ? c : kMeaning[found];
      ++at_;
      return;
    }
    if (DigitOf(c, 8) >= 0) return Digits({.skip = 0, .digits = 3, .base = 8, .character = false});
    if (c == 'x') return Digits({.digits = 2, .character = false});
    if (c == 'u') return Digits({.digits = 4});
    if (c == 'U') return Digits({.digits = 8});
    Fail(at_ - 1, fmt::format("unknown escape sequence '{}'", FirstCharacter(text_.substr(at_))));
  }

  void Digits(const DigitsForm& form) {
    at_ += form.skip;
    uint32_t code = 0;
    for (size_t i = 0; i < form.digits; ++i, ++at_) {
      const int digit = at_ < text_.size() ? DigitOf(text_[at_], form.base) : -1;
      if (digit < 0) return Fail(0, "illegal or missing digit in escape sequence");
      code = code * static_cast<uint32_t>(form.base) + static_cast<uint32_t>(digit);
    }
    const bool surrogate = code >= 0xd800 && code < 0xe000;
    if (form.character ? code > 0x10ffff || surrogate : code > 0xff) {
      return Fail(0, "escape sequence is an invalid Unicode code point");
    }
    if (form.character) return AppendUtf8(code, read_.value);
    read_.value += static_cast<char>(code);
  }

  void Fail(size_t at, std::string message) {
    read_.mistake = std::move(message);
    read_.mistake_at = at;
  }

  std::string_view text_;
  char quote_;
  size_t at_ = 1;
  QuotedText read_{};
};

bool IsContinuation(std::string_view text, size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80;
}

/// How many bytes the first one asks for; 0: it begins no character.
size_t LengthByFirstByte(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first < 0xe0) return 2;
  if (first >= 0xe0 && first < 0xf0) return 3;
  return first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

}  // namespace

QuotedText ScanQuoted(std::string_view text) {
  return QuotedScanner(text).Run();
}

size_t CharacterLength(std::string_view text) {
  if (text.empty() || text.starts_with(kBrokenCharacter)) return 0;
  const auto first = static_cast<unsigned char>(text[0]);
  const size_t length = LengthByFirstByte(first);
  for (size_t i = 1; i < length; ++i) {
    if (!IsContinuation(text, i)) return 0;
  }
  if (length < 3) return length;
  // Longer than needed, a surrogate, or beyond U+10FFFF: told by the second byte.
  const auto second = static_cast<unsigned char>(text[1]);
  const bool wrong = (first == 0xe0 && second < 0xa0) || (first == 0xed && second >= 0xa0) ||
                     (first == 0xf0 && second < 0x90) || (first == 0xf4 && second >= 0x90);
  return wrong ? 0 : length;
}

std::string_view FirstCharacter(std::string_view text) {
  const size_t length = CharacterLength(text);
  return length == 0 ? "?" : text.substr(0, length);
}

bool IsUtf8(std::string_view text) {
  while (!text.empty()) {
    const size_t length = text.starts_with(kBrokenCharacter) ? 3 : CharacterLength(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace klaxon::promql
