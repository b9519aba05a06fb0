#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/connect/client.h"
#include "agent/model/connect_facts.h"
#include "collectors/collector.h"
#include "collectors/connect/errand.h"

namespace klaxon::connect_collector {

/// Asks what changes rarely, a few requests in a poll: the plugins, the topics that connectors used
/// (each about every ten minutes), and, if it is wanted, the offsets of one running source after
/// the other. One request at a time, beside the polls. Confined to one thread.
class RareQuestions {
 public:
  /// `offsets_interval`: between two sources; 0: never.
  explicit RareQuestions(Duration offsets_interval) : offsets_interval_(offsets_interval) {}

  /// Adds to the facts what has come since the last poll, and asks on. `worker` is null when none
  /// can be asked; otherwise it outlives this. REQUIRES: the facts' connectors are by name.
  void Run(const connect::ConnectClient* worker, const PollContext& context, ConnectFacts& facts);

 private:
  struct Found {
    Instant at{};
    std::optional<Result<std::vector<ConnectPlugin>>> plugins{};
    std::vector<std::pair<std::string, Result<std::vector<std::string>>>> topics{};
  };

  struct Position {
    Instant at{};
    std::string connector{};
    Result<std::vector<ConnectOffset>> offsets = Error(Reason::kInternal, "not asked");
  };

  void Start(const connect::ConnectClient& worker, const PollContext& context,
             const ConnectFacts& facts);
  std::vector<std::string> DueForTopics(const PollContext& context, const ConnectFacts& facts);
  void StartOffsets(const connect::ConnectClient& worker, const PollContext& context,
                    const ConnectFacts& facts);
  void Take(Found found, ConnectFacts& facts);
  void TakeOffsets(Position position, ConnectFacts& facts) const;

  const Duration offsets_interval_;
  std::string plugins_of_{};  // the worker's version when they were asked for
  std::optional<MonoTime> plugins_asked_{};
  std::map<std::string, MonoTime> topics_asked_{};  // by connector
  std::optional<MonoTime> no_topics_until_{};       // the worker does not track them
  std::optional<MonoTime> offsets_asked_{};
  std::string offsets_of_{};  // the source asked last
  Errand<Found> errand_{"connect rare"};
  Errand<Position> offsets_{"connect offsets"};
};

}  // namespace klaxon::connect_collector
