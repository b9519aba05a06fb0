#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/kafka/cluster_client.h"
#include "agent/model/entity.h"
#include "agent/model/kafka_facts.h"
#include "collectors/collector.h"
#include "collectors/kafka/answer_book.h"
#include "collectors/kafka/config.h"
#include "collectors/kafka/topic_index.h"

namespace klaxon::kafka_collector {

namespace wire = kafka::wire;

/// What a collector keeps from poll to poll.
struct Memory {
  EntityTable topics{};
  EntityTable groups{};
  std::shared_ptr<const KafkaFacts> facts = std::make_shared<KafkaFacts>();  ///< of the poll before
  int32_t metadata_broker = kafka::kAnyBroker;  ///< who told us last; asked again first
  std::optional<Error> doubt{};                 ///< why the last metadata could not be believed
  std::optional<MonoTime> earliest_read_at{};   ///< of all partitions
  std::optional<MonoTime> permissions_read_at{};
  std::vector<Problem> permissions{};  ///< what we are not allowed to see
};

/// The calls of one kind, in the order in which they go out.
template <class Request>
using Calls = std::vector<std::unique_ptr<kafka::CallOf<Request>>>;

template <class Request>
kafka::CallOf<Request>& Add(Calls<Request>& calls, int32_t broker, Request request) {
  return *calls.emplace_back(std::make_unique<kafka::CallOf<Request>>(broker, std::move(request)));
}

/// One poll in the making: what its stages hand to each other.
class Round {
 public:
  Round(kafka::ClusterClient& client, const PollContext& context, const Config& config,
        Memory& memory);

  kafka::ClusterClient& client() { return client_; }

  Memory& memory() { return memory_; }

  const Config& config() const { return config_; }

  /// The facts in the making, and those of the poll before.
  KafkaFacts& facts() { return *facts_; }

  const KafkaFacts& old() const { return *old_; }

  AnswerBook& answers() { return answers_; }

  /// The topics by name. REQUIRES: facts().topics stay as they were when IndexTopics was called.
  const TopicIndex& topics() const { return topics_; }

  void IndexTopics() { topics_ = TopicIndex(facts_->topics); }

  Instant Now() { return context_.clock.Now(); }

  /// Sends the calls, together, and waits. A stage waits for the request timeout at most, and
  /// always leaves the stages after it half of the time that is left.
  void Exchange(const std::vector<kafka::Call*>& calls);

  template <class... Request>
  void Exchange(const Calls<Request>&... calls) {
    std::vector<kafka::Call*> all;
    (Collect(calls, all), ...);
    Exchange(all);
  }

  /// A new answer to a call of this poll, e.g. "ListOffsets of broker 3".
  AnswerRef AnswerTo(const kafka::Call& call);
  AnswerRef AnswerTo(const kafka::Call& call, Duration good_for);

  /// Notes that a broker left a call without a usable answer; the first error of each broker
  /// counts.
  void BrokerFailed(int32_t broker, const Error& error);

  bool HasFailed(int32_t broker) const { return failed_.contains(broker); }

  /// Adds a problem; the first of each scope counts.
  void AddProblem(const std::string& scope, const Error& error);

  /// Adds a problem of one group. After 20 of them the rest is only counted.
  void AddGroupProblem(const std::string& group, const Error& error);

  /// Ends the poll: everything that was found out.
  Reading Finish();

  /// Whether anyone answered anything yet.
  bool answered() const { return answered_; }

 private:
  template <class Request>
  static void Collect(const Calls<Request>& calls, std::vector<kafka::Call*>& all) {
    for (const auto& call : calls) {
      all.push_back(call.get());
    }
  }

  kafka::ClusterClient& client_;
  const PollContext& context_;
  const Config& config_;
  Memory& memory_;
  std::shared_ptr<const KafkaFacts> old_;
  std::shared_ptr<KafkaFacts> facts_ = std::make_shared<KafkaFacts>();
  AnswerBook answers_{};
  TopicIndex topics_{};
  std::map<int32_t, Error> failed_{};  // by broker
  std::vector<Problem> problems_{};
  std::set<std::string> scopes_{};
  size_t group_problems_ = 0;
  std::optional<Error> group_problem_{};  // the first that was not listed
  bool answered_ = false;
};

/// "broker 3", or "a bootstrap server" for kAnyBroker.
std::string BrokerName(int32_t broker);

/// An error code in an answer, as an error: "broker 3 says NOT_COORDINATOR".
Error ErrorOf(wire::ErrorCode code, int32_t broker);

}  // namespace klaxon::kafka_collector
