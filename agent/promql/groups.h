#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/promql/ast.h"
#include "agent/series/labels.h"

namespace klaxon::promql {

/// Numbers the groups that label sets fall into: sets with equal labels of interest are one group.
/// What matching and aggregation stand on, hundreds of thousands of sets at a time. Sets have few
/// layouts, so that which of their labels are of interest is asked once for a layout and not for a
/// set; the values of those are the key of the group. Not thread-safe.
class Groups {
 public:
  explicit Groups(series::LabelFilter filter) : filter_(std::move(filter)) {}

  ~Groups() = default;

  Groups(const Groups&) = delete;
  Groups& operator=(const Groups&) = delete;

  /// The number of the group, from 0 in the order they turn up, and whether it is new.
  /// REQUIRES: less than 2^32 groups.
  std::pair<size_t, bool> Find(const series::Labels& labels);

  /// Only if there was somebody in it before.
  std::optional<size_t> FindKnown(const series::Labels& labels);

  size_t size() const { return keys_.size(); }

  /// What the members of the group of `member` have in common: their labels of interest.
  series::Labels LabelsOf(const series::Labels& member) const { return filter_.Apply(member); }

 private:
  using Names = std::vector<std::string>;

  /// What is asked once of all sets with the same names.
  struct Layout {
    std::vector<std::string_view> names{};
    std::vector<bool> of_interest{};    ///< by place in `names`
    uint32_t interesting_names_id = 0;  ///< layouts with the same names of interest share it
  };

  struct LessNames {
    using is_transparent = void;

    bool operator()(const auto& left, const auto& right) const {
      return std::lexicographical_compare(left.begin(), left.end(), right.begin(), right.end());
    }
  };

  /// Where a key is found again: a hash table with open addressing.
  struct Slot {
    uint32_t hash = 0;
    uint32_t group = 0;  ///< one more; 0: the slot is free
  };

  /// Of `bytes_`.
  struct Key {
    size_t begin = 0;
    size_t size = 0;
  };

  void MakeKey(const series::Labels& labels);
  bool MakeKey(const Layout& layout, const series::Labels& labels);
  const Layout& LayoutOf(const series::Labels& labels);
  Slot& SlotOf(uint32_t hash);
  std::string_view BytesOf(size_t group) const;
  void Grow();

  series::LabelFilter filter_;
  std::map<Names, Layout, LessNames> layouts_{};
  std::map<Names, uint32_t> ids_of_interesting_names_{};
  const Layout* layout_ = nullptr;  ///< of the set before: mostly that of the next one
  std::string key_{};
  size_t last_ = 0;  ///< the group found before

  std::vector<Slot> slots_ = std::vector<Slot>(16);
  std::vector<Key> keys_{};  ///< by group
  std::string bytes_{};      ///< of all keys
};

/// Of `by (...)`, `without (...)` or neither. `without` leaves the metric's name out too.
series::LabelFilter GroupingOf(const Aggregate& aggregate);

}  // namespace klaxon::promql
