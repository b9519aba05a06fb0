#pragma once

#include <memory>
#include <string>

#include "agent/base/result.h"
#include "agent/kafka/wire/transport.h"
#include "agent/tls/client_context.h"

namespace klaxon::kafka::wire {

/// TLS over `socket`; the handshake happens with the first bytes. `host`: whom the certificate must
/// be for. REQUIRES: `socket` is connected and non-blocking. Error: kInvalid, a certificate or key
/// of ours cannot be used.
Result<std::unique_ptr<Transport>> TlsTransport(Descriptor socket, tls::ClientContext& context,
                                                const std::string& host);

}  // namespace klaxon::kafka::wire
