#pragma once

#include <cstddef>
#include <cstdint>

#include "agent/model/view.h"

namespace klaxon::bench {

/// How large an estate is. The default is size L of the performance figures: 10,000 partitions,
/// 1,000 groups, 100,000 group-partitions.
struct Size {
  size_t topics = 1000;
  size_t partitions = 10;  ///< of a topic
  size_t groups = 1000;
  size_t topics_of_group = 10;
};

/// A Kafka cluster in which everything is known, with names as long as they are in practice.
View LargeView(const Size& size, const Instant& now);

/// The same cluster one poll later: every partition has `records` more, and every group has read as
/// many of each of its partitions, but for the last `stalled` groups, which have read nothing.
/// REQUIRES: LargeView made `view`, or this.
View AfterPoll(const View& view, int64_t records, size_t stalled);

}  // namespace klaxon::bench
