#pragma once

#include <memory>

#include "agent/kafka/security.h"
#include "agent/kafka/token_source.h"
#include "agent/kafka/wire/sasl/mechanism.h"

namespace klaxon::kafka::wire {

/// OAUTHBEARER (RFC 7628) with Kafka's extensions (KIP-342). `options` must outlive it.
std::unique_ptr<Mechanism> OAuthBearer(const SecurityOptions& options,
                                       std::shared_ptr<TokenSource> tokens);

}  // namespace klaxon::kafka::wire
