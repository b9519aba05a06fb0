#pragma once

#include <memory>
#include <optional>
#include <set>

#include "agent/kafka/record_reader.h"
#include "agent/model/connect_status.h"
#include "collectors/collector.h"
#include "collectors/connect_status/config.h"
#include "collectors/connect_status/states.h"

namespace klaxon::connect_status_collector {

/// Follows the status topic of a Connect cluster, as ConnectStatusFacts. A poll waits for news and
/// returns with the first; it is begun again every kInterval. Without a group: nothing is
/// committed, a start reads the topic from its beginning.
class ConnectStatusCollector final : public Collector {
 public:
  ConnectStatusCollector(Config config, kafka::RecordReaderOptions options);

  /// Facts are null until the topic was read to its end for the first time.
  Reading Poll(const PollContext& context) override;

 private:
  Result<void> Open(const PollContext& context);
  Result<void> Follow(const PollContext& context);
  /// A quiet topic tells nothing: asks from time to time whether it is still there, with leaders.
  Result<void> Prove(const PollContext& context);

  const Config config_;
  const kafka::RecordReaderOptions options_;
  std::unique_ptr<kafka::RecordReader> reader_{};  // null: begin anew
  States states_{};
  std::set<int32_t> unread_{};  // partitions whose end was not reached yet
  int32_t partitions_ = 0;
  MonoTime proven_{};                                  // when the topic was last asked for
  std::optional<MonoTime> failing_{};                  // since when
  std::shared_ptr<const ConnectStatusFacts> facts_{};  // of the poll before; null at first
};

}  // namespace klaxon::connect_status_collector
