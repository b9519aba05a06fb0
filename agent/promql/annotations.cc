#include "agent/promql/annotations.h"

#include <fmt/format.h>

namespace klaxon::promql {

void Annotations::Warn(const Expr& at, const std::string& text) {
  Add(warnings_, fmt::format("PromQL warning: {} ({}:{})", text, at.line, at.column));
}

void Annotations::Inform(const Expr& at, const std::string& text) {
  Add(infos_, fmt::format("PromQL info: {} ({}:{})", text, at.line, at.column));
}

void Annotations::Add(std::set<std::string>& texts, const std::string& text) {
  constexpr size_t kMost = 100;
  if (texts.size() < kMost) texts.insert(text);
}

}  // namespace klaxon::promql
