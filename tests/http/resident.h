#pragma once

#include <fstream>
#include <string>

namespace klaxon::http {

/// Memory of this process that is in use, in MiB; -1: it cannot be read.
inline long Resident() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::stol(line.substr(6)) / 1024;
  }
  return -1;
}

}  // namespace klaxon::http
