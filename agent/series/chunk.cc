#include "agent/series/chunk.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace klaxon::series {
namespace {

/// How a change of distance is written: so many ones and a zero, then the change in so many bits.
struct TimeForm {
  int ones = 0;
  int bits = 0;
};

constexpr TimeForm kTimeForms[] = {{0, 0}, {1, 7}, {2, 14}, {3, 24}};
constexpr int kMostOnes = 4;  ///< then 64 bits, and no zero before them

constexpr size_t kGrowth = 32;  ///< bytes

constexpr int kLeadingBits = 5;
constexpr int kMostLeading = 31;
constexpr int kLengthBits = 6;

// How a value is written that is not that of before: 10 is a step as wide as the last one, 110 one
// of a new width, 111 bits that differ.
constexpr int kWidthBits = 6;
/// A step may be written this much wider than it is, to save telling its width.
constexpr int kWasted = 3;
/// Differences of whole numbers below this are exact, and so are the numbers.
constexpr double kExact = 4503599627370496.0;  // 2^52

bool IsWhole(double value) {
  return std::abs(value) < kExact && std::trunc(value) == value &&
         std::bit_cast<uint64_t>(value) != std::bit_cast<uint64_t>(-0.0);
}

/// Bits of a number in two's complement.
int WidthOf(int64_t number) {
  return 65 - std::countl_zero(static_cast<uint64_t>(number < 0 ? ~number : number));
}

int64_t Extended(uint64_t raw, int bits) {
  const bool negative = bits < 64 && (raw >> (bits - 1) & 1U) == 1;
  return static_cast<int64_t>(negative ? raw | ~uint64_t{0} << bits : raw);
}

bool Fits(int64_t change, int bits) {
  if (bits == 0) return change == 0;
  const int64_t half = int64_t{1} << (bits - 1);
  return change >= -half && change < half;
}

/// Takes bytes into a word ahead of their use: a query reads hundreds of samples of each of
/// thousands of chunks.
class BitReader {
 public:
  explicit BitReader(const std::vector<uint8_t>& bits)
      : next_(bits.data()), end_(bits.data() + bits.size()) {}

  /// REQUIRES: 0 <= count <= 64, and so many bits are left.
  uint64_t Read(int count) {
    if (count == 0) return 0;
    if (count > kMostAtOnce) {
      const uint64_t high = Read(count - kHalf);
      return high << kHalf | Read(kHalf);
    }
    if (count > ready_) Refill();
    const uint64_t value = word_ >> (64 - count);
    word_ <<= count;
    ready_ -= count;
    return value;
  }

  int64_t ReadChange() {
    int ones = 0;
    while (ones < kMostOnes && Read(1) == 1)
      ++ones;
    if (ones == kMostOnes) return static_cast<int64_t>(Read(64));
    const int bits = kTimeForms[ones].bits;
    if (bits == 0) return 0;
    return Extended(Read(bits), bits);
  }

  double ReadValue(double before) {
    if (Read(1) == 0) return before;
    const bool same_width = Read(1) == 0;
    if (!same_width && Read(1) == 1) {
      return std::bit_cast<double>(std::bit_cast<uint64_t>(before) ^ ReadDifference());
    }
    if (!same_width) width_ = static_cast<int>(Read(kWidthBits));
    return before + static_cast<double>(Extended(Read(width_), width_));
  }

 private:
  /// The bits in which a value differs from the one before.
  uint64_t ReadDifference() {
    if (Read(1) == 1) {
      leading_ = static_cast<int>(Read(kLeadingBits));
      trailing_ = 64 - leading_ - static_cast<int>(Read(kLengthBits)) - 1;
    }
    return Read(64 - leading_ - trailing_) << trailing_;
  }

  void Refill() {
    for (; ready_ <= kMostAtOnce && next_ != end_; ready_ += 8)
      word_ |= uint64_t{*next_++} << (kMostAtOnce - ready_);
  }

  static constexpr int kMostAtOnce = 56;  ///< a word less what may be left of a byte
  static constexpr int kHalf = 32;

