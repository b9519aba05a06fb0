#include "agent/simulator/record_batch.h"

#include <algorithm>
#include <array>

#include "agent/kafka/wire/encoder.h"

namespace klaxon::simulator {
namespace {

constexpr int8_t kMagic = 2;

/// CRC-32C (Castagnoli; RFC 3720 appendix B.4), byte by byte.
uint32_t Checksum(std::string_view bytes) {
  static const std::array<uint32_t, 256> table = [] {
    std::array<uint32_t, 256> made{};
    for (uint32_t i = 0; i < made.size(); ++i) {
      uint32_t value = i;
      for (int bit = 0; bit < 8; ++bit) {
        value = (value & 1U) != 0 ? value >> 1U ^ 0x82F63B78U : value >> 1U;
      }
      made[i] = value;
    }
    return made;
  }();
  uint32_t sum = ~0U;
  for (const char byte : bytes) {
    sum = sum >> 8U ^ table[(sum ^ static_cast<unsigned char>(byte)) & 0xFFU];
  }
  return ~sum;
}

void PutVarint(int64_t number, std::string& out) {
  auto left = static_cast<uint64_t>(number) << 1U ^ static_cast<uint64_t>(number >> 63U);
  for (; left >= 0x80; left >>= 7U) {
    out.push_back(static_cast<char>((left & 0x7FU) | 0x80U));
  }
  out.push_back(static_cast<char>(left));
}

void PutText(const std::string& text, std::string& out) {
  PutVarint(static_cast<int64_t>(text.size()), out);
  out += text;
}

/// The record at `place` of a batch whose first one was written at `first_ms`.
std::string EncodeRecord(const LoggedRecord& record, size_t place, int64_t first_ms) {
  std::string body(1, '\0');  // attributes
  PutVarint(record.unix_ms - first_ms, body);
  PutVarint(static_cast<int64_t>(place), body);
  if (record.content.key) {
    PutText(*record.content.key, body);
  } else {
    PutVarint(-1, body);
  }
  PutText(record.content.value, body);
  PutVarint(0, body);  // headers
  std::string out;
  PutText(body, out);
  return out;
}

}  // namespace

std::string EncodeBatch(int64_t first_offset, int32_t leader_epoch,
                        const std::vector<LoggedRecord>& records) {
  const int64_t first_ms = records.front().unix_ms;
  int64_t last_ms = first_ms;
  std::string checked;  // what the checksum is of
  for (const LoggedRecord& record : records) {
    last_ms = std::max(last_ms, record.unix_ms);
  }
  const auto count = static_cast<int32_t>(records.size());
  kafka::wire::Encoder rest(checked, 0, false);
  rest(int16_t{0}, count - 1, first_ms, last_ms, int64_t{-1}, int16_t{-1}, int32_t{-1}, count);
  for (size_t i = 0; i < records.size(); ++i) {
    checked += EncodeRecord(records[i], i, first_ms);
  }
  constexpr size_t kInFront = 4 + 1 + 4;  // counted by the length: leader epoch, magic, checksum
  std::string batch;
  kafka::wire::Encoder head(batch, 0, false);
  head(first_offset, static_cast<int32_t>(kInFront + checked.size()), leader_epoch, kMagic,
       static_cast<int32_t>(Checksum(checked)));
  return batch + checked;
}

}  // namespace klaxon::simulator
