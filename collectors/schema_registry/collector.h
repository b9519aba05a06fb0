#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/model/schema_registry_facts.h"
#include "agent/registry/client.h"
#include "collectors/collector.h"
#include "collectors/schema_registry/book.h"
#include "collectors/schema_registry/comparer.h"
#include "collectors/schema_registry/config.h"
#include "collectors/schema_registry/identity.h"
#include "collectors/schema_registry/scan.h"
#include "collectors/schema_registry/settings.h"

namespace klaxon::schema_registry_collector {

/// Reads one schema registry as SchemaRegistryFacts.
///
/// Every node is asked whether it serves, all at once. One of them tells the inventory: the one
/// that did so last, else the first that serves. The others are compared with it in turn. What an
/// unchanged registry costs a poll: two requests a node, the pages of its list of subjects, and at
/// most 20 more.
class SchemaRegistryCollector final : public Collector {
 public:
  /// `http` outlives it.
  SchemaRegistryCollector(Config config, http::HttpClient& http);

  Reading Poll(const PollContext& context) override;

 private:
  struct Probe;  // what one node told

  std::vector<Probe> ProbeAll(const PollContext& context) const;
  Probe ProbeOne(const registry::RegistryClient& node, const PollContext& context) const;
  void TakeProbe(const Probe& probe, RegistryNodeFacts& node, Duration good_for,
                 Reading& reading) const;
  /// The node that tells the inventory in this poll; nullopt: none serves.
  std::optional<size_t> Choose(const SchemaRegistryFacts& facts) const;
  void TakeGlobal(const RegistryNodeFacts& node, SchemaRegistryFacts& facts) const;
  void TakeIdentity(const Round& round, SchemaRegistryFacts& facts);
  void TakeInventory(const Round& round, SchemaRegistryFacts& facts, Reading& reading);
  void TakeSettings(const Round& round, SchemaRegistryFacts& facts, Reading& reading);
  void TakeComparison(const PollContext& context, MonoTime until, SchemaRegistryFacts& facts,
                      Reading& reading);
  void Publish(std::shared_ptr<SchemaRegistryFacts> facts, Reading& reading);
  uint64_t Requests() const;

  const Config config_;
  std::vector<registry::RegistryClient> nodes_{};
  Book book_{};
  Scan scan_{book_};
  Settings settings_{book_};
  std::vector<Comparer> comparers_{};  // parallel to nodes_
  EntityTable entities_{};
  uint64_t polls_ = 0;
  size_t chosen_ = 0;    // the node that told the inventory last
  size_t compared_ = 0;  // the node that was compared last
  bool identified_ = false;
  std::shared_ptr<const SchemaRegistryFacts> facts_{};  // of the poll before; null at first
};

}  // namespace klaxon::schema_registry_collector
