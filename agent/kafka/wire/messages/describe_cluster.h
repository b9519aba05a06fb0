#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/kafka/wire/message.h"
#include "agent/kafka/wire/messages/metadata.h"

namespace klaxon::kafka::wire {

struct DescribeClusterResponse {
  struct Broker {
    int32_t id = -1;
    std::string host{};
    int32_t port = 0;
    std::optional<std::string> rack{};
    bool fenced = false;

    static void Fields(auto& self, auto& io) {
      io(self.id, self.host, self.port, self.rack);
      if (io.version() >= 2) {
        io(self.fenced);
      }
      io.Tags();
    }
  };

  int32_t throttle_time_ms = 0;
  ErrorCode error_code{};
  std::optional<std::string> error_message{};
  int8_t endpoint_type = 1;
  std::string cluster_id{};
  int32_t controller_id = -1;  ///< in KRaft mode any broker when a broker is asked
  std::vector<Broker> brokers{};
  int32_t cluster_authorized_operations = kOperationsNotAsked;  ///< bit field of AclOperation codes

  static void Fields(auto& self, auto& io) {
    io(self.throttle_time_ms, self.error_code, self.error_message);
    if (io.version() >= 1) {
      io(self.endpoint_type);
    }
    io(self.cluster_id, self.controller_id, self.brokers, self.cluster_authorized_operations);
    io.Tags();
  }
};

/// KIP-700; since 2.8. What we may do with the cluster is asked here since Metadata 11 no longer
/// tells.
struct DescribeClusterRequest {
  using Response = DescribeClusterResponse;
  static constexpr ApiKey kApiKey = ApiKey::kDescribeCluster;
  static constexpr VersionRange kVersions{0, 2};
  static constexpr int16_t kFlexibleSince = 0;

  bool include_cluster_authorized_operations = true;
  int8_t endpoint_type = 1;  ///< 1: brokers, 2: controllers
  bool include_fenced_brokers = false;

  static void Fields(auto& self, auto& io) {
    io(self.include_cluster_authorized_operations);
    if (io.version() >= 1) {
      io(self.endpoint_type);
    }
    if (io.version() >= 2) {
      io(self.include_fenced_brokers);
    }
    io.Tags();
  }
};

}  // namespace klaxon::kafka::wire
