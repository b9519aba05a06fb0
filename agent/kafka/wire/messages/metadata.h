#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/kafka/wire/message.h"

namespace klaxon::kafka::wire {

/// "This bit field was not asked for", in every field of authorised operations (KIP-430).
constexpr int32_t kOperationsNotAsked = INT32_MIN;

struct MetadataResponse {
  struct Broker {
    int32_t id = -1;
    std::string host{};
    int32_t port = 0;
    std::optional<std::string> rack{};

    static void Fields(auto& self, auto& io) {
      io(self.id, self.host, self.port, self.rack);
      io.Tags();
    }
  };

  struct Partition {
    ErrorCode error_code{};
    int32_t index = 0;
    int32_t leader = -1;  ///< -1: none
    int32_t leader_epoch = -1;
    std::vector<int32_t> replicas{};
    std::vector<int32_t> in_sync{};
    std::vector<int32_t> offline{};

    static void Fields(auto& self, auto& io) {
      io(self.error_code, self.index, self.leader);
      if (io.version() >= 7) {
        io(self.leader_epoch);
      }
      io(self.replicas, self.in_sync);
      if (io.version() >= 5) {
        io(self.offline);
      }
      io.Tags();
    }
  };

  struct Topic {
    ErrorCode error_code{};
    std::optional<std::string> name{};  ///< null only where a topic was asked for by id
    Uuid id{};
    bool internal = false;
    std::vector<Partition> partitions{};
    int32_t authorized_operations = kOperationsNotAsked;

    static void Fields(auto& self, auto& io) {
      io(self.error_code, self.name);
      if (io.version() >= 10) {
        io(self.id);
      }
      io(self.internal, self.partitions);
      if (io.version() >= 8) {
        io(self.authorized_operations);
      }
      io.Tags();
    }
  };

  int32_t throttle_time_ms = 0;
  std::vector<Broker> brokers{};
  std::optional<std::string> cluster_id{};
  int32_t controller_id = -1;  ///< in KRaft mode any broker, not the active controller
  std::vector<Topic> topics{};
  int32_t cluster_authorized_operations = kOperationsNotAsked;

  static void Fields(auto& self, auto& io) {
    if (io.version() >= 3) {
      io(self.throttle_time_ms);
    }
    io(self.brokers);
    if (io.version() >= 2) {
      io(self.cluster_id);
    }
    io(self.controller_id, self.topics);
    if (io.version() >= 8 && io.version() <= 10) {
      io(self.cluster_authorized_operations);
    }
    io.Tags();
  }
};

/// Brokers, and topics with their partitions. Never creates a topic.
struct MetadataRequest {
  using Response = MetadataResponse;
  static constexpr ApiKey kApiKey = ApiKey::kMetadata;
  static constexpr VersionRange kVersions{1, 12};
  static constexpr int16_t kFlexibleSince = 9;

  struct Topic {
    Uuid id{};
    std::optional<std::string> name{};

    static void Fields(auto& self, auto& io) {
      if (io.version() >= 10) {
        io(self.id);
      }
      io(self.name);
      io.Tags();
    }
  };

  std::optional<std::vector<Topic>> topics{};  ///< null: all topics
  bool allow_auto_topic_creation = false;
  bool include_cluster_authorized_operations = false;
  bool include_topic_authorized_operations = false;

  static void Fields(auto& self, auto& io) {
    io(self.topics);
    if (io.version() >= 4) {
      io(self.allow_auto_topic_creation);
    }
    if (io.version() >= 8 && io.version() <= 10) {
      io(self.include_cluster_authorized_operations);
    }
    if (io.version() >= 8) {
      io(self.include_topic_authorized_operations);
    }
    io.Tags();
  }
};

}  // namespace klaxon::kafka::wire
