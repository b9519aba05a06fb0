#include <memory>
#include <string>
#include <utility>

#include "collectors/answers.h"
#include "collectors/schema_registry/collector.h"

/// The part of the collector that knows which registry answers.
namespace klaxon::schema_registry_collector {
namespace {

constexpr uint64_t kIdentifyEvery = 360;  // polls
constexpr int kAskIdsEvery = 31;          // polls; not those in which deleted subjects are listed

bool Differ(const std::string& before, const std::string& after) {
  return !before.empty() && !after.empty() && before != after;
}

}  // namespace

void SchemaRegistryCollector::TakeIdentity(const Round& round, SchemaRegistryFacts& facts) {
  if (identified_ && polls_ % kIdentifyEvery != 0) {
    return;
  }
  const Result<Identity> identity = Identify(round.node, round.Next());
  if (!identity) {
    return;  // the next poll asks again
  }
  identified_ = true;
  facts.kind = identity->kind;
  facts.version = identity->version;
  if (const Result<std::vector<std::string>> contexts = round.node.Contexts(round.Next())) {
    facts.contexts = *contexts;
  }
}

/// Asks the registry whose it is: rarely, and at once when another node tells the subjects or they
/// changed as no registry lets them. True: it is another one than before.
bool SchemaRegistryCollector::AnotherAnswers(const Round& round, SchemaRegistryFacts& facts) {
  const bool told = facts.identified != nullptr;
  const bool tells =
      told || (facts.kind != RegistryKind::kKarapace && facts.kind != RegistryKind::kApicurio);
  const bool doubtful = told && (scan_->suspicious() || ids_asked_of_ != chosen_);
  if (!tells || (polls_ < ask_ids_at_ && !doubtful)) {
    return false;
  }
  const Instant at = round.context.clock.Now();
  const Result<registry::RegistryIds> ids = round.node.ConfluentIds(round.Next());
  if (!ids) {
    const bool lacks = ids.error().reason() == Reason::kUnsupported;
    ask_ids_at_ = polls_ + (lacks ? kAskIdsEvery : 1);
    facts.identified = told ? WithError(facts.identified, ids.error()) : nullptr;
    return false;
  }
  ask_ids_at_ = polls_ + kAskIdsEvery;
  ids_asked_of_ = chosen_;
  const bool another =
      Differ(facts.kafka_cluster_id, ids->kafka) || Differ(facts.registry_id, ids->registry);
  facts.kafka_cluster_id = ids->kafka;
  facts.registry_id = ids->registry;
  facts.identified = MakeAnswer("/v1/metadata/id of " + round.node.url(), at,
                                GoodFor(config_.interval) * kAskIdsEvery);
  return another;
}

/// Forgets what was known of the registry before, besides what the nodes told in this poll.
void SchemaRegistryCollector::BeginAnew(SchemaRegistryFacts& facts) {
  book_.Clear();
  scan_.emplace(book_);
  settings_.emplace(book_, config_.settings_requests);
  settings_->SetModes(!facts.nodes[chosen_].LacksModes());
  comparisons_.emplace(nodes_, book_);
  kept_ = {};
  identified_ = false;
  SchemaRegistryFacts anew;
  anew.nodes = std::move(facts.nodes);
  for (RegistryNodeFacts& node : anew.nodes) {
    node.comparison = {};
    node.compared = nullptr;
    node.compare_failed.clear();
  }
  anew.compatibility = facts.compatibility;
  anew.settings = facts.settings;
  anew.mode = facts.mode;
  anew.mode_told = facts.mode_told;
  anew.kafka_cluster_id = facts.kafka_cluster_id;
  anew.registry_id = facts.registry_id;
  anew.identified = facts.identified;
  anew.registries = facts.registries + 1;
  anew.topic = std::move(facts.topic);
  facts = std::move(anew);
}

/// The inventory, of the registry that answers now.
void SchemaRegistryCollector::TakeWhole(const Round& round, SchemaRegistryFacts& facts,
                                        Reading& reading) {
  const auto told = static_cast<std::ptrdiff_t>(reading.problems.size());
  TakeInventory(round, facts, reading);
  if (AnotherAnswers(round, facts)) {
    reading.problems.erase(reading.problems.begin() + told, reading.problems.end());
    BeginAnew(facts);
    TakeIdentity(round, facts);
    TakeInventory(round, facts, reading);
  }
}

}  // namespace klaxon::schema_registry_collector
