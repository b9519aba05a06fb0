#pragma once

#include <memory>
#include <string>
#include <vector>

#include "agent/analysis/changes.h"
#include "agent/model/view.h"

namespace klaxon::analysis {

/// A Connect cluster's newest facts and what there was before.
struct ConnectInput {
  const Section& section;
  const ConnectFacts& facts;
  const ConnectDerived* before = nullptr;  ///< null: it is new
  const std::vector<KafkaPart>& kafka;     ///< all Kafka clusters of the same view
  Instant now{};
};

struct ConnectOutcome {
  std::shared_ptr<const ConnectDerived> derived{};
  std::vector<Change> changes{};
};

/// Joins a Connect cluster with its Kafka cluster, judges every connector, and tells what changed.
/// While its connectors were not listed for too long, all of it is unknown and nothing is
/// forgotten.
ConnectOutcome AdvanceConnect(const ConnectInput& input);

}  // namespace klaxon::analysis
