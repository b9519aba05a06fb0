#pragma once

#include <unistd.h>

#include <cstddef>
#include <fstream>

namespace klaxon::testing {

/// Memory of this process that is in RAM, in bytes; 0 under ASan, which keeps freed memory for
/// long.
inline size_t ResidentBytes() {
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
  return 0;
#endif
#endif
  std::ifstream file("/proc/self/statm");
  size_t all = 0;
  size_t resident = 0;
  file >> all >> resident;
  return resident * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace klaxon::testing
