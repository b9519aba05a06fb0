#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace klaxon::http {

/// Watches a body in chunks (RFC 9112 section 7.1) go to cpp-httplib, which takes sizes such as
/// "0x0" that others read otherwise, and lines of any length. Strict: hexadecimal digits, no
/// blanks; extensions and trailers without control characters.
class ChunkGuard {
 public:
  /// False: it is no body in chunks, and what follows must not be read. REQUIRES: not over().
  bool Take(std::string_view bytes);

  /// The body has come to its end.
  bool over() const { return state_ == State::kOver; }

 private:
  enum class State {
    kSize,        ///< digits of a size
    kExtension,   ///< up to the end of that line
    kSizeEnd,     ///< its line feed
    kData,        ///< `left_` bytes
    kDataReturn,  ///< the line end after them
    kDataFeed,
    kTrailer,      ///< a line after the last chunk
    kTrailerFeed,  ///< its line feed
    kOver,
  };

  bool TakeOne(char c);
  bool TakeSize(char c);
  bool TakeText(char c, State end);

  State state_ = State::kSize;
  uint64_t left_ = 0;    ///< of the size's chunk
  size_t digits_ = 0;    ///< of the size
  size_t line_ = 0;      ///< bytes of the line that is not data
  size_t overhead_ = 0;  ///< bytes of extensions and trailers in all
};

}  // namespace klaxon::http
