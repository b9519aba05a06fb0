#include "agent/series/symbols.h"

#include <algorithm>

namespace klaxon::series {

Symbol SymbolTable::Acquire(std::string_view text) {
  if (const auto found = by_text_.find(text); found != by_text_.end()) {
    ++entries_[found->second].users;
    return found->second;
  }
  if (free_.empty()) {
    free_.push_back(static_cast<Symbol>(entries_.size()));
    entries_.emplace_back();
  }
  const Symbol symbol = free_.back();
  free_.pop_back();
  Entry& entry = entries_[symbol];
  entry.bytes = std::make_unique<char[]>(text.size());
  std::ranges::copy(text, entry.bytes.get());
  entry.size = static_cast<uint32_t>(text.size());
  entry.users = 1;
  by_text_.emplace(TextOf(symbol), symbol);
  return symbol;
}

void SymbolTable::Release(Symbol symbol) {
  Entry& entry = entries_[symbol];
  if (--entry.users > 0) return;
  by_text_.erase(TextOf(symbol));
  entry.bytes.reset();
  entry.size = 0;
  free_.push_back(symbol);
}

}  // namespace klaxon::series
