#pragma once

#include <optional>

#include "collectors/kafka/round.h"

namespace klaxon::kafka_collector {

/// The first stage: brokers, topics, partitions and the controller, with the proof that the broker
/// that told them still has its quorum. Metadata in doubt changes nothing, except where nothing was
/// known before; then memory().doubt says why. An error: nobody tells us anything at all.
std::optional<Error> ReadMetadata(Round& round);

/// Whether to believe again: some broker has its quorum, or none answers any more. Asked last in a
/// poll: a broker without a quorum answers only after a time-out of its own, and answers nothing
/// else on that connection meanwhile.
bool DoubtIsOver(Round& round);

/// Brokers, topics and controller of the poll before, with the reason why there is nothing newer.
void CarryMetadata(Round& round, const Error& error);

}  // namespace klaxon::kafka_collector