  const uint8_t* next_;
  const uint8_t* end_;
  uint64_t word_ = 0;  ///< what comes next, from the top
  int ready_ = 0;      ///< bits of it
  int leading_ = 0;
  int trailing_ = 0;
  int width_ = 0;
};

}  // namespace

void Chunk::WriteBits(uint64_t bits, int count) {
  while (count > 0) {
    if (free_bits_ == 0) {
      // In small steps: thousands of chunks are open at once, and doubling would waste half.
      if (bits_.size() == bits_.capacity()) bits_.reserve(bits_.size() + kGrowth);
      bits_.push_back(0);
      free_bits_ = 8;
    }
    const int taken = std::min<int>(count, free_bits_);
    const uint64_t piece = bits >> (count - taken) & ((uint64_t{1} << taken) - 1);
    bits_.back() = static_cast<uint8_t>(bits_.back() | piece << (free_bits_ - taken));
    free_bits_ = static_cast<int8_t>(free_bits_ - taken);
    count -= taken;
  }
}

void Chunk::WriteTime(int64_t time) {
  const int64_t distance = time - last_.time;
  const int64_t change = distance - distance_;
  distance_ = distance;
  for (const TimeForm& form : kTimeForms) {
    if (!Fits(change, form.bits)) continue;
    WriteBits((uint64_t{1} << (form.ones + 1)) - 2, form.ones + 1);
    WriteBits(static_cast<uint64_t>(change), form.bits);
    return;
  }
  WriteBits((uint64_t{1} << kMostOnes) - 1, kMostOnes);
  WriteBits(static_cast<uint64_t>(change), 64);
}

/// False: they are not both whole numbers.
bool Chunk::WriteStep(double value) {
  if (!IsWhole(value) || !IsWhole(last_.value)) return false;
  const auto step = static_cast<int64_t>(value - last_.value);
  const int width = WidthOf(step);
  if (width <= width_ && width_ <= width + kWasted) {
    WriteBits(0b10, 2);
  } else {
    width_ = static_cast<int8_t>(width);
    WriteBits(0b110, 3);
    WriteBits(static_cast<uint64_t>(width), kWidthBits);
  }
  WriteBits(static_cast<uint64_t>(step), width_);
  return true;
}

void Chunk::WriteDifference(uint64_t difference) {
  const int leading = std::min(std::countl_zero(difference), kMostLeading);
  const int trailing = std::countr_zero(difference);
  WriteBits(0b111, 3);
  if (leading_ >= 0 && leading >= leading_ && trailing >= trailing_) {
    WriteBits(0, 1);
  } else {
    leading_ = static_cast<int8_t>(leading);
    trailing_ = static_cast<int8_t>(trailing);
    WriteBits(1, 1);
    WriteBits(static_cast<uint64_t>(leading), kLeadingBits);
    WriteBits(static_cast<uint64_t>(64 - leading - trailing - 1), kLengthBits);
  }
  WriteBits(difference >> trailing_, 64 - leading_ - trailing_);
}

void Chunk::WriteValue(double value) {
  const uint64_t difference = std::bit_cast<uint64_t>(value) ^ std::bit_cast<uint64_t>(last_.value);
  if (difference == 0) {
    WriteBits(0, 1);
  } else if (!WriteStep(value)) {
    WriteDifference(difference);
  }
}

void Chunk::Append(Sample sample) {
  if (count_ == 0) {
    first_ = sample;
  } else {
    WriteTime(sample.time);
    WriteValue(sample.value);
  }
  last_ = sample;
  ++count_;
}

void Chunk::Decode(int64_t after, int64_t until, std::vector<Sample>& samples) const {
  BitReader reader(bits_);
  int64_t distance = 0;
  Sample sample = first_;
  for (size_t i = 0; i < count_; ++i) {
    if (i > 0) {
      distance += reader.ReadChange();
      sample.time += distance;
      sample.value = reader.ReadValue(sample.value);
    }
    if (sample.time > until) return;
    if (sample.time > after) samples.push_back(sample);
  }
}

}  // namespace klaxon::series
