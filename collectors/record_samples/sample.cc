#include "collectors/record_samples/sample.h"

#include <algorithm>

#include <fmt/format.h>

namespace klaxon::record_samples_collector {
namespace {

/// Equal of two prefixes that will be judged alike.
std::string KeyOf(const WirePrefix& prefix) {
  // An id of 0 is none: what it was meant to be stands in the bytes after it. The size tells plain
  // numbers.
  constexpr size_t kIdTwice = 9;
  constexpr size_t kLong = 8;
  const bool id_follows = prefix.shape == WireShape::kSchemaId && prefix.id == 0;
  const bool short_one = prefix.shape == WireShape::kTooShort || prefix.size == kLong;
  return fmt::format("{} {} {} {} {} {} {}", static_cast<int>(prefix.shape), prefix.in_header,
                     prefix.id, prefix.guid, prefix.indexes, short_one ? prefix.size : 0,
                     id_follows ? prefix.head.substr(0, kIdTwice) : "");
}

}  // namespace

void Tally::AddPart(const WirePrefix& prefix, const kafka::RecordView& record, Part& part) {
  const std::string key = KeyOf(prefix);
  const auto found = part.counts.find(key);
  if (found == part.counts.end() && part.counts.size() >= kMostWireCounts) {
    ++part.uncounted;
    return;
  }
  WireCount& count = found == part.counts.end() ? part.counts[key] : found->second;
  count.prefix = prefix;
  ++count.records;
  count.partition = record.partition;
  count.offset = record.offset;
}

void Tally::Add(const kafka::RecordView& record) {
  std::vector<WireHeader> headers;
  headers.reserve(record.headers.size());
  for (const kafka::RecordView::Header& header : record.headers) {
    headers.push_back({.name = header.name, .value = header.value});
  }
  for (const RecordPart part : {RecordPart::kKey, RecordPart::kValue}) {
    const auto& bytes = part == RecordPart::kKey ? record.key : record.value;
    AddPart(ReadPrefix(part, bytes, headers), record, parts_.at(IndexOf(part)));
  }
  ++records_;
}

std::array<SampledPart, kRecordParts> Tally::Take() && {
  std::array<SampledPart, kRecordParts> taken{};
  for (size_t i = 0; i < kRecordParts; ++i) {
    for (auto& [key, count] : parts_.at(i).counts) {
      taken.at(i).counts.push_back(std::move(count));
    }
    std::ranges::stable_sort(taken.at(i).counts, std::greater{}, &WireCount::records);
    taken.at(i).uncounted = parts_.at(i).uncounted;
  }
  return taken;
}

}  // namespace klaxon::record_samples_collector
