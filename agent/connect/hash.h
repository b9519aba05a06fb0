#pragma once

#include <cstdint>
#include <string_view>

namespace klaxon::connect {

/// FNV-1a (64 bits, isthe.com/chongo/tech/comp/fnv) with a finish that spreads it: the same in
/// every run and on every machine. Not for anything that an enemy may choose.
class Hash64 {
 public:
  void Add(std::string_view bytes) {
    for (const char byte : bytes) {
      state_ = (state_ ^ static_cast<unsigned char>(byte)) * 0x100000001B3U;
    }
  }

  /// Never 0.
  uint64_t Value() const {
    uint64_t value = state_;
    value = (value ^ value >> 33U) * 0xFF51AFD7ED558CCDU;  // MurmurHash3's finish
    value = (value ^ value >> 33U) * 0xC4CEB9FE1A85EC53U;
    value ^= value >> 33U;
    return value == 0 ? 1 : value;
  }

 private:
  uint64_t state_ = 0xCBF29CE484222325U;
};

}  // namespace klaxon::connect
