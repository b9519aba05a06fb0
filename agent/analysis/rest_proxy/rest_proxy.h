#pragma once

#include <memory>

#include "agent/base/clock.h"
#include "agent/model/kafka_facts.h"
#include "agent/model/rest_proxy_facts.h"

namespace klaxon::analysis {

/// Holds the nodes of a REST proxy against the Kafka cluster that it is configured with. `kafka`
/// null: there is no such section, or it never answered. `before`: what was made of the facts
/// before these; null: nothing. Pure.
std::shared_ptr<const RestProxyDerived> JoinRestProxy(const RestProxyFacts& facts,
                                                      const KafkaFacts* kafka,
                                                      const RestProxyDerived* before,
                                                      const Instant& now);

}  // namespace klaxon::analysis
