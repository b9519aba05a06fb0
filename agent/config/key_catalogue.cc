#include "agent/config/key_catalogue.h"

namespace klaxon::config {

std::string WithoutIndices(const std::string& path) {
  std::string without;
  bool inside = false;
  for (const char c : path) {
    inside = inside && c != ']';
    if (!inside) {
      without += c;
    }
    inside = inside || c == '[';
  }
  return without;
}

}  // namespace klaxon::config
