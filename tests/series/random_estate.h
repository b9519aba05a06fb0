#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agent/model/section.h"

namespace klaxon::testing {

/// Two Kafka clusters, each with a Connect cluster, a schema registry, a REST proxy and a ZooKeeper
/// ensemble, of which every answer is of another age: `seed` says of which, and which never came.
/// Within half a minute after EstateNow() all of them expire, one after the other.
std::vector<SectionRef> RandomEstate(uint32_t seed);

}  // namespace klaxon::testing
