#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "agent/series/sample.h"

namespace klaxon::series {

/// A run of samples of one series in few bits, after Facebook's Gorilla: of each time how the
/// distance to the one before changed, of each value which bits changed, or by how much where both
/// are whole numbers, as lags and offsets are. What is sampled at even intervals and seldom changes
/// takes two bits. Every bit of a value is kept: NaNs come back as they were, staleness markers
/// too. Made by Append alone: bytes from outside must not become a Chunk, since reading does not
/// check them. Movable; not thread-safe.
class Chunk {
 public:
  /// Adds a sample. REQUIRES: it is later than the last one.
  void Append(Sample sample);

  /// Adds its samples of (after, until] to `samples`.
  void Decode(int64_t after, int64_t until, std::vector<Sample>& samples) const;

  size_t size() const { return count_; }

  int64_t first_time() const { return first_.time; }

  int64_t last_time() const { return last_.time; }

  /// Of memory, the object itself included.
  size_t bytes() const {
    return sizeof(Chunk) + (bits_.capacity() == 0 ? 0 : bits_.capacity() + kOverhead);
  }

  /// Gives back memory that no further sample needs.
  void Seal() { bits_.shrink_to_fit(); }

 private:
  void WriteBits(uint64_t bits, int count);
  void WriteTime(int64_t time);
  void WriteValue(double value);
  bool WriteStep(double value);
  void WriteDifference(uint64_t difference);

  static constexpr size_t kOverhead = 16;  ///< of an allocation

  Sample first_{};
  Sample last_{};
  int64_t distance_ = 0;
  uint32_t count_ = 0;
  // Of the last value of which bits had to be written: how many zeros enclosed those that differed.
  int8_t leading_ = -1;
  int8_t trailing_ = 0;
  int8_t width_ = 0;      ///< of the last step between whole numbers; 0: there was none
  int8_t free_bits_ = 0;  ///< of the last byte
  std::vector<uint8_t> bits_{};
};

}  // namespace klaxon::series
