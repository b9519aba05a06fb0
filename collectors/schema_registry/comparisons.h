#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "agent/model/schema_registry_facts.h"
#include "agent/registry/client.h"
#include "collectors/kept_problems.h"
#include "collectors/schema_registry/comparer.h"
#include "collectors/schema_registry/round.h"

namespace klaxon::schema_registry_collector {

/// What nodes are compared with, and how often.
struct Measure {
  std::vector<std::string> names{};  ///< of subjects, as they were told just now
  bool ids = false;                  ///< a sample of schemas too
  std::optional<size_t> told_by{};   ///< the node that told them; it is not compared
  uint64_t every = 1;                ///< polls between two comparisons, of one node each
};

/// Compares nodes with what tells the inventory: one at a time, in turn. Confined to one thread.
class Comparisons {
 public:
  /// `nodes` and `book` outlive it.
  Comparisons(const std::vector<registry::RegistryClient>& nodes, const Book& book);

  /// The node whose turn it is. What was found goes into its facts. `round.node` is not used.
  void Next(const Measure& measure, const Round& round, SchemaRegistryFacts& facts);

  /// Comparisons that failed, until it is that node's turn again; only of nodes that serve.
  void Tell(const SchemaRegistryFacts& facts, std::vector<Problem>& problems);

 private:
  const std::vector<registry::RegistryClient>& nodes_;
  std::vector<Comparer> comparers_{};  // parallel to nodes_
  size_t compared_ = 0;                // the node that was compared last
  KeptProblems kept_{};
};

}  // namespace klaxon::schema_registry_collector
