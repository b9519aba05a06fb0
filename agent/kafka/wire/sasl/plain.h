#pragma once

#include <memory>

#include "agent/kafka/security.h"
#include "agent/kafka/wire/sasl/mechanism.h"

namespace klaxon::kafka::wire {

/// PLAIN (RFC 4616): user and password as they are. `options` must outlive it.
std::unique_ptr<Mechanism> Plain(const SecurityOptions& options);

}  // namespace klaxon::kafka::wire
