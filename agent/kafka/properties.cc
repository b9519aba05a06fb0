#include "agent/kafka/properties.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <unordered_map>

#include "agent/base/utf8.h"

namespace klaxon::kafka {
namespace {

constexpr std::string_view kSpaces = " \t\f";
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";  // editors write it; no key has it

std::string_view WithoutBlanksInFront(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(kSpaces), text.size()));
  return text;
}

/// Lines as they stand in the file.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}

  bool Next(std::string_view& line) {
    if (rest_.empty()) {
      return false;
    }
    const size_t end = std::min(rest_.find_first_of("\r\n"), rest_.size());
    line = rest_.substr(0, end);
    rest_.remove_prefix(end);
    rest_.remove_prefix(rest_.starts_with("\r\n") ? 2 : std::min<size_t>(rest_.size(), 1));
    ++number_;
    return true;
  }

  int number() const { return number_; }

 private:
  std::string_view rest_;
  int number_ = 0;
};

/// Whether the line ends in a '\' that is not itself escaped.
bool GoesOn(std::string_view line) {
  const size_t last = line.find_last_not_of('\\');
  const size_t count = line.size() - (last == std::string_view::npos ? 0 : last + 1);
  return count % 2 == 1;
}

/// The line with all lines on which it goes on; blanks in front are gone.
std::string Whole(std::string_view line, Lines& lines) {
  std::string whole(line);
  while (GoesOn(whole)) {
    whole.pop_back();
    if (!lines.Next(line)) {
      break;
    }
    whole += WithoutBlanksInFront(line);
  }
  return whole;
}

/// Turns the escapes of one key or value into text. Java holds UTF-16, so two \uXXXX may make one
/// character; half of one becomes '?', as when Java writes it as UTF-8.
class Unescaper {
 public:
  /// Empty when a \u lacks its four hexadecimal digits.
  std::optional<std::string> Run(std::string_view text) {
    for (size_t i = 0; i < text.size(); ++i) {
      if (text[i] != '\\' || i + 1 == text.size()) {
        Add(static_cast<unsigned char>(text[i]));
      } else if (text[++i] != 'u') {
        Add(Named(text[i]));
      } else {
        const std::optional<uint32_t> unit = Hexadecimal(text.substr(i + 1, 4));
        if (!unit) {
          return std::nullopt;
        }
        Add(*unit);
        i += 4;
      }
    }
    Flush();
    return std::move(out_);
  }

 private:
  static uint32_t Named(char letter) {
    constexpr std::string_view kNames = "tnrf";
    constexpr std::string_view kMeanings = "\t\n\r\f";
    const size_t index = kNames.find(letter);
    return static_cast<unsigned char>(index == std::string_view::npos ? letter : kMeanings[index]);
  }

  static std::optional<uint32_t> Hexadecimal(std::string_view digits) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    uint32_t value = 0;
    for (const char c : digits) {
      const size_t digit =
          kDigits.find(c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c);
      if (digit == std::string_view::npos) {
        return std::nullopt;
      }
      value = value * 16 + static_cast<uint32_t>(digit);
    }
    return digits.size() == 4 ? std::optional(value) : std::nullopt;
  }

  void Add(uint32_t unit) {
    const bool high = unit >= 0xD800 && unit < 0xDC00;
    const bool low = unit >= 0xDC00 && unit < 0xE000;
    if (low && half_ != 0) {
      AppendUtf8(0x10000 + ((half_ - 0xD800) << 10U) + (unit - 0xDC00), out_);
      half_ = 0;
      return;
    }
    Flush();
    if (high) {
      half_ = unit;
    } else {
      AppendUtf8(low ? '?' : unit, out_);
    }
  }

  void Flush() {
    if (half_ != 0) {
      out_ += '?';
    }
    half_ = 0;
  }

  std::string out_{};
  uint32_t half_ = 0;  // the first of a pair of surrogates
};

/// Where the key ends: at the first '=', ':' or blank without a '\' in front.
size_t EndOfKey(std::string_view line) {
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\\') {
      ++i;
    } else if (line[i] == '=' || line[i] == ':' ||
               kSpaces.find(line[i]) != std::string_view::npos) {
      return i;
    }
  }
  return line.size();
}

void Take(std::string_view line, int number, Properties& properties) {
  const size_t end = EndOfKey(line);
  std::string_view value = WithoutBlanksInFront(line.substr(end));
  if (value.starts_with('=') || value.starts_with(':')) {
    value = WithoutBlanksInFront(value.substr(1));
  }
  std::optional<std::string> key = Unescaper().Run(line.substr(0, end));
  std::optional<std::string> text = Unescaper().Run(value);
  if (!key || !text) {
    properties.mistakes.push_back(
        {number, "\\u needs four hexadecimal digits; write \\\\ for a plain \\"});
    return;
  }
  properties.all.push_back({.key = *std::move(key), .value = *std::move(text), .line = number});
}

/// Of several with one key.
void KeepTheLast(std::vector<Property>& all) {
  std::unordered_map<std::string, int> last;  // line of each key
  for (const Property& property : all) {
    last[property.key] = property.line;
  }
  std::erase_if(all, [&](const Property& property) { return last[property.key] != property.line; });
}

}  // namespace

Properties ParseProperties(std::string_view text) {
  Properties properties;
  if (text.starts_with(kByteOrderMark)) {
    text.remove_prefix(kByteOrderMark.size());
  }
  Lines lines(text);
  std::string_view line;
  while (lines.Next(line)) {
    line = WithoutBlanksInFront(line);
    if (line.empty() || line.front() == '#' || line.front() == '!') {
      continue;
    }
    const int number = lines.number();
    Take(Whole(line, lines), number, properties);
  }
  KeepTheLast(properties.all);
  return properties;
}

}  // namespace klaxon::kafka
