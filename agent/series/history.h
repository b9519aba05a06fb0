#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "agent/series/chunk.h"
#include "agent/series/sample.h"

namespace klaxon::series {

/// What is counted about all histories together.
struct HistoryNumbers {
  size_t bytes = 0;
  uint64_t dropped = 0;  ///< samples, because of the budget
};

/// The past of one series, in chunks. Times are whatever its owner counts in, and rise. Movable;
/// not thread-safe.
class History {
 public:
  void Append(Sample sample, HistoryNumbers& numbers);

  /// Forgets chunks that end before `time`.
  void ForgetBefore(int64_t time, HistoryNumbers& numbers);

  /// Gives up its oldest chunk and returns when that ended. REQUIRES: it is not empty.
  int64_t DropOldest(HistoryNumbers& numbers);

  void Clear(HistoryNumbers& numbers);

  bool empty() const { return chunks_.empty(); }

  /// Of the oldest sample. REQUIRES: it is not empty.
  int64_t first_time() const { return chunks_.front().first_time(); }

  /// Adds the samples of (after, until].
  void Decode(int64_t after, int64_t until, std::vector<Sample>& samples) const;

 private:
  std::vector<Chunk> chunks_{};
};

}  // namespace klaxon::series
