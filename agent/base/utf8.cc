#include "agent/base/utf8.h"

namespace klaxon {

void AppendUtf8(uint32_t point, std::string& text) {
  constexpr uint32_t kReplacement = 0xFFFD;
  if (point > 0x10FFFF || (point >= 0xD800 && point < 0xE000)) {
    point = kReplacement;
  }
  const auto add = [&text](uint32_t byte) { text += static_cast<char>(byte); };
  const auto add_rest = [&](uint32_t shift) { add(0x80U | ((point >> shift) & 0x3FU)); };
  if (point < 0x80) {
    add(point);
  } else if (point < 0x800) {
    add(0xC0U | (point >> 6U));
    add_rest(0);
  } else if (point < 0x10000) {
    add(0xE0U | (point >> 12U));
    add_rest(6);
    add_rest(0);
  } else {
    add(0xF0U | (point >> 18U));
    add_rest(12);
    add_rest(6);
    add_rest(0);
  }
}

}  // namespace klaxon
