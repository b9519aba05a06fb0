#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/base/result.h"

namespace klaxon::connect_collector {

/// The Kafka cluster that one worker told in one poll.
struct ToldCluster {
  std::string url{};     ///< of the worker
  std::string before{};  ///< id that GET / told; empty: none
  /// The same, asked again behind the list of connectors. Empty: none, or it listed nothing.
  std::string after{};
};

/// Which Kafka cluster the workers of one Connect cluster belong to, as it comes out over polls.
///
/// An address may lead to workers of several clusters (a load balancer, a name that moved). Each
/// answer by itself looks good then, so what ids say against each other decides what is believed.
/// The first id is believed at once; after any contradiction, one has to stand alone for
/// kPollsToBelieve polls in a row. Confined to one thread.
class ClusterIdentity {
 public:
  static constexpr int kPollsToBelieve = 3;

  /// Error: why nothing of this poll may be believed. A poll that tells no id changes nothing.
  Result<void> Take(const std::vector<ToldCluster>& told);

  /// If Take() has just begun to believe another id than before: what to say of it. Once.
  std::optional<std::string> TakeChange();

 private:
  std::string believed_{};        // empty: none yet
  std::optional<Error> doubt_{};  // of the poll before
  std::string candidate_{};       // the id that stands alone since
  int stood_ = 0;                 // polls in a row
  std::optional<std::string> change_{};
};

}  // namespace klaxon::connect_collector
