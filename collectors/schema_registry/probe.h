#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/model/schema_registry_facts.h"
#include "agent/registry/client.h"
#include "collectors/collector.h"

namespace klaxon::schema_registry_collector {

/// In how many polls a node that lacks modes is asked for its mode once.
constexpr int kModesEvery = 10;

/// What one node told when it was asked whether it serves.
struct Probe {
  Instant at{};
  Duration took{};
  Result<std::string> compatibility = Error(Reason::kInternal, "not asked");
  std::optional<Result<std::string>> mode{};
  std::optional<bool> primary{};
};

/// What nodes are asked.
struct Questions {
  Duration request_timeout{};
  std::set<size_t> without_modes{};  ///< nodes that are not asked for their mode
  bool karapace = false;             ///< the registry has Karapace's health page
};

/// Asks all nodes at once; answers in their order. Thread-safe.
std::vector<Probe> ProbeAll(const std::vector<registry::RegistryClient>& nodes,
                            const PollContext& context, const Questions& questions);

/// Puts what a node told into its facts; problems go to the reading.
void TakeProbe(const Probe& probe, RegistryNodeFacts& node, Duration good_for, Reading& reading);

}  // namespace klaxon::schema_registry_collector
