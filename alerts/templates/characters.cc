#include "alerts/templates/characters.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include <fmt/format.h>

namespace klaxon::templates {
namespace {

/// Of a name. Every byte of a letter outside ASCII counts.
bool IsNameByte(char c) {
  return IsDigit(c) || c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         static_cast<unsigned char>(c) >= 0xc3;
}

/// Spaces, and what has no form.
bool IsSeen(uint32_t point) {
  constexpr std::array<std::pair<uint32_t, uint32_t>, 8> kUnseen{{{0x80, 0xa0},
                                                                  {0xad, 0xad},
                                                                  {0x1680, 0x1680},
                                                                  {0x2000, 0x200f},
                                                                  {0x2028, 0x202f},
                                                                  {0x205f, 0x206f},
                                                                  {0x3000, 0x3000},
                                                                  {0xfeff, 0xfeff}}};
  return std::ranges::none_of(
      kUnseen, [&](const auto& range) { return point >= range.first && point <= range.second; });
}

/// Takes characters off the front of a text.
class Front {
 public:
  explicit Front(std::string_view text) : text_(text) {}

  size_t taken() const { return taken_; }

  bool Take(std::string_view any) {
    if (taken_ == text_.size() || any.find(text_[taken_]) == std::string_view::npos) return false;
    ++taken_;
    return true;
  }

  void TakeAll(std::string_view any) {
    while (Take(any)) {
    }
  }

 private:
  std::string_view text_;
  size_t taken_ = 0;
};

}  // namespace

bool IsSpace(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

bool IsNameAt(std::string_view text, size_t at) {
  return IsNameByte(text[at]) && !text.substr(at).starts_with("\xe2\x80");
}

bool Continues(char c) {
  return (static_cast<unsigned char>(c) & 0xc0U) == 0x80;
}

std::string CodePoint(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x80) {
    return first > 0x20 && first < 0x7f ? fmt::format("U+{:04X} '{}'", first, text[0])
                                        : fmt::format("U+{:04X}", first);
  }
  size_t length = 1;
  uint32_t point = first >= 0xf0 ? first & 0x07U : first >= 0xe0 ? first & 0x0fU : first & 0x1fU;
  for (; length < text.size() && length < 4 && Continues(text[length]); ++length)
    point = point << 6U | (static_cast<unsigned char>(text[length]) & 0x3fU);
  const size_t wanted = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || length != wanted) return "U+FFFD '\uFFFD'";  // no UTF-8
  return IsSeen(point) ? fmt::format("U+{:04X} '{}'", point, text.substr(0, length))
                       : fmt::format("U+{:04X}", point);
}

NumberScan ScanNumber(std::string_view text) {
  constexpr std::string_view kDecimal = "0123456789_";
  constexpr std::string_view kHexadecimal = "0123456789abcdefABCDEF_";
  Front front(text);
  front.Take("+-");
  std::string_view digits = kDecimal;
  if (front.Take("0")) {
    if (front.Take("xX")) {
      digits = kHexadecimal;
    } else if (front.Take("oO")) {
      digits = "01234567_";
    } else if (front.Take("bB")) {
      digits = "01_";
    }
  }
  front.TakeAll(digits);
  if (front.Take(".")) front.TakeAll(digits);
  if ((digits == kDecimal && front.Take("eE")) || (digits == kHexadecimal && front.Take("pP"))) {
    front.Take("+-");
    front.TakeAll(kDecimal);
  }
  front.Take("i");
  const bool ends = front.taken() == text.size() || !IsNameAt(text, front.taken());
  return {.length = front.taken() + (ends ? 0U : 1U), .ends = ends};
}

}  // namespace klaxon::templates
