#pragma once

#include <vector>

#include "agent/kafka/wire/messages/metadata.h"
#include "agent/model/entity.h"
#include "agent/model/kafka_facts.h"

namespace klaxon::kafka_collector {

/// The brokers of an answer, ascending by id, each once.
std::vector<BrokerFacts> ReadBrokers(
    const std::vector<kafka::wire::MetadataResponse::Broker>& brokers);

/// The topics of an answer, by name, each once, with their partitions ascending. A partition that
/// was known before keeps its offsets, unless its topic is another one of the same name (by topic
/// id). REQUIRES: `old` is such a list itself.
std::vector<TopicFacts> ReadTopics(std::vector<kafka::wire::MetadataResponse::Topic> topics,
                                   const std::vector<TopicFacts>& old, EntityTable& entities);

}  // namespace klaxon::kafka_collector
