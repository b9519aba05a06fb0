#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "agent/kafka/wire/client.h"
#include "agent/model/kafka_facts.h"
#include "agent/simulator/cluster.h"
#include "collectors/kafka/collector.h"

namespace klaxon::kafka_collector {

/// A collector with the real client on a simulated cluster, in real time.
class SimulatedBench {
 public:
  explicit SimulatedBench(const simulator::ClusterSpec& spec, Duration timeout = kTimeout) {
    auto started = simulator::Cluster::Start(spec, clock);
    REQUIRE(started);
    cluster = *std::move(started);
    Config config;
    config.bootstrap = cluster->bootstrap();
    config.interval = 4 * timeout;
    config.request_timeout = timeout;
    kafka::wire::ClientOptions options;
    options.cluster = spec.name;
    options.bootstrap = config.bootstrap;
    options.connect_timeout = timeout;
    options.reconnect = {.base = std::chrono::milliseconds{10},
                         .cap = std::chrono::milliseconds{50}};
    interval = config.interval;
    collector = std::make_unique<KafkaCollector>(
        config, std::make_unique<kafka::wire::Client>(std::move(options), clock));
  }

  /// One poll; `took` says how long.
  Reading Poll() {
    began = clock.Now();
    const PollContext context{
        .clock = clock, .interval = interval, .deadline = began.mono + interval, .stop = {}};
    Reading reading = collector->Poll(context);
    took = clock.Now().mono - began.mono;
    facts = std::dynamic_pointer_cast<const KafkaFacts>(reading.facts);
    problems = reading.problems;
    return reading;
  }

  /// Polls until the condition holds, for ten seconds at most; with a breath in between, in which
  /// the client may find out that a broker answers again.
  template <class Condition>
  bool PollUntil(Condition condition) {
    const MonoTime limit = clock.Now().mono + std::chrono::seconds{10};
    while (clock.Now().mono < limit) {
      Poll();
      if (condition()) {
        return true;
      }
      clock.SleepUntil(clock.Now().mono + std::chrono::milliseconds{100}, {});
    }
    return false;
  }

  /// Whether the last poll brought it.
  bool IsNew(const AnswerRef& answer) const {
    return answer != nullptr && !answer->error && answer->taken_at.mono >= began.mono;
  }

  std::string AllProblems() const {
    std::string text;
    for (const Problem& problem : problems) {
      text += problem.scope + ": " + problem.error.message() + "\n";
    }
    return text;
  }

  static constexpr Duration kTimeout = std::chrono::milliseconds{500};

  SystemClock clock;
  std::unique_ptr<simulator::Cluster> cluster;
  std::unique_ptr<Collector> collector;
  Duration interval{};
  Instant began{};
  Duration took{};
  std::shared_ptr<const KafkaFacts> facts;  ///< of the last poll
  std::vector<Problem> problems;            ///< likewise
};

/// A small cluster whose offsets stand still and whose controller notices everything at once.
inline simulator::ClusterSpec StillCluster(int brokers) {
  simulator::ClusterSpec spec = simulator::Sized({.brokers = brokers,
                                                  .topics = 6,
                                                  .partitions = 6,
                                                  .replication = brokers,
                                                  .groups = 12,
                                                  .partitions_per_group = 6});
  spec.timings.step = Duration::zero();
  spec.timings.session_timeout = std::chrono::milliseconds{1};
  spec.timings.rejoin = std::chrono::milliseconds{1};
  spec.timings.catch_up = std::chrono::milliseconds{1};
  return spec;
}

}  // namespace klaxon::kafka_collector
