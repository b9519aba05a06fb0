#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace klaxon::connect {

/// Tells large texts apart at the speed of memory, within one process: by a key drawn at random, so
/// that nobody outside can make two texts with the same digest. Two different texts have the same
/// one about once in 2^60.
class Digester {
 public:
  Digester();  ///< draws a key

  uint64_t Of(std::string_view bytes) const;

 private:
  static constexpr size_t kLanes = 4;

  std::array<uint64_t, 2 * kLanes> key_{};
};

}  // namespace klaxon::connect
