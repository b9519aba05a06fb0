#include "agent/series/history.h"

namespace klaxon::series {
namespace {

/// An hour at a sample every 15 s.
constexpr size_t kSamplesOfChunk = 240;

}  // namespace

void History::Append(Sample sample, HistoryNumbers& numbers) {
  if (chunks_.empty() || chunks_.back().size() >= kSamplesOfChunk) {
    if (chunks_.size() == chunks_.capacity()) chunks_.reserve(chunks_.size() + 2);
    numbers.bytes += chunks_.emplace_back().bytes();
  }
  Chunk& chunk = chunks_.back();
  numbers.bytes -= chunk.bytes();
  chunk.Append(sample);
  if (chunk.size() == kSamplesOfChunk) chunk.Seal();
  numbers.bytes += chunk.bytes();
}

void History::ForgetBefore(int64_t time, HistoryNumbers& numbers) {
  size_t gone = 0;
  for (; gone < chunks_.size() && chunks_[gone].last_time() < time; ++gone)
    numbers.bytes -= chunks_[gone].bytes();
  if (gone > 0) chunks_.erase(chunks_.begin(), chunks_.begin() + static_cast<std::ptrdiff_t>(gone));
}

int64_t History::DropOldest(HistoryNumbers& numbers) {
  const int64_t end = chunks_.front().last_time();
  numbers.dropped += chunks_.front().size();
  numbers.bytes -= chunks_.front().bytes();
  chunks_.erase(chunks_.begin());
  return end;
}

void History::Clear(HistoryNumbers& numbers) {
  for (const Chunk& chunk : chunks_)
    numbers.bytes -= chunk.bytes();
  chunks_ = {};
}

void History::Decode(int64_t after, int64_t until, std::vector<Sample>& samples) const {
  for (const Chunk& chunk : chunks_) {
    if (chunk.last_time() > after && chunk.first_time() <= until)
      chunk.Decode(after, until, samples);
  }
}

}  // namespace klaxon::series
