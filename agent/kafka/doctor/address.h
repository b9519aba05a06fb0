#pragma once

#include "agent/base/clock.h"
#include "agent/base/text.h"
#include "agent/kafka/doctor/finding.h"
#include "agent/tls/client_context.h"

namespace klaxon::kafka {

/// Name, connection and (with `tls`) handshake of one address, each by itself so that what fails
/// can be told from what would have worked. Nothing of Kafka is sent. Blocks, for `patience` a step
/// at most. `tls` null: the listener is not TLS.
Findings CheckAddress(const HostPort& address, tls::ClientContext* tls, Clock& clock,
                      Duration patience);

/// What a finished handshake tells: who, for which names, until when. A certificate that ends
/// within 30 days is a note. Pure.
Finding JudgePeer(const std::string& subject, const tls::PeerInfo& peer, WallTime now);

}  // namespace klaxon::kafka
