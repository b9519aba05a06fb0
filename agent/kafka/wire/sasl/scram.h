#pragma once

#include <memory>
#include <string>

#include "agent/kafka/security.h"
#include "agent/kafka/wire/sasl/mechanism.h"
#include "agent/kafka/wire/sasl/scram_crypto.h"

namespace klaxon::kafka::wire {

/// The last password that was salted: a user's salt is the same on every broker, so that each login
/// but the first is quick. Confined to the I/O thread.
struct ScramCache {
  std::string salt{};
  int iterations = 0;
  std::string salted{};
};

/// SCRAM-SHA-256 and -512 (RFC 5802, RFC 7677), without channel binding, as Kafka has it (KIP-84):
/// the broker must prove that it knows the password too. Taken are 4,096 to 1,000,000 iterations
/// and salts up to 256 bytes; extensions are refused. `options` and `cache` must outlive it.
std::unique_ptr<Mechanism> Scram(ScramHash hash, const SecurityOptions& options, ScramCache& cache,
                                 std::string nonce = RandomNonce());

}  // namespace klaxon::kafka::wire
