#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "agent/base/result.h"

namespace klaxon::kafka::wire {

/// Cuts a stream of bytes into frames (int32 length, then that many bytes). Knows no socket:
///
///   const auto space = reader.Space();
///   reader.Commit(read(fd, space.data(), space.size()));
///   while (frame = reader.Next()) ...
///
/// The buffer grows with the bytes that arrive, never by what a length announces: at most twice the
/// bytes received and kSmall. Moving bytes about costs no more than receiving them did.
class FrameReader {
 public:
  explicit FrameReader(size_t limit) : limit_(limit) {}

  /// Room for the next bytes, never empty. Ends the life of the views that Next returned.
  std::span<char> Space();

  /// REQUIRES: count <= size of the last Space().
  void Commit(size_t count) { end_ += count; }

  /// The next whole frame without its length; empty: more bytes are needed.
  /// Error: kBadAnswer, as a predicate: "answers, but not as a Kafka broker ...".
  Result<std::optional<std::string_view>> Next();

  /// Gives memory back that only a large frame needed. Ends the life of views.
  void Trim();

  /// True between the first and the last byte of a frame.
  bool inside_frame() const { return end_ > begin_; }

  size_t capacity() const { return capacity_; }

 private:
  static constexpr size_t kSmall = size_t{64} << 10U;

  /// Bytes of the frame at begin_, its length included; 0 as long as that is not known.
  size_t FrameSize() const;
  void Grow(size_t frame_size);

  size_t limit_;
  std::unique_ptr<char[]> buffer_{};
  size_t capacity_ = 0;
  size_t begin_ = 0;
  size_t end_ = 0;
};

}  // namespace klaxon::kafka::wire
