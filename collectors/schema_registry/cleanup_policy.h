#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "agent/kafka/cluster_client.h"
#include "agent/model/answer.h"
#include "agent/model/schema_registry_facts.h"
#include "collectors/collector.h"

namespace klaxon::schema_registry_collector {

/// How Kafka cleans up a registry's topic; asked rarely. Confined to one thread.
class CleanupPolicy {
 public:
  /// `client`: null: it is never asked.
  CleanupPolicy(std::string topic, std::unique_ptr<kafka::ClusterClient> client)
      : topic_(std::move(topic)), client_(std::move(client)) {}

  /// Asks when it is time to.
  void Ask(const PollContext& context);

  /// It was told once: there is such a topic, and we may ask.
  bool known() const { return policy_ != nullptr; }

  const std::string& topic() const { return topic_; }

  void Tell(RegistryTopicFacts& facts) const;

 private:
  const std::string topic_;
  std::unique_ptr<kafka::ClusterClient> client_;
  std::string words_{};
  AnswerRef policy_{};
  std::optional<MonoTime> asked_{};
};

}  // namespace klaxon::schema_registry_collector
