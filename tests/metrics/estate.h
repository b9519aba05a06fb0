#pragma once

#include <set>
#include <string>

#include "agent/model/view.h"

namespace klaxon::testing {

/// What the answers of an estate are called in `Ages`: metadata, leadership, controller, listed,
/// described, committed, earliest, latest (of Kafka); root, connectors (of Connect).
struct Ages {
  std::set<std::string> stale{};
  std::set<std::string> never{};
  bool doubtful = false;  ///< Kafka's quorum did not confirm the metadata
};

/// The moment at which estates are seen: 2026-01-01T00:00:00Z.
Instant EstateNow();

/// A small Kafka cluster "main" with a Connect cluster "etl", in which one of everything is there:
/// a leaderless and an under-replicated partition, a topic in error, an offset never read, a group
/// of each kind, lag that is known, beyond the end and of a topic that is gone, a failed task,
/// a connector without status, a poll with problems.
View EstateView(const Ages& ages = {});

/// The same with two sources that never answered.
View SilentView();

}  // namespace klaxon::testing
