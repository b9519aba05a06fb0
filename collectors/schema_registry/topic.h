#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/kafka/cluster_client.h"
#include "agent/kafka/topic_tail.h"
#include "agent/model/schema_registry_facts.h"
#include "collectors/collector.h"
#include "collectors/schema_registry/cleanup_policy.h"
#include "collectors/schema_registry/ledger.h"

namespace klaxon::schema_registry_collector {

/// How the topic of a registry is reached.
struct TopicAccess {
  kafka::RecordReaderOptions reader{};
  std::unique_ptr<kafka::ClusterClient> client{};  ///< asked for the topic's configuration
};

/// The topic that a registry keeps everything in, followed: `_schemas`. Tells every change as it is
/// written. Confined to one thread.
class Topic {
 public:
  Topic(std::string name, TopicAccess access);

  /// Takes what was written until there is news, or until `until`.
  void Follow(const PollContext& context, MonoTime until);

  /// Whether what it tells may be believed: it was read to its end, not long ago, and holds a
  /// registry's records.
  bool Believable(const Instant& now) const;

  /// All that there is was taken, whether it may be believed or not.
  bool AtEnd() const { return tail_.AtEnd(); }

  /// Why it is not; nullopt: nothing is wrong, it is still being read for the first time.
  const std::optional<Error>& error() const { return error_; }

  /// Asks how the topic is cleaned up, when it is time to.
  void AskPolicy(const PollContext& context) { policy_.Ask(context); }

  /// Compares with the names that a node lists: a topic of another registry is not believed. Wanted
  /// once each time the topic is begun, and while it is not believed.
  void Compare(const std::vector<std::string>& listed);

  bool compared() const { return compared_; }

  /// Another registry answers now.
  void CompareAgain() { compared_ = false; }

  Book& book() { return ledger_->book(); }

  const Ledger& ledger() const { return *ledger_; }

  /// Into the facts: all that is told of the topic itself.
  void Tell(RegistryTopicFacts& facts) const;

  /// Of `listed`; renewed every few seconds.
  const AnswerRef& tailed() const { return tailed_; }

 private:
  void TakeFailure(const Error& error);

  kafka::TopicTail tail_;
  CleanupPolicy policy_;
  std::unique_ptr<Ledger> ledger_ = std::make_unique<Ledger>();
  std::optional<Error> error_{};
  std::optional<Error> misfit_{};  ///< it is no topic of this registry
  bool compared_ = false;
  AnswerRef tailed_{};
};

}  // namespace klaxon::schema_registry_collector
