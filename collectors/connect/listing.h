#pragma once

#include <cstddef>
#include <vector>

#include "agent/base/result.h"
#include "agent/connect/client.h"
#include "agent/model/connect_facts.h"

namespace klaxon::connect_collector {

/// Reads all connectors of a Connect cluster out of one worker's mouth, by name. Those that exist
/// and have no status yet are among them, with an empty state. All or nothing: half a list would
/// look as if connectors were deleted.
///
/// Kafka 2.3 and later: two requests. Older: one for each connector, and now and then one for its
/// configuration; what `before` (may be null) knows of it is kept meanwhile.
class Lister {
 public:
  /// `wait` is for each of the two requests; the many may last until `last`.
  Result<std::vector<connect::NamedConnector>> List(const connect::ConnectClient& worker,
                                                    const ConnectFacts* before,
                                                    const connect::Wait& wait, MonoTime last);

 private:
  Result<std::vector<connect::NamedConnector>> OneByOne(const connect::ConnectClient& worker,
                                                        const ConnectFacts* before,
                                                        const connect::Wait& wait);

  connect::ConnectorsMemory memory_{};
  size_t configured_ = 0;  // place in the list behind the connector whose configuration was asked
                           // for last
};

/// The connector of that name; null if there is none. `facts` may be null.
const ConnectorFacts* Find(const ConnectFacts* facts, std::string_view name);

}  // namespace klaxon::connect_collector
