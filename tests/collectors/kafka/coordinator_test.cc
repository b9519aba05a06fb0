#include "collectors/kafka/coordinator.h"

#include <catch2/catch_test_macros.hpp>

namespace klaxon::kafka_collector {
namespace {

TEST_CASE("the coordinator's partition follows Java's String.hashCode", "[kafka]") {
  // "polygenelubricants".hashCode() is Integer.MIN_VALUE, which has no absolute value: 0.
  CHECK(CoordinatorPartition("polygenelubricants", 50) == 0);
  CHECK(CoordinatorPartition("", 50) == 0);
  CHECK(CoordinatorPartition("a", 50) == 97 % 50);
  CHECK(CoordinatorPartition("hello", 1'000'000'007) == 99162322);
  CHECK(CoordinatorPartition("hello", 50) == 22);
}

TEST_CASE("a negative hash counts by its absolute value, as in Kafka's Utils.abs", "[kafka]") {
  // What org.apache.kafka.common.utils.Utils.abs of kafka-clients 4.3.1 says.
  CHECK(CoordinatorPartition("legacy-reports", 50) == 43);
  CHECK(CoordinatorPartition("legacy-reports", 16) == 5);
  CHECK(CoordinatorPartition("email-sender", 50) == 44);
}

TEST_CASE("names beyond ASCII are hashed as UTF-16", "[kafka]") {
  CHECK(CoordinatorPartition("\xC3\xA9", 1000) == 0xE9);                                // e acute
  CHECK(CoordinatorPartition("\xE2\x82\xAC", 100000) == 0x20AC);                        // euro sign
  CHECK(CoordinatorPartition("\xF0\x9F\x98\x80", 10'000'000) == 0xD83D * 31 + 0xDE00);  // emoji
}

TEST_CASE("bytes that are not UTF-8 do no harm", "[kafka]") {
  CHECK(CoordinatorPartition("\xF0\x9F", 50) >= 0);
  CHECK(CoordinatorPartition("\xFF\xFE", 50) >= 0);
}

}  // namespace
}  // namespace klaxon::kafka_collector
