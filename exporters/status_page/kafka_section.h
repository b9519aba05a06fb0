#pragma once

#include <string>

#include "agent/model/view.h"

namespace klaxon::status_page {

/// What the page shows of one Kafka cluster, as HTML: numbers, brokers, partitions in trouble and
/// groups, the worst lag first. Pure.
std::string KafkaSection(const KafkaPart& part, const Instant& now);

}  // namespace klaxon::status_page
