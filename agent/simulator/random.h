#pragma once

#include <cstdint>
#include <string_view>

namespace klaxon::simulator {

/// Spreads a number over all 64 bits (splitmix64, public domain, Sebastiano Vigna).
constexpr uint64_t Mix(uint64_t number) {
  number += 0x9E3779B97F4A7C15U;
  number = (number ^ (number >> 30U)) * 0xBF58476D1CE4E5B9U;
  number = (number ^ (number >> 27U)) * 0x94D049BB133111EBU;
  return number ^ (number >> 31U);
}

/// The same words under the same seed give the same number, whatever was asked before.
constexpr uint64_t Scatter(uint64_t seed, std::string_view words) {
  uint64_t mixed = Mix(seed);
  for (const char letter : words) {
    mixed = Mix(mixed ^ static_cast<uint8_t>(letter));
  }
  return mixed;
}

/// 0 up to, not including, 1.
constexpr double Fraction(uint64_t number) {
  return static_cast<double>(number >> 11U) / static_cast<double>(1ULL << 53U);
}

}  // namespace klaxon::simulator
