#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The protocol's primitive types, as far as C++ has no own word for them.
/// Source of every layout in this folder: https://kafka.apache.org/protocol and the JSON schemas in
/// clients/src/main/resources/common/message of apache/kafka 4.x.
namespace klaxon::kafka::wire {

using Uuid = std::array<uint8_t, 16>;

/// Opaque bytes: int32 length, or unsigned varint of length + 1 when flexible.
struct Bytes {
  std::string data{};

  friend bool operator==(const Bytes&, const Bytes&) = default;
};

/// A nullable string that we never look at: read over without a copy, written empty.
struct SkippedString {
  friend bool operator==(const SkippedString&, const SkippedString&) = default;
};

enum class ApiKey : int16_t {
  kFetch = 1,
  kListOffsets = 2,
  kMetadata = 3,
  kOffsetFetch = 9,
  kFindCoordinator = 10,
  kDescribeGroups = 15,
  kListGroups = 16,
  kSaslHandshake = 17,
  kApiVersions = 18,
  kDescribeConfigs = 32,
  kSaslAuthenticate = 36,
  kDescribeQuorum = 55,
  kDescribeCluster = 60,
  kConsumerGroupDescribe = 69,
};

/// "ListOffsets", ...; "api 99" for one we do not speak.
std::string Name(ApiKey key);

/// Error codes of the protocol that we treat on their own; all others are shown by number.
/// Source: org.apache.kafka.common.protocol.Errors.
enum class ErrorCode : int16_t {
  kUnknownServerError = -1,
  kNone = 0,
  kOffsetOutOfRange = 1,
  kUnknownTopicOrPartition = 3,
  kLeaderNotAvailable = 5,
  kNotLeaderOrFollower = 6,
  kRequestTimedOut = 7,
  kCoordinatorLoadInProgress = 14,
  kCoordinatorNotAvailable = 15,
  kNotCoordinator = 16,
  kTopicAuthorizationFailed = 29,
  kGroupAuthorizationFailed = 30,
  kClusterAuthorizationFailed = 31,
  kUnsupportedSaslMechanism = 33,
  kIllegalSaslState = 34,
  kUnsupportedVersion = 35,
  kNotController = 41,
  kInvalidRequest = 42,
  kKafkaStorageError = 56,
  kSaslAuthenticationFailed = 58,
  kGroupIdNotFound = 69,
  kFencedLeaderEpoch = 74,
  kUnknownLeaderEpoch = 76,
  kOffsetNotAvailable = 78,
};

/// "NOT_COORDINATOR" or "error 123".
std::string Name(ErrorCode code);

}  // namespace klaxon::kafka::wire
