#include "agent/promql/groups.h"

#include <algorithm>
#include <cstring>
#include <functional>

namespace klaxon::promql {
namespace {

void AppendNumber(uint32_t number, std::string& key) {
  char bytes[sizeof(number)];
  std::memcpy(bytes, &number, sizeof(number));
  key.append(bytes, sizeof(number));
}

uint32_t HashOf(std::string_view key) {
  const uint64_t hash = std::hash<std::string_view>{}(key);
  return static_cast<uint32_t>(hash ^ hash >> 32U);
}

}  // namespace

/// False: the set is of another layout.
bool Groups::MakeKey(const Layout& layout, const series::Labels& labels) {
  key_.clear();
  AppendNumber(layout.interesting_names_id, key_);
  size_t place = 0;
  for (const series::Label label : labels) {
    if (place == layout.names.size() || label.name != layout.names[place]) return false;
    if (layout.of_interest[place++]) {
      AppendNumber(static_cast<uint32_t>(label.value.size()), key_);
      key_ += label.value;
    }
  }
  return place == layout.names.size();
}

void Groups::MakeKey(const series::Labels& labels) {
  if (layout_ != nullptr && MakeKey(*layout_, labels)) return;
  layout_ = &LayoutOf(labels);
  MakeKey(*layout_, labels);
}

const Groups::Layout& Groups::LayoutOf(const series::Labels& labels) {
  std::vector<std::string_view> names;
  for (const series::Label label : labels)
    names.push_back(label.name);
  const auto found = layouts_.find(names);
  if (found != layouts_.end()) return found->second;

  const auto made = layouts_.emplace(Names(names.begin(), names.end()), Layout{}).first;
  Layout& layout = made->second;
  layout.names.assign(made->first.begin(), made->first.end());
  layout.of_interest.resize(names.size());
  Names interesting;
  const series::Labels filtered = filter_.Apply(labels);
  for (const series::Label label : filtered) {
    interesting.emplace_back(label.name);
    const auto place = std::ranges::find(names, label.name) - names.begin();
    layout.of_interest[static_cast<size_t>(place)] = true;
  }
  const auto number = static_cast<uint32_t>(ids_of_interesting_names_.size());
  layout.interesting_names_id =
      ids_of_interesting_names_.emplace(std::move(interesting), number).first->second;
  return layout;
}

std::string_view Groups::BytesOf(size_t group) const {
  return {bytes_.data() + keys_[group].begin, keys_[group].size};
}

/// Where `key_` is, or belongs.
Groups::Slot& Groups::SlotOf(uint32_t hash) {
  const size_t mask = slots_.size() - 1;
  for (size_t at = hash & mask;; at = (at + 1) & mask) {
    Slot& slot = slots_[at];
    if (slot.group == 0) return slot;
    if (slot.hash == hash && BytesOf(slot.group - 1) == key_) return slot;
  }
}

void Groups::Grow() {
  std::vector<Slot> slots(slots_.size() * 4);
  const size_t mask = slots.size() - 1;
  for (const Slot& slot : slots_) {
    if (slot.group == 0) continue;
    size_t at = slot.hash & mask;
    while (slots[at].group != 0)
      at = (at + 1) & mask;
    slots[at] = slot;
  }
  slots_ = std::move(slots);
}

std::optional<size_t> Groups::FindKnown(const series::Labels& labels) {
  MakeKey(labels);
  // Series come sorted, mostly, so that neighbours are often of one group.
  if (last_ < size() && BytesOf(last_) == key_) return last_;
  const Slot& slot = SlotOf(HashOf(key_));
  if (slot.group == 0) return std::nullopt;
  last_ = slot.group - 1;
  return last_;
}

std::pair<size_t, bool> Groups::Find(const series::Labels& labels) {
  if (const std::optional<size_t> known = FindKnown(labels)) return {*known, false};
  if ((size() + 1) * 2 > slots_.size()) Grow();
  const uint32_t hash = HashOf(key_);
  last_ = size();
  SlotOf(hash) = {.hash = hash, .group = static_cast<uint32_t>(last_ + 1)};
  keys_.push_back({.begin = bytes_.size(), .size = key_.size()});
  bytes_ += key_;
  return {last_, true};
}

series::LabelFilter GroupingOf(const Aggregate& aggregate) {
  if (!aggregate.without) return series::LabelFilter::Only(aggregate.labels);
  std::vector<std::string> names = aggregate.labels;
  names.emplace_back(series::kMetricName);
  return series::LabelFilter::Without(std::move(names));
}

}  // namespace klaxon::promql
