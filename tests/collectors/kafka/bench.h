#pragma once

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>

#include "agent/model/kafka_facts.h"
#include "collectors/kafka/collector.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_cluster.h"

namespace klaxon::kafka_collector {

/// A collector on a cluster that a test makes up.
class Bench {
 public:
  Bench() {
    cluster.AddBrokers(3);
    auto owned = std::make_unique<testing::FakeClusterClient>(cluster, clock);
    client = owned.get();
    Config config;
    config.bootstrap = {{.host = "kafka-1", .port = 9092}};
    collector = std::make_unique<KafkaCollector>(config, std::move(owned));
  }

  /// One poll, an interval after the one before.
  Reading Poll() {
    clock.Advance(interval);
    const PollContext context{
        .clock = clock, .interval = interval, .deadline = clock.Now().mono + interval, .stop = {}};
    Reading reading = collector->Poll(context);
    facts = std::dynamic_pointer_cast<const KafkaFacts>(reading.facts);
    problems = reading.problems;
    return reading;
  }

  const TopicFacts& Topic(const std::string& name) const {
    const auto found = std::find_if(facts->topics.begin(), facts->topics.end(),
                                    [&](const auto& topic) { return topic.entity->name == name; });
    return found != facts->topics.end() ? *found : throw std::logic_error("no topic " + name);
  }

  const GroupFacts* FindGroup(const std::string& name) const {
    const auto found = std::find_if(facts->groups.begin(), facts->groups.end(),
                                    [&](const auto& group) { return group.entity->name == name; });
    return found != facts->groups.end() ? &*found : nullptr;
  }

  const GroupFacts& Group(const std::string& name) const {
    const GroupFacts* group = FindGroup(name);
    return group != nullptr ? *group : throw std::logic_error("no group " + name);
  }

  /// The problem of that scope; nullptr if there is none.
  const Error* ProblemOf(const std::string& scope) const {
    const auto found = std::find_if(problems.begin(), problems.end(),
                                    [&](const Problem& problem) { return problem.scope == scope; });
    return found != problems.end() ? &found->error : nullptr;
  }

  bool IsCurrent(const AnswerRef& answer) const {
    return answer != nullptr && !answer->error && answer->taken_at == clock_now();
  }

  Instant clock_now() const { return const_cast<testing::FakeClock&>(clock).Now(); }

  testing::FakeClock clock;
  testing::FakeCluster cluster;
  testing::FakeClusterClient* client = nullptr;
  Duration interval = std::chrono::seconds{10};
  std::unique_ptr<Collector> collector;
  std::shared_ptr<const KafkaFacts> facts;  ///< of the last poll
  std::vector<Problem> problems;            ///< likewise
};

/// Why an answer is not the newest; nullptr if it is.
inline const Error* ErrorIn(const AnswerRef& answer) {
  return answer != nullptr && answer->error ? &*answer->error : nullptr;
}

}  // namespace klaxon::kafka_collector
