#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/series/symbols.h"

namespace klaxon::series {

/// The things that metrics with the same label names tell of, e.g. every partition of a group: each
/// set of label values once, however many metrics it has. Counted by its users, like symbols. Not
/// thread-safe.
class RowTable {
 public:
  using Values = std::span<const std::string_view>;

  /// `symbols` outlives the table. `names`: of the labels, in the order of the values.
  RowTable(SymbolTable& symbols, std::vector<std::string> names)
      : symbols_(symbols), names_(std::move(names)) {}

  const SymbolTable& symbols() const { return symbols_; }

  const std::vector<std::string>& names() const { return names_; }

  /// One user more. REQUIRES: as many values as names.
  uint32_t Acquire(Values values);

  /// One user less; with the last one the row goes.
  void Release(uint32_t row);

  bool Has(uint32_t row, Values values) const;

  Symbol At(uint32_t row, size_t column) const { return cells_[row * names_.size() + column]; }

  std::string_view TextAt(uint32_t row, size_t column) const {
    return symbols_.TextOf(At(row, column));
  }

  /// One more than the largest row there was.
  size_t limit() const { return users_.size(); }

 private:
  static constexpr uint32_t kFree = 0;
  static constexpr uint32_t kGone = 1;  ///< was a row; a search goes on behind it
  static constexpr uint32_t kFirst = 2;

  static size_t HashOf(Values values);
  std::vector<std::string_view> ValuesOf(uint32_t row) const;
  uint32_t Add(Values values);
  void Rebuild();

  SymbolTable& symbols_;
  const std::vector<std::string> names_;
  std::vector<Symbol> cells_{};
  std::vector<uint32_t> users_{};
  std::vector<uint32_t> free_{};
  /// A hash table with open addressing: row + kFirst, or one of the words above.
  std::vector<uint32_t> slots_ = std::vector<uint32_t>(16, kFree);
  size_t taken_ = 0;  ///< slots that are not kFree
};

}  // namespace klaxon::series
