#include "agent/kafka/wire/frame_reader.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string>

#include <fmt/format.h>

namespace klaxon::kafka::wire {

namespace {

constexpr size_t kLengthSize = 4;
constexpr size_t kSmallestFrame = 4;  // a correlation id

/// REQUIRES: bytes.size() >= kLengthSize
uint32_t Length(std::string_view bytes) {
  uint32_t length = 0;
  for (size_t i = 0; i < kLengthSize; ++i) {
    length = (length << 8U) | static_cast<uint8_t>(bytes[i]);
  }
  return length;
}

/// What speaks on the other side, told from its first bytes; empty: cannot tell.
std::string_view LooksLike(std::string_view bytes) {
  constexpr uint8_t kTlsAlert = 21;  // RFC 8446 5.1, followed by the version 3.x
  constexpr uint8_t kTlsHandshake = 22;
  const auto first = static_cast<uint8_t>(bytes[0]);
  if ((first == kTlsAlert || first == kTlsHandshake) && bytes[1] == 3) return "TLS";
  if (bytes.starts_with("HTTP") || bytes.starts_with("<htm") || bytes.starts_with("<!DO")) {
    return "web";
  }
  if (bytes.starts_with("SSH-")) return "SSH";
  return "";
}

std::string Describe(std::string_view bytes, uint32_t length, size_t limit) {
  const std::string_view kind = LooksLike(bytes);
  if (kind == "TLS") {
    return "expects TLS (it answered with a TLS record), and we speak plain text to it; is this "
           "the "
           "right listener?";
  }
  if (kind == "web") {
    return "answers, but not as a Kafka broker (it looks like a web server); is the port right?";
  }
  if (kind == "SSH") {
    return "answers, but not as a Kafka broker (it looks like an SSH server); is the port right?";
  }
  const std::string_view begin = bytes.substr(0, kLengthSize);
  if (std::all_of(begin.begin(), begin.end(),
                  [](char byte) { return byte >= ' ' && byte <= '~'; })) {
    return fmt::format(
        "answers, but not as a Kafka broker (it begins with \"{}\"); is the port right?", begin);
  }
  if (length > limit && length <= INT32_MAX) {
    return fmt::format(
        "announces an answer of {} bytes, the limit is {}; if it is a Kafka broker at all", length,
        limit);
  }
  return fmt::format("answers, but not as a Kafka broker (a frame of {} bytes); is the port right?",
                     static_cast<int32_t>(length));
}

}  // namespace

size_t FrameReader::FrameSize() const {
  if (end_ - begin_ < kLengthSize) {
    return 0;
  }
  return kLengthSize + Length({&buffer_[begin_], kLengthSize});
}

std::span<char> FrameReader::Space() {
  if (begin_ == end_) {
    begin_ = end_ = 0;
  }
  const size_t held = end_ - begin_;
  const size_t frame_size = FrameSize();
  if (begin_ > 0 && capacity_ - end_ < kSmall / 2 && begin_ >= held) {
    std::memmove(buffer_.get(), &buffer_[begin_], held);
    begin_ = 0;
    end_ = held;
  }
  if (capacity_ == end_ || (frame_size > capacity_ - begin_ && capacity_ - end_ < kSmall / 2)) {
    Grow(frame_size);
  }
  return {&buffer_[end_], capacity_ - end_};
}

void FrameReader::Grow(size_t frame_size) {
  const size_t held = end_ - begin_;
  // A known frame gets what it needs and not the double of it; what follows it fits in kSmall.
  const size_t wanted = frame_size > held ? std::min(2 * held, frame_size) : 2 * held;
  const size_t capacity = std::max(wanted, held) + kSmall;
  auto buffer = std::make_unique_for_overwrite<char[]>(capacity);
  if (held > 0) {
    std::memcpy(buffer.get(), &buffer_[begin_], held);
  }
  buffer_ = std::move(buffer);
  capacity_ = capacity;
  begin_ = 0;
  end_ = held;
}

Result<std::optional<std::string_view>> FrameReader::Next() {
  if (end_ - begin_ < kLengthSize) {
    return std::optional<std::string_view>();
  }
  const std::string_view bytes(&buffer_[begin_], end_ - begin_);
  const uint32_t length = Length(bytes);
  if (length < kSmallestFrame || length > limit_) {
    return Error(Reason::kBadAnswer, Describe(bytes, length, limit_));
  }
  if (bytes.size() < kLengthSize + length) {
    return std::optional<std::string_view>();
  }
  begin_ += kLengthSize + length;
  return std::optional(bytes.substr(kLengthSize, length));
}

void FrameReader::Trim() {
  if (begin_ == end_ && capacity_ > kSmall) {
    buffer_.reset();
    capacity_ = begin_ = end_ = 0;
  }
}

}  // namespace klaxon::kafka::wire
