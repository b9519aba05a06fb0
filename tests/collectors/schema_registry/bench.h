#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "agent/analysis/advance.h"
#include "agent/http/client.h"
#include "agent/simulator/registry_node.h"
#include "collectors/schema_registry/collector.h"
#include "tests/support/fake_clock.h"

namespace klaxon::schema_registry_collector {

/// What a registry of that kind holds at first.
simulator::RegistryState Shop(simulator::RegistryFlavor flavor);

/// The collector with the real HTTP client against simulated nodes, and what analysis makes of it.
class Bench {
 public:
  explicit Bench(simulator::RegistryState state = simulator::ShopRegistry(), int count = 1);

  /// One poll, whose facts go into the view.
  Reading Poll();

  /// Polls until the inventory is whole and its settings are read, at most `most` times.
  void Settle(int most = 50);

  /// A change on every node.
  void Change(const std::function<void(simulator::RegistryState&)>& change);

  /// A new collector, which follows the registry's topic too.
  void Follow(const std::string& topic, TopicAccess access,
              Duration interval = std::chrono::seconds{30});

  /// A new collector, which spends so many requests a poll on settings of subjects.
  void SpendOnSettings(size_t requests);

  /// A new collector, which waits so long for each answer.
  void WaitForAnswers(Duration request_timeout);

  const SchemaRegistryDerived& derived() const;
  const SubjectFacts* Find(const std::string& subject) const;
  /// "kind subject: detail" of the events since the last call.
  std::vector<std::string> TakeEvents();
  uint64_t Requests() const;

  SystemClock clock{};
  std::vector<std::unique_ptr<simulator::RegistryNode>> nodes{};
  std::shared_ptr<const SchemaRegistryFacts> facts{};
  View view{};
  Reading reading{};  ///< of the last poll

 private:
  Config config_{};
  std::unique_ptr<http::HttpClient> http_ = http::MakeHttpClient();
  std::unique_ptr<SchemaRegistryCollector> collector_{};
  uint64_t taken_ = 0;
};

}  // namespace klaxon::schema_registry_collector
