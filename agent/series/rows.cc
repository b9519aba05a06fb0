#include "agent/series/rows.h"

#include <algorithm>
#include <bit>
#include <functional>

namespace klaxon::series {

size_t RowTable::HashOf(Values values) {
  uint64_t hash = 0;
  for (const std::string_view value : values) {
    hash ^= std::hash<std::string_view>{}(value);
    hash *= 0x9E3779B97F4A7C15U;  // 2^64 divided by the golden ratio
    hash ^= hash >> 29U;
  }
  return hash;
}

bool RowTable::Has(uint32_t row, Values values) const {
  for (size_t i = values.size(); i > 0; --i) {  // neighbours differ in the last one, mostly
    if (TextAt(row, i - 1) != values[i - 1]) return false;
  }
  return true;
}

std::vector<std::string_view> RowTable::ValuesOf(uint32_t row) const {
  std::vector<std::string_view> values(names_.size());
  for (size_t i = 0; i < values.size(); ++i)
    values[i] = TextAt(row, i);
  return values;
}

uint32_t RowTable::Add(Values values) {
  if (free_.empty()) {
    free_.push_back(static_cast<uint32_t>(users_.size()));
    users_.push_back(0);
    cells_.resize(cells_.size() + names_.size());
  }
  const uint32_t row = free_.back();
  free_.pop_back();
  for (size_t i = 0; i < values.size(); ++i)
    cells_[row * names_.size() + i] = symbols_.Acquire(values[i]);
  users_[row] = 1;
  return row;
}

uint32_t RowTable::Acquire(Values values) {
  const size_t mask = slots_.size() - 1;
  size_t slot = HashOf(values) & mask;
  for (; slots_[slot] != kFree; slot = (slot + 1) & mask) {
    const uint32_t row = slots_[slot] - kFirst;
    if (slots_[slot] == kGone || !Has(row, values)) continue;
    ++users_[row];
    return row;
  }
  const uint32_t row = Add(values);
  slots_[slot] = row + kFirst;
  if (++taken_ * 4 > slots_.size() * 3) Rebuild();
  return row;
}

void RowTable::Release(uint32_t row) {
  if (--users_[row] > 0) return;
  const size_t mask = slots_.size() - 1;
  size_t slot = HashOf(ValuesOf(row)) & mask;
  while (slots_[slot] != row + kFirst)
    slot = (slot + 1) & mask;
  slots_[slot] = kGone;
  for (size_t i = 0; i < names_.size(); ++i)
    symbols_.Release(At(row, i));
  free_.push_back(row);
}

void RowTable::Rebuild() {
  const size_t rows = users_.size() - free_.size();
  slots_.assign(std::bit_ceil(std::max<size_t>(rows * 2, 16)), kFree);
  const size_t mask = slots_.size() - 1;
  for (uint32_t row = 0; row < users_.size(); ++row) {
    if (users_[row] == 0) continue;
    size_t slot = HashOf(ValuesOf(row)) & mask;
    while (slots_[slot] != kFree)
      slot = (slot + 1) & mask;
    slots_[slot] = row + kFirst;
  }
  taken_ = rows;
}

}  // namespace klaxon::series
