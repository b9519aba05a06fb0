#include "agent/recovery/poison.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

namespace klaxon::recovery {
namespace {

Positions InBoth(const Positions& one, const Positions& other) {
  Positions both;
  std::ranges::set_intersection(one, other, std::inserter(both, both.end()));
  return both;
}

/// What it needs was away, or others were in its way: the record at which it stands has no part in
/// that, however often it fails there.
bool IsElsewhere(FailureClass failure) {
  return failure == FailureClass::kTransient || failure == FailureClass::kDependency;
}

}  // namespace

/// Of a sink any task may come upon the record: which one does differs from restart to restart.
FailureMark MarkOf(const Connector& connector) {
  const Item* worst = connector.worst();
  if (worst->fingerprint == 0 || connector.positions.empty()) {
    return {};
  }
  return {.cause = fmt::format("{} {:016x}", connector.sink ? -1 : worst->id, worst->fingerprint),
          .positions = connector.positions};
}

void TakeFailure(const Connector& connector, uint32_t attempts, PoisonMemory& memory) {
  const Positions before = std::exchange(memory.stood, {});
  const FailureMark last = std::exchange(memory.last, MarkOf(connector));
  if (!connector.positions.empty() && InBoth(memory.found, connector.positions).empty()) {
    memory.found.clear();  // somebody has let it skip the record: this is another failure
  }
  if (attempts == 0 || last.cause != memory.last.cause || IsElsewhere(connector.worst()->failure)) {
    return;
  }
  memory.stood = InBoth(last.positions, memory.last.positions);
  const bool moved = last.positions != memory.last.positions;
  const bool again = attempts > 1;  // tasks fail one after the other after one restart
  Positions guilty = !moved ? memory.stood : again ? InBoth(memory.stood, before) : Positions{};
  if (!guilty.empty()) {
    memory.found = std::move(guilty);
  }
}

}  // namespace klaxon::recovery
