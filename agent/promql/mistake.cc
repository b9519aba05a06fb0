#include "agent/promql/mistake.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace klaxon::promql {

Mistake MistakeAt(std::string_view text, size_t offset, std::string message) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const size_t newline = before.rfind('\n');
  return {.offset = offset,
          .line = 1 + static_cast<size_t>(std::ranges::count(before, '\n')),
          .column = newline == std::string_view::npos ? before.size() + 1 : before.size() - newline,
          .message = std::move(message)};
}

std::string ToString(const Mistake& mistake) {
  return fmt::format("{}:{}: parse error: {}", mistake.line, mistake.column, mistake.message);
}

}  // namespace klaxon::promql
