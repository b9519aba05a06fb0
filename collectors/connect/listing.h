#pragma once

#include <cstddef>
#include <stop_token>
#include <string_view>
#include <vector>

#include "agent/base/clock.h"
#include "agent/base/result.h"
#include "agent/connect/client.h"
#include "agent/model/connect_facts.h"

namespace klaxon::connect_collector {

/// How long requests may last: each so long, none beyond `last` or a stop.
struct Patience {
  Clock& clock;
  Duration each{};
  MonoTime last{};
  std::stop_token stop{};

  /// For a request that begins now.
  connect::Wait Next() const;
};

/// Reads all connectors of a Connect cluster out of one worker's mouth, by name. Those that exist
/// and have no status yet are among them, with an empty state. No half of a list: it would look as
/// if connectors were deleted.
///
/// Kafka 2.3 and later: two requests. Older: one for each connector, and now and then one for its
/// configuration; what `before` (may be null) knows of it is kept meanwhile. One that does not tell
/// its status is `untold`; when none does, or the worker does not answer, nothing is read.
class Lister {
 public:
  Result<std::vector<connect::NamedConnector>> List(const connect::ConnectClient& worker,
                                                    const ConnectFacts* before,
                                                    const Patience& patience);

 private:
  Result<std::vector<connect::NamedConnector>> OneByOne(const connect::ConnectClient& worker,
                                                        const ConnectFacts* before,
                                                        const Patience& patience);
  void AskConfigs(const connect::ConnectClient& worker, const Patience& patience,
                  std::vector<connect::NamedConnector>& connectors);

  connect::ConnectorsMemory memory_{};
  size_t configured_ = 0;  // place in the list behind the connector whose configuration was asked
                           // for last
};

/// The connector of that name; null if there is none. `facts` may be null.
const ConnectorFacts* Find(const ConnectFacts* facts, std::string_view name);

}  // namespace klaxon::connect_collector
