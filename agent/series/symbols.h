#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace klaxon::series {

/// Stands for a text: equal symbols of one table are equal texts.
using Symbol = uint32_t;

/// Every text once, counted by its users and forgotten with the last of them. Not thread-safe.
class SymbolTable {
 public:
  /// One user more.
  Symbol Acquire(std::string_view text);

  /// One user less. REQUIRES: it was acquired.
  void Release(Symbol symbol);

  /// Valid while the symbol has users.
  std::string_view TextOf(Symbol symbol) const {
    const Entry& entry = entries_[symbol];
    return {entry.bytes.get(), entry.size};
  }

  /// One more than the largest symbol there was.
  size_t limit() const { return entries_.size(); }

 private:
  struct Entry {
    std::unique_ptr<char[]> bytes{};
    uint32_t size = 0;
    uint32_t users = 0;
  };

  std::vector<Entry> entries_{};
  std::vector<Symbol> free_{};
  std::unordered_map<std::string_view, Symbol> by_text_{};
};

}  // namespace klaxon::series
