#include "alerts/templates/literal.h"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <system_error>

#include <fmt/format.h>

#include "agent/base/utf8.h"

namespace klaxon::templates {
namespace {

Error BadNumber(std::string_view what, std::string_view text) {
  return {Reason::kInvalid, fmt::format("{}: {}", what, Quoted(text))};
}

/// Digits without the underscores between them; nothing if one stands elsewhere.
std::optional<std::string> WithoutUnderscores(std::string_view digits) {
  std::string plain;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (digits[i] != '_') {
      plain += digits[i];
    } else if (i + 1 == digits.size() || digits[i + 1] == '_') {
      return std::nullopt;
    }
  }
  return plain;
}

template <class Number, class... Format>
bool ReadsAll(std::string_view text, Number& number, Format... format) {
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number, format...);
  return !text.empty() && error == std::errc() && end == text.data() + text.size();
}

/// How many digits there are to a place, and the digits.
struct Digits {
  int base = 10;
  std::string_view digits{};
};

Digits BaseOf(std::string_view digits) {
  if (digits.size() < 2 || digits[0] != '0') return {.digits = digits};
  switch (digits[1]) {
    case 'x':
    case 'X':
      return {16, digits.substr(2)};
    case 'o':
    case 'O':
      return {8, digits.substr(2)};
    case 'b':
    case 'B':
      return {2, digits.substr(2)};
    default:
      return {8, digits.substr(1)};
  }
}

std::optional<Value> ReadInteger(std::string_view digits, bool negative) {
  const Digits based = BaseOf(digits);
  const std::optional<std::string> plain = WithoutUnderscores(based.digits);
  uint64_t magnitude = 0;
  if (!plain || !ReadsAll(*plain, magnitude, based.base)) return std::nullopt;
  constexpr uint64_t kLargest = uint64_t{1} << 63U;
  if (magnitude > (negative ? kLargest : kLargest - 1)) return std::nullopt;
  return static_cast<int64_t>(negative ? 0 - magnitude : magnitude);
}

Result<Value> ReadCharacter(std::string_view text) {
  std::string quoted(text);
  quoted.front() = quoted.back() = '"';
  if (quoted == "\"\"\"" || quoted == "\"\\'\"")
    return Value(static_cast<int64_t>(text[text.size() - 2]));
  const Result<std::string> read = ReadQuoted(quoted);
  if (!read) return read.error();
  const Error malformed(Reason::kInvalid, fmt::format("malformed character constant: {}", text));
  if (read->empty()) return Error(Reason::kInvalid, "invalid syntax");
  const std::string& bytes = *read;
  const auto first = static_cast<unsigned char>(bytes[0]);
  const size_t length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (bytes.size() != length) return malformed;
  uint32_t point = length == 1 ? first : first & (0xffU >> (length + 1));
  for (size_t i = 1; i < length; ++i)
    point = point << 6U | (static_cast<unsigned char>(bytes[i]) & 0x3fU);
  return Value(static_cast<int64_t>(point));
}

/// How many hexadecimal or octal digits follow an escape's letter; 0: it is no such escape.
size_t DigitsOf(char letter) {
  switch (letter) {
    case 'x':
      return 2;
    case 'u':
      return 4;
    case 'U':
      return 8;
    default:
      return letter >= '0' && letter <= '7' ? 3 : 0;
  }
}

char Escaped(char letter) {
  constexpr std::string_view kLetters = "abfnrtv\\\"";
  constexpr std::string_view kMeant = "\a\b\f\n\r\t\v\\\"";
  const size_t index = kLetters.find(letter);
  return index == std::string_view::npos ? '\0' : kMeant[index];
}

/// Reads the escape at the front of `rest` (after its backslash) and takes it away.
bool ReadEscape(std::string_view& rest, std::string& text) {
  if (rest.empty()) return false;
  const char letter = rest.front();
  if (const char meant = Escaped(letter); meant != '\0') {
    text += meant;
    rest.remove_prefix(1);
    return true;
  }
  const size_t digits = DigitsOf(letter);
  const bool octal = letter >= '0' && letter <= '7';
  if (digits == 0) return false;
  if (!octal) rest.remove_prefix(1);
  uint32_t point = 0;
  if (rest.size() < digits || !ReadsAll(rest.substr(0, digits), point, octal ? 8 : 16))
    return false;
  rest.remove_prefix(digits);
  if (digits <= 3) {
    if (point > 0xff) return false;
    text += static_cast<char>(static_cast<unsigned char>(point));
    return true;
  }
  if (point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) return false;
  AppendUtf8(point, text);
  return true;
}

}  // namespace

Result<Value> ReadNumber(std::string_view text) {
  if (text.starts_with('\'')) return ReadCharacter(text);
  const bool negative = text.starts_with('-');
  const std::string_view digits = text.substr(negative || text.starts_with('+') ? 1 : 0);
  if (const std::optional<Value> whole = ReadInteger(digits, negative)) return *whole;
  const bool hexadecimal = digits.starts_with("0x") || digits.starts_with("0X");
  const bool is_float = digits.find_first_of(hexadecimal ? ".pP" : ".eE") != std::string_view::npos;
  const std::optional<std::string> plain = WithoutUnderscores(digits.substr(hexadecimal ? 2 : 0));
  double number = 0;
  // from_chars reads "inf" and "nan", which are names here.
  const bool begins =
      plain && !plain->empty() && (hexadecimal || plain->find_first_of(".0123456789") == 0);
  const bool reads =
      is_float && begins &&
      ReadsAll(*plain, number, hexadecimal ? std::chars_format::hex : std::chars_format::general);
  if (begins && !is_float && !hexadecimal && ReadsAll(*plain, number)) {
    return BadNumber("integer overflow", text);
  }
  if (!reads || !std::isfinite(number)) return BadNumber("illegal number syntax", text);
  return Value(negative ? -number : number);
}

Result<std::string> ReadQuoted(std::string_view text) {
  std::string_view rest = text.substr(1, text.size() - 2);
  std::string read;
  if (text.front() == '`') {
    for (const char c : rest) {
      if (c != '\r') read += c;  // as Go does
    }
    return read;
  }
  while (!rest.empty()) {
    const char c = rest.front();
    rest.remove_prefix(1);
    if (c != '\\') {
      read += c;
    } else if (!ReadEscape(rest, read)) {
      return Error(Reason::kInvalid, "invalid syntax");
    }
  }
  return read;
}

std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted += {'\\', c};
    } else if (c == '\n') {
      quoted += "\\n";
    } else if (c == '\t') {
      quoted += "\\t";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      quoted += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      quoted += c;
    }
  }
  return quoted + "\"";
}

}  // namespace klaxon::templates
