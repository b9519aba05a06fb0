#pragma once

#include <memory>
#include <vector>

#include "agent/analysis/changes.h"
#include "agent/model/view.h"

namespace klaxon::analysis {

/// What is known of an ensemble from the poll before; null at first.
struct ZookeeperBefore {
  const ZookeeperFacts* facts = nullptr;
  const ZookeeperDerived* derived = nullptr;
};

struct ZookeeperStep {
  std::shared_ptr<ZookeeperDerived> derived{};
  std::vector<Change> changes{};
};

/// Derives from one more poll of an ensemble: whether its servers go on disagreeing, elections that
/// began and ended, servers that came and went. `facts` are of another poll than those before.
/// Pure.
ZookeeperStep AdvanceZookeeper(const ZookeeperBefore& before, const ZookeeperFacts& facts,
                               const Instant& now);

}  // namespace klaxon::analysis
