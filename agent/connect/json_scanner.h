#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace klaxon::connect {

/// What a JsonScanner meets, in the order of the document.
class JsonEvents {
 public:
  JsonEvents() = default;
  JsonEvents(const JsonEvents&) = delete;
  JsonEvents& operator=(const JsonEvents&) = delete;
  virtual ~JsonEvents() = default;

  enum class Literal { kTrue, kFalse, kNull };

  virtual void BeginObject() = 0;
  virtual void BeginList() = 0;
  virtual void End() = 0;  ///< of the innermost object or list
  /// A part of a text, its escapes undone; valid UTF-8 once all parts are there.
  virtual void TextPart(std::string_view part) = 0;
  virtual void EndKey() = 0;   ///< the parts since the last end were a member's key
  virtual void EndText() = 0;  ///< ... were a value
  virtual void Number(std::string_view digits) = 0;
  virtual void Word(Literal literal) = 0;
};

/// Reads JSON (RFC 8259) piece by piece as it comes off the network and keeps nothing of it, so
/// that a body of a hundred megabytes costs no memory. Strict: UTF-8 only, no lone surrogates.
/// Confined to one thread.
class JsonScanner {
 public:
  static constexpr size_t kDeepest = 16;

  /// `events` outlives it.
  explicit JsonScanner(JsonEvents& events) : events_(events) {}

  /// False once something is wrong; error() says what.
  bool Feed(std::string_view bytes);

  /// From within an event: Feed returns behind the byte that brought it.
  void Pause() { paused_ = true; }

  /// Inside the outermost object, where a key is what comes next.
  bool AtMember() const { return depth_ == 1 && (at_ == At::kFirstKey || at_ == At::kKey); }

  /// As if a member of so many bytes had been fed. REQUIRES: AtMember().
  void SkipMember(size_t bytes) {
    at_ = At::kAfterValue;
    position_ += bytes;
  }

  /// There is no more: false unless it was one whole value.
  bool Finish();

  const char* error() const { return error_; }  ///< null: none

  uint64_t position() const { return position_; }  ///< bytes fed; up to the error if there is one

 private:
  enum class At : uint8_t {
    kValue,
    kFirstItem,  // of a list: a value or its end
    kFirstKey,   // of an object: a key or its end
    kKey,
    kColon,
    kAfterValue,
    kText,
    kEscape,
    kUnicode,
    kNumber,
    kWord,
    kDone,
  };

  bool Fail(const char* why);
  bool Step(char byte);
  bool BeginValue(char byte);
  bool Open(char bracket);
  bool Close(char bracket);
  bool AfterValue(char byte);
  void EndValue();
  bool BeginKey(char byte);
  const char* Text(const char* begin, const char* end);
  const char* SkipPlain(const char* at, const char* end) const;
  bool HighByte(unsigned char byte);
  bool LowByte(unsigned char byte);
  void EmitText(const char* begin, const char* end);
  const char* LeaveText(const char* begin, const char* at);
  bool EndText();
  bool Escape(char byte);
  bool Unicode(char byte);
  bool TakeUnit();
  void Put(uint32_t code_point);
  bool NumberByte(char byte);
  bool EndNumber();
  bool WordByte(char byte);

  JsonEvents& events_;
  At at_ = At::kValue;
  const char* error_ = nullptr;
  uint64_t position_ = 0;
  std::array<char, kDeepest> open_{};  // '{' or '['
  size_t depth_ = 0;
  bool paused_ = false;
  bool is_key_ = false;            // of the text under way
  int utf8_left_ = 0;              // bytes that still belong to the character under way
  unsigned char utf8_low_ = 0x80;  // what the next of them may be
  unsigned char utf8_high_ = 0xBF;
  int hex_digits_ = 0;
  uint32_t unit_ = 0;       // of \uXXXX
  uint32_t surrogate_ = 0;  // the first of a pair; 0: none waits for its second
  std::string token_{};     // the number under way
  std::string_view word_{};
  size_t word_at_ = 0;
};

}  // namespace klaxon::connect
