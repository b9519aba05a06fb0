#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agent/series/sample.h"

namespace klaxon::series {

/// A run of samples of one series in few bits, after Facebook's Gorilla: of each time how the
/// distance to the one before changed, of each value which bits changed. What is sampled at even
/// intervals and seldom changes takes two bits. Every bit of a value is kept: NaNs come back as
/// they were, staleness markers too. Movable; not thread-safe.
class Chunk {
 public:
  /// Adds a sample. REQUIRES: it is later than the last one.
  void Append(Sample sample);

  /// Adds its samples to `samples`.
  void Decode(std::vector<Sample>& samples) const;

  size_t size() const { return count_; }

  int64_t first_time() const { return first_.time; }

  int64_t last_time() const { return last_.time; }

  /// Of memory, the object itself included.
  size_t bytes() const { return sizeof(Chunk) + bits_.capacity(); }

  /// Gives back memory that no further sample needs.
  void Seal() { bits_.shrink_to_fit(); }

 private:
  void WriteBits(uint64_t bits, int count);
  void WriteTime(int64_t time);
  void WriteValue(double value);

  Sample first_{};
  Sample last_{};
  int64_t distance_ = 0;
  size_t count_ = 0;
  // Of the last value that had to be written: how many zeros enclosed the bits that differed.
  int leading_ = -1;
  int trailing_ = 0;
  int free_bits_ = 0;  ///< of the last byte
  std::string bits_{};
};

}  // namespace klaxon::series
