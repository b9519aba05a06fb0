#include "agent/kafka/wire/decoder.h"

#include <algorithm>

#include <fmt/format.h>

namespace klaxon::kafka::wire {

void Decoder::Fail(std::string failure) {
  if (!failed()) {
    failure_ =
        fmt::format("{} at byte {}, {} are left", failure, size_ - rest_.size(), rest_.size());
    rest_ = {};
  }
}

std::string_view Decoder::Take(size_t count, std::string_view what) {
  if (failed() || count > rest_.size()) {
    Fail(fmt::format("{} of {} bytes", what, count));
    return {};
  }
  const std::string_view taken = rest_.substr(0, count);
  rest_.remove_prefix(count);
  return taken;
}

uint32_t Decoder::GetUnsignedVarint() {
  uint32_t value = 0;
  for (unsigned shift = 0; shift < 35; shift += 7) {
    uint8_t byte = 0;
    Get(byte);
    if (failed()) {
      return 0;
    }
    if (shift == 28 && byte > 0x0F) {
      break;
    }
    value |= static_cast<uint32_t>(byte & 0x7FU) << shift;
    if (byte < 0x80) {
      return value;
    }
  }
  Fail("varint of more than 32 bits");
  return 0;
}

bool Decoder::Fits(int64_t count, size_t smallest_item) {
  const size_t most = rest_.size() / std::max<size_t>(smallest_item, 1);
  if (failed() || static_cast<uint64_t>(count) > most) {
    Fail(fmt::format("list of {} items", count));
    return false;
  }
  return true;
}

bool Decoder::IsAffordable(int64_t count, size_t item_memory) {
  const size_t memory =
      static_cast<size_t>(count) * item_memory;  // count <= bytes left: no overflow
  if (memory > memory_left_) {
    Fail(fmt::format("list of {} nearly empty items", count));
    return false;
  }
  memory_left_ -= memory;
  return true;
}

std::string_view Decoder::GetText() {
  const int64_t length = Length<int16_t>();
  return length < 0 ? std::string_view() : Take(static_cast<size_t>(length), "string");
}

void Decoder::Get(std::string& text) {
  text = GetText();
}

void Decoder::Get(std::optional<std::string>& text) {
  const int64_t length = Length<int16_t>();
  if (length < 0) {
    text.reset();
  } else {
    text = Take(static_cast<size_t>(length), "string");
  }
}

void Decoder::Get(SkippedString&) {
  GetText();
}

void Decoder::Get(Bytes& bytes) {
  const int64_t length = Length<int32_t>();
  bytes.data = length < 0 ? std::string_view() : Take(static_cast<size_t>(length), "bytes");
}

void Decoder::Get(Uuid& id) {
  const std::string_view bytes = Take(id.size(), "uuid");
  std::copy(bytes.begin(), bytes.end(), id.begin());
}

void Decoder::Tags() {
  if (!flexible_) {
    return;
  }
  const uint32_t count = GetUnsignedVarint();
  constexpr size_t kSmallestTag = 2;  // tag number and size, a byte each
  if (!Fits(count, kSmallestTag)) {
    return;
  }
  for (uint32_t i = 0; i < count && !failed(); ++i) {
    GetUnsignedVarint();
    Take(GetUnsignedVarint(), "tagged field");
  }
}

}  // namespace klaxon::kafka::wire
