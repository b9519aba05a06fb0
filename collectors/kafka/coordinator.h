#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace klaxon::kafka_collector {

/// The topic whose partition leaders coordinate the groups.
constexpr const char* kOffsetsTopic = "__consumer_offsets";

/// The partition of kOffsetsTopic whose leader coordinates the group: the absolute value of Java's
/// String.hashCode (0 for Integer.MIN_VALUE), modulo the count (GroupMetadataManager.partitionFor
/// with Utils.abs; unchanged from 0.9 to 4.x). REQUIRES: partitions > 0.
int32_t CoordinatorPartition(std::string_view group, size_t partitions);

}  // namespace klaxon::kafka_collector
