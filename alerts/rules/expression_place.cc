#include "alerts/rules/expression_place.h"

#include <algorithm>
#include <cstddef>

#include "agent/base/text.h"

namespace klaxon::rules {

std::vector<std::string_view> LinesOf(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

config::Position PlaceInFile(const std::vector<std::string_view>& lines, config::Position begin,
                             std::string_view expression, const promql::Mistake& mistake) {
  const std::vector<std::string_view> own = LinesOf(expression);
  if (mistake.line == 0 || mistake.line > own.size() || begin.line < 1) return begin;
  const std::string_view line = own[mistake.line - 1];
  // YAML takes blanks off both ends of a line, and a block begins below its `|`.
  const std::string_view wanted = Trim(line);
  if (wanted.empty()) return begin;
  const auto before = static_cast<size_t>(wanted.data() - line.data());
  const size_t first = static_cast<size_t>(begin.line) - 1;
  const size_t last = std::min(lines.size(), first + own.size() + 1);
  for (size_t i = first; i < last; ++i) {
    const size_t from = i == first ? static_cast<size_t>(std::max(begin.column, 1)) - 1 : 0;
    const size_t at = lines[i].find(wanted, from);
    if (at == std::string_view::npos) continue;
    const size_t inside = mistake.column - 1 < before ? 0 : mistake.column - 1 - before;
    return {.line = static_cast<int>(i + 1), .column = static_cast<int>(at + inside + 1)};
  }
  return begin;
}

}  // namespace klaxon::rules
