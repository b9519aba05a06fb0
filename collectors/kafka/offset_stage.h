#pragma once

#include "collectors/kafka/round.h"

namespace klaxon::kafka_collector {

/// As many partitions as one request asks for: an answer stays below half a megabyte.
constexpr size_t kPartitionsPerRequest = 10'000;

/// The last stage: the end of every partition, from its leader. After the committed offsets, so
/// that no lag comes out negative. The beginnings too, when they are due or were never read.
void ReadOffsets(Round& round);

/// Every offset of the poll before, when the poll ended before it came to offsets.
void CarryOffsets(Round& round, const Error& error);

}  // namespace klaxon::kafka_collector
