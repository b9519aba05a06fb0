#include "collectors/kafka/coordinator.h"

#include <cstdlib>
#include <limits>
#include <string>

#include "agent/base/text.h"

namespace klaxon::kafka_collector {
namespace {

/// Takes one code point off valid UTF-8.
uint32_t TakeCodePoint(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  uint32_t point = length == 1 ? lead : lead & (0xFFU >> (length + 1));
  for (size_t i = 1; i < length && i < text.size(); ++i) {
    point = (point << 6U) | (static_cast<unsigned char>(text[i]) & 0x3FU);
  }
  text.remove_prefix(length < text.size() ? length : text.size());
  return point;
}

}  // namespace

int32_t CoordinatorPartition(std::string_view group, size_t partitions) {
  const std::string valid = ToUtf8(group);
  std::string_view left = valid;
  uint32_t hash = 0;  // over UTF-16 code units, as Java's strings are made of them
  while (!left.empty()) {
    const uint32_t point = TakeCodePoint(left);
    if (point >= 0x10000) {
      hash = hash * 31 + (0xD800U + ((point - 0x10000) >> 10U));
      hash = hash * 31 + (0xDC00U + ((point - 0x10000) & 0x3FFU));
    } else {
      hash = hash * 31 + point;
    }
  }
  const auto number = int64_t{static_cast<int32_t>(hash)};
  const int64_t positive = number == std::numeric_limits<int32_t>::min() ? 0 : std::abs(number);
  return static_cast<int32_t>(positive % static_cast<int64_t>(partitions));
}

}  // namespace klaxon::kafka_collector
