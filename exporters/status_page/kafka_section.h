#pragma once

#include <string>

#include "agent/model/view.h"
#include "exporters/status_page/links.h"

namespace klaxon::status_page {

/// What the page shows of one Kafka cluster, as HTML: numbers, brokers, partitions in trouble and
/// groups, the worst lag first, with links to what they belong to. Pure.
std::string KafkaSection(const KafkaPart& part, const GroupLinks& links,
                         const PlatformLinks& platforms, const Instant& now);

}  // namespace klaxon::status_page
