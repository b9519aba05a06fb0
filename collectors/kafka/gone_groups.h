#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "collectors/kafka/round.h"

namespace klaxon::kafka_collector {

/// A group of the poll before that no broker lists now, though all who could have answered.
struct Suspect {
  const GroupFacts* group = nullptr;
  int32_t coordinator = -1;      ///< who is asked
  std::optional<Error> doubt{};  ///< out: why it may still be there; empty: it is gone
};

/// Asks for each suspect by name. A list alone is no proof: a coordinator that has just handed the
/// group over lists it no more while the next one may not have loaded it, and a permission that was
/// taken away empties lists in the same way. Costs a request for 250 groups, only when groups
/// vanish.
void ConfirmGone(Round& round, std::vector<Suspect>& suspects);

}  // namespace klaxon::kafka_collector
