#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "agent/promql/ast.h"
#include "agent/series/labels.h"

namespace klaxon::promql {

/// Finds keys without making a string of them.
struct TextHash {
  using is_transparent = void;

  size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

template <class T>
using TextMap = std::unordered_map<std::string, T, TextHash, std::equal_to<>>;

/// Numbers the groups that label sets fall into: sets with equal labels of interest are one group.
class Groups {
 public:
  explicit Groups(series::LabelFilter filter) : filter_(std::move(filter)) {}

  /// The number of the group, from 0 in the order they turn up, and whether it is new.
  std::pair<size_t, bool> Find(const series::Labels& labels) {
    key_.clear();
    filter_.Append(labels, key_);
    if (const auto found = numbers_.find(std::string_view(key_)); found != numbers_.end()) {
      return {found->second, false};
    }
    const size_t number = numbers_.size();
    numbers_.emplace(key_, number);
    return {number, true};
  }

  size_t size() const { return numbers_.size(); }

  /// The labels of interest of the set that Find was asked for last.
  series::Labels LastLabels() const { return series::Labels::FromEncoded(key_); }

 private:
  series::LabelFilter filter_;
  TextMap<size_t> numbers_{};
  std::string key_{};
};

/// Of `by (...)`, `without (...)` or neither. `without` leaves the metric's name out too.
series::LabelFilter GroupingOf(const Aggregate& aggregate);

}  // namespace klaxon::promql
