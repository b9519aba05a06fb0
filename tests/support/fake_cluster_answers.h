#pragma once

#include <cstdint>
#include <string>

#include "tests/support/fake_cluster.h"

namespace klaxon::testing {

/// The body with which a broker answers a call. Throws when a test meets an API that it should not.
std::string AnswerOf(const FakeCluster& cluster, int32_t broker, const kafka::Call& call,
                     int16_t version);

}  // namespace klaxon::testing
