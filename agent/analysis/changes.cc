#include "agent/analysis/changes.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

namespace klaxon::analysis {
namespace {

/// The events that a kind of thing has for coming and going.
struct Kinds {
  EventKind gone{};
  EventKind came{};
};

/// Walks two ascending lists side by side. `key` orders an item, `name` is what people read.
template <class Item, class Key, class NameOf>
std::vector<Change> Diff(const std::vector<Item>& before, const std::vector<Item>& after,
                         Kinds kinds, Key key, NameOf name) {
  std::vector<Change> changes;
  auto old = before.begin();
  auto now = after.begin();
  while (old != before.end() || now != after.end()) {
    if (now == after.end() || (old != before.end() && key(*old) < key(*now))) {
      changes.push_back({.kind = kinds.gone, .subject = name(*old++)});
    } else if (old == before.end() || key(*now) < key(*old)) {
      changes.push_back({.kind = kinds.came, .subject = name(*now++)});
    } else {
      ++old;
      ++now;
    }
  }
  return changes;
}

void Append(std::vector<Change> more, std::vector<Change>& changes) {
  std::ranges::move(more, std::back_inserter(changes));
}

}  // namespace

std::vector<Change> ChangesBetween(const KafkaFacts& before, const KafkaFacts& after) {
  std::vector<Change> changes;
  const auto named = [](const auto& item) -> const std::string& { return item.entity->name; };
  if (before.metadata != nullptr && after.metadata != nullptr) {
    const auto id = [](const BrokerFacts& broker) { return broker.id; };
    const auto words = [](const BrokerFacts& broker) { return fmt::format("{}", broker.id); };
    changes = Diff(before.brokers, after.brokers, {EventKind::kBrokerGone, EventKind::kBrokerBack},
                   id, words);
    Append(Diff(before.topics, after.topics, {EventKind::kTopicDeleted, EventKind::kTopicCreated},
                named, named),
           changes);
  }
  // The first time that every broker tells its groups they are all new to us, not to the cluster.
  const bool listed_before = !before.group_lists.empty();
  if (listed_before && !after.group_lists.empty()) {
    Append(Diff(before.groups, after.groups, {EventKind::kGroupDeleted, EventKind::kGroupCreated},
                named, named),
           changes);
  }
  return changes;
}

}  // namespace klaxon::analysis
