#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/clock.h"
#include "agent/model/connect_facts.h"
#include "agent/model/view.h"

/// What connectors need and is known not to work.
namespace klaxon::recovery {

/// What a Connect cluster's Kafka cluster and schema registries lack, by a view, which outlives it.
class Dependencies {
 public:
  /// `cluster`: as the configuration names it.
  Dependencies(const View& view, std::string_view cluster);

  /// What all connectors need; one line, empty: nothing is known to be away. Of partitions without
  /// a leader those of Kafka's own topics count, and of what may be Connect's: REST does not tell
  /// how those are called.
  const std::string& of_all() const { return of_all_; }

  /// What this one needs besides: a leader of the topics that it uses, of all topics if it is not
  /// known which these are. One line, empty: nothing is known to be away.
  std::string Of(const ConnectorFacts& connector) const;

 private:
  struct Topic {
    std::string_view name{};
    size_t partitions = 0;  ///< without a leader
  };

  void TakeTopics(const KafkaPart& part);

  const Instant now_;
  std::optional<KafkaPart> kafka_{};
  std::string of_all_{};
  std::vector<Topic> leaderless_{};
  size_t partitions_ = 0;  // of these
};

}  // namespace klaxon::recovery
