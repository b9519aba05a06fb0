#include "agent/connect/json_scanner.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string>

#include "agent/base/utf8.h"

namespace klaxon::connect {
namespace {

constexpr size_t kLongestNumber = 100;

bool IsSpace(char byte) {
  return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t';
}

bool IsDigit(char byte) {
  return byte >= '0' && byte <= '9';
}

/// Whether any of eight bytes ends a run of plain text: a quote, a backslash, a control character
/// or a byte beyond ASCII.
bool HoldsSpecial(const char* bytes) {
  constexpr uint64_t kOnes = 0x0101010101010101U;
  constexpr uint64_t kHighs = 0x8080808080808080U;
  uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  const auto zero_in = [](uint64_t value) { return (value - kOnes) & ~value; };
  const uint64_t found = zero_in(word ^ (kOnes * '"')) | zero_in(word ^ (kOnes * '\\')) |
                         ((word - kOnes * ' ') & ~word) | word;
  return (found & kHighs) != 0;
}

/// The grammar of RFC 8259 section 6.
bool IsNumber(std::string_view text) {
  const auto digits = [&] {
    const size_t before = text.size();
    while (!text.empty() && IsDigit(text[0]))
      text.remove_prefix(1);
    return before - text.size();
  };
  const auto takes = [&](char byte) {
    if (!text.starts_with(byte)) return false;
    text.remove_prefix(1);
    return true;
  };
  takes('-');
  if (!takes('0') && digits() == 0) return false;
  if (takes('.') && digits() == 0) return false;
  if (takes('e') || takes('E')) {
    if (!takes('+')) takes('-');
    if (digits() == 0) return false;
  }
  return text.empty();
}

}  // namespace

bool JsonScanner::Fail(const char* why) {
  if (error_ == nullptr) error_ = why;
  return false;
}

bool JsonScanner::Feed(std::string_view bytes) {
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  const uint64_t before = position_;
  paused_ = false;
  while (at != end && error_ == nullptr && !paused_) {
    if (at_ == At::kText) {
      at = Text(at, end);
    } else if (Step(*at)) {
      ++at;
    }
  }
  position_ = before + static_cast<uint64_t>(at - bytes.data());
  return error_ == nullptr;
}

bool JsonScanner::Finish() {
  if (at_ == At::kNumber && depth_ == 0) EndNumber();
  if (error_ != nullptr) return false;
  if (at_ == At::kDone) return true;
  return Fail(position_ == 0 ? "it is empty" : "it ends in the middle");
}

/// One byte outside of runs of text.
bool JsonScanner::Step(char byte) {
  switch (at_) {
    case At::kEscape:
      return Escape(byte);
    case At::kUnicode:
      return Unicode(byte);
    case At::kNumber:
      return NumberByte(byte);
    case At::kWord:
      return WordByte(byte);
    default:
      break;
  }
  if (IsSpace(byte)) return true;
  switch (at_) {
    case At::kFirstItem:
      return byte == ']' ? Close('[') : BeginValue(byte);
    case At::kValue:
      return BeginValue(byte);
    case At::kFirstKey:
      return byte == '}' ? Close('{') : BeginKey(byte);
    case At::kKey:
      return BeginKey(byte);
    case At::kColon:
      at_ = At::kValue;
      return byte == ':' || Fail("a ':' is missing after a key");
    case At::kAfterValue:
      return AfterValue(byte);
    default:
      return Fail("something follows its end");
  }
}

bool JsonScanner::BeginValue(char byte) {
  if (byte == '{' || byte == '[') return Open(byte);
  if (byte == '"') {
    is_key_ = false;
    at_ = At::kText;
    return true;
  }
  if (byte == '-' || IsDigit(byte)) {
    token_.assign(1, byte);
    at_ = At::kNumber;
    return true;
  }
  for (const std::string_view word : {"true", "false", "null"}) {
    if (word[0] == byte) {
      word_ = word;
      word_at_ = 1;
      at_ = At::kWord;
      return true;
    }
  }
  return Fail("a value is missing");
}

bool JsonScanner::Open(char bracket) {
  if (depth_ == kDeepest) return Fail("nested too deeply");
  open_[depth_++] = bracket;
  if (bracket == '{') {
    at_ = At::kFirstKey;
    events_.BeginObject();
  } else {
    at_ = At::kFirstItem;
    events_.BeginList();
  }
  return true;
}

bool JsonScanner::Close(char bracket) {
  if (depth_ == 0 || open_[depth_ - 1] != bracket) return Fail("brackets do not match");
  --depth_;
  events_.End();
  EndValue();
  return true;
}

void JsonScanner::EndValue() {
  at_ = depth_ == 0 ? At::kDone : At::kAfterValue;
}

bool JsonScanner::AfterValue(char byte) {
  if (byte == '}') return Close('{');
  if (byte == ']') return Close('[');
  if (byte != ',') return Fail("a ',' is missing");
  at_ = open_[depth_ - 1] == '{' ? At::kKey : At::kValue;
  return true;
}

bool JsonScanner::BeginKey(char byte) {
  if (byte != '"') return Fail("a key is missing");
  is_key_ = true;
  at_ = At::kText;
  return true;
}

/// The first of eight bytes that hold something else than plain text, or fewer than eight.
const char* JsonScanner::SkipPlain(const char* at, const char* end) const {
  while (utf8_left_ == 0 && end - at >= 8 && !HoldsSpecial(at)) {
    at += 8;
  }
  return at;
}

bool JsonScanner::LowByte(unsigned char byte) {
  return byte >= 0x20 || Fail("a control character in a text");
}

void JsonScanner::EmitText(const char* begin, const char* end) {
  if (begin != end && surrogate_ == 0) {
    events_.TextPart({begin, static_cast<size_t>(end - begin)});
  }
}

/// Behind the quote that ends a text, or the backslash that begins an escape.
const char* JsonScanner::LeaveText(const char* begin, const char* at) {
  EmitText(begin, at);
  if (*at == '"') {
    EndText();
  } else {
    at_ = At::kEscape;
  }
  return at + 1;
}

/// A run of text; returns where it stopped.
const char* JsonScanner::Text(const char* begin, const char* end) {
  for (const char* at = begin;; ++at) {
    if (at != end && surrogate_ != 0 && *at != '\\') {
      Fail("half a surrogate pair");
      return at;
    }
    at = SkipPlain(at, end);
    if (at == end) {
      EmitText(begin, end);
      return end;
    }
    const auto byte = static_cast<unsigned char>(*at);
    const bool high = utf8_left_ > 0 || byte >= 0x80;
    if (!high && (byte == '"' || byte == '\\')) return LeaveText(begin, at);
    if (high ? !HighByte(byte) : !LowByte(byte)) return at;
  }
}

/// Part of a character beyond ASCII (Unicode 15, table 3-7).
bool JsonScanner::HighByte(unsigned char byte) {
  if (utf8_left_ > 0) {
    if (byte < utf8_low_ || byte > utf8_high_) return Fail("not UTF-8");
    --utf8_left_;
    utf8_low_ = 0x80;
    utf8_high_ = 0xBF;
    return true;
  }
  if (byte < 0xC2 || byte > 0xF4) return Fail("not UTF-8");
  utf8_left_ = byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : 3;
  if (byte == 0xE0) utf8_low_ = 0xA0;
  if (byte == 0xED) utf8_high_ = 0x9F;
  if (byte == 0xF0) utf8_low_ = 0x90;
  if (byte == 0xF4) utf8_high_ = 0x8F;
  return true;
}

bool JsonScanner::EndText() {
  if (is_key_) {
    events_.EndKey();
    at_ = At::kColon;
  } else {
    events_.EndText();
    EndValue();
  }
  return true;
}

bool JsonScanner::Escape(char byte) {
  if (byte == 'u') {
    hex_digits_ = 0;
    unit_ = 0;
    at_ = At::kUnicode;
    return true;
  }
  if (surrogate_ != 0) return Fail("half a surrogate pair");
  constexpr std::string_view kFrom = "\"\\/bfnrt";
  constexpr std::string_view kTo = "\"\\/\b\f\n\r\t";
  const size_t which = kFrom.find(byte);
  if (which == std::string_view::npos) return Fail("an unknown escape in a text");
  at_ = At::kText;
  events_.TextPart(kTo.substr(which, 1));
  return true;
}

bool JsonScanner::Unicode(char byte) {
  uint32_t digit = 0;
  if (IsDigit(byte)) {
    digit = static_cast<uint32_t>(byte - '0');
  } else if ((byte >= 'a' && byte <= 'f') || (byte >= 'A' && byte <= 'F')) {
    digit = (static_cast<uint32_t>(byte) & 0x5FU) - 'A' + 10;
  } else {
    return Fail("a bad \\u escape in a text");
  }
  unit_ = unit_ << 4U | digit;
  return ++hex_digits_ < 4 || TakeUnit();
}

/// A whole UTF-16 unit.
bool JsonScanner::TakeUnit() {
  at_ = At::kText;
  const bool is_first = unit_ >= 0xD800 && unit_ < 0xDC00;
  const bool is_second = unit_ >= 0xDC00 && unit_ < 0xE000;
  if (is_second != (surrogate_ != 0)) return Fail("half a surrogate pair");
  if (is_first) {
    surrogate_ = unit_;
    return true;
  }
  const uint32_t first = surrogate_;
  surrogate_ = 0;
  Put(is_second ? 0x10000 + ((first - 0xD800) << 10U) + (unit_ - 0xDC00) : unit_);
  return true;
}

void JsonScanner::Put(uint32_t code_point) {
  std::string bytes;
  AppendUtf8(code_point, bytes);
  events_.TextPart(bytes);
}

bool JsonScanner::NumberByte(char byte) {
  if (IsDigit(byte) || byte == '.' || byte == 'e' || byte == 'E' || byte == '+' || byte == '-') {
    if (token_.size() == kLongestNumber) return Fail("a number of too many digits");
    token_.push_back(byte);
    return true;
  }
  return EndNumber() && Step(byte);
}

bool JsonScanner::EndNumber() {
  if (!IsNumber(token_)) return Fail("a bad number");
  events_.Number(token_);
  EndValue();
  return true;
}

bool JsonScanner::WordByte(char byte) {
  if (byte != word_[word_at_]) return Fail("a value is missing");
  if (++word_at_ < word_.size()) return true;
  events_.Word(word_[0] == 't'   ? JsonEvents::Literal::kTrue
               : word_[0] == 'f' ? JsonEvents::Literal::kFalse
                                 : JsonEvents::Literal::kNull);
  EndValue();
  return true;
}

}  // namespace klaxon::connect
