#include "agent/config/mistake.h"

#include <fmt/format.h>

namespace klaxon::config {

std::string ToString(const Mistake& mistake) {
  std::string text = mistake.file;
  if (mistake.position.line > 0) {
    text += fmt::format(":{}", mistake.position.line);
  }
  if (!mistake.path.empty()) {
    text += ": " + mistake.path;
  }
  return text + ": " + mistake.what;
}

std::string ToString(const std::vector<Mistake>& mistakes) {
  std::string text;
  for (const Mistake& mistake : mistakes) {
    if (!text.empty()) {
      text += '\n';
    }
    text += ToString(mistake);
  }
  return text;
}

}  // namespace klaxon::config
