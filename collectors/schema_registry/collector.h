#pragma once

#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/model/schema_registry_facts.h"
#include "agent/registry/client.h"
#include "collectors/collector.h"
#include "collectors/kept_problems.h"
#include "collectors/schema_registry/book.h"
#include "collectors/schema_registry/cleanup_policy.h"
#include "collectors/schema_registry/comparisons.h"
#include "collectors/schema_registry/config.h"
#include "collectors/schema_registry/identity.h"
#include "collectors/schema_registry/probe.h"
#include "collectors/schema_registry/scan.h"
#include "collectors/schema_registry/settings.h"
#include "collectors/schema_registry/topic.h"

namespace klaxon::schema_registry_collector {

/// Reads one schema registry as SchemaRegistryFacts.
///
/// Every node is asked whether it serves, all at once. One of them tells the inventory: the one
/// that did so last, else the first that serves. The others are compared with it in turn. What an
/// unchanged registry costs a poll: two requests a node, the pages of its list of subjects, and at
/// most 18 more, of which Config::settings_requests are for settings of subjects.
///
/// Where the registry's topic is followed, it tells the inventory as soon as it is written: a poll
/// waits for news and is begun again every kTailInterval. Nodes are asked every `interval` whether
/// they serve, and from time to time one of them is compared with the topic. While the topic cannot
/// be believed, all is as without it.
class SchemaRegistryCollector final : public Collector {
 public:
  /// `http` outlives it. `topic`: how the topic of the configuration is reached; where it names
  /// none, `_schemas` is asked for its cleanup policy alone. nullopt: neither.
  SchemaRegistryCollector(Config config, http::HttpClient& http,
                          std::optional<TopicAccess> topic = std::nullopt);

  Reading Poll(const PollContext& context) override;

 private:
  Reading PollNodes(const PollContext& context);
  Reading PollTopic(const PollContext& context);
  Reading PollWithoutTopic(const PollContext& context);

  std::shared_ptr<SchemaRegistryFacts> Draft();
  Questions Ask() const;
  void TakeProbes(const std::vector<Probe>& probes, SchemaRegistryFacts& facts, Reading& reading);
  /// The node that tells the inventory in this poll; nullopt: none serves.
  std::optional<size_t> Choose(const SchemaRegistryFacts& facts) const;
  void TakeGlobal(const RegistryNodeFacts& node, SchemaRegistryFacts& facts) const;
  void TakeIdentity(const Round& round, SchemaRegistryFacts& facts);
  bool AnotherAnswers(const Round& round, SchemaRegistryFacts& facts);
  void BeginAnew(SchemaRegistryFacts& facts);
  void TakeWhole(const Round& round, SchemaRegistryFacts& facts, Reading& reading);
  void TakeInventory(const Round& round, SchemaRegistryFacts& facts, Reading& reading);
  void TakeSettings(const Round& round, SchemaRegistryFacts& facts);
  void TellMissing(SchemaRegistryFacts& facts, Reading& reading);
  void AskDefaultPolicy(const PollContext& context, SchemaRegistryFacts& facts);
  void TakeTopic(SchemaRegistryFacts& facts);
  /// What nodes told beside the topic; compares one with it when it is time to.
  void TakeNodes(const PollContext& context, SchemaRegistryFacts& facts, Reading& reading);
  void Publish(std::shared_ptr<SchemaRegistryFacts> facts, Reading& reading);
  uint64_t Requests() const;
  void CountRequests(SchemaRegistryFacts& facts);

  const Config config_;
  std::vector<registry::RegistryClient> nodes_{};
  Book book_{};
  std::optional<Scan> scan_{std::in_place, book_};  // always there, as the next
  std::optional<Settings> settings_{std::in_place, book_, config_.settings_requests};
  std::optional<Comparisons> comparisons_{};  // always there
  KeptProblems kept_{};
  EntityTable entities_{};
  uint64_t polls_ = 0;    // of the nodes
  size_t chosen_ = 0;     // the node that told the inventory last
  uint64_t counted_ = 0;  // requests sent up to the last poll of the nodes
  bool identified_ = false;
  uint64_t ask_ids_at_ = 0;  // poll in which the registry is asked next whose it is
  size_t ids_asked_of_ = 0;  // the node that was asked last
  std::shared_ptr<const SchemaRegistryFacts> facts_{};  // of the poll before; null at first

  std::unique_ptr<Topic> topic_{};  // null: not followed
  std::optional<CleanupPolicy> default_policy_{};
  std::vector<Problem> problems_{};          // of the nodes, when they were asked last
  MonoTime probe_at_{};                      // when nodes are asked next, beside the topic
  MonoTime scan_at_{};                       // when they tell the inventory next, without it
  std::future<std::vector<Probe>> asked_{};  // the last member: waits for what it uses
};

}  // namespace klaxon::schema_registry_collector
