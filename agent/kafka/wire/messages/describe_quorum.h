#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/kafka/wire/message.h"

namespace klaxon::kafka::wire {

struct DescribeQuorumResponse {
  struct Replica {
    int32_t id = -1;
    Uuid directory_id{};
    int64_t log_end_offset = -1;
    int64_t last_fetch_ms = -1;      ///< Unix time; -1 unknown
    int64_t last_caught_up_ms = -1;  ///< Unix time; -1 unknown

    static void Fields(auto& self, auto& io) {
      io(self.id);
      if (io.version() >= 2) {
        io(self.directory_id);
      }
      io(self.log_end_offset);
      if (io.version() >= 1) {
        io(self.last_fetch_ms, self.last_caught_up_ms);
      }
      io.Tags();
    }
  };

  struct Partition {
    int32_t index = 0;
    ErrorCode error_code{};
    std::optional<std::string> error_message{};
    int32_t leader = -1;  ///< the active controller; -1: none
    int32_t leader_epoch = -1;
    int64_t high_watermark = -1;
    std::vector<Replica> voters{};
    std::vector<Replica> observers{};

    static void Fields(auto& self, auto& io) {
      io(self.index, self.error_code);
      if (io.version() >= 2) {
        io(self.error_message);
      }
      io(self.leader, self.leader_epoch, self.high_watermark, self.voters, self.observers);
      io.Tags();
    }
  };

  struct Topic {
    std::string name{};
    std::vector<Partition> partitions{};

    static void Fields(auto& self, auto& io) {
      io(self.name, self.partitions);
      io.Tags();
    }
  };

  struct Listener {
    std::string name{};
    std::string host{};
    uint16_t port = 0;

    static void Fields(auto& self, auto& io) {
      io(self.name, self.host, self.port);
      io.Tags();
    }
  };

  struct Node {
    int32_t id = -1;
    std::vector<Listener> listeners{};

    static void Fields(auto& self, auto& io) {
      io(self.id, self.listeners);
      io.Tags();
    }
  };

  ErrorCode error_code{};
  std::optional<std::string> error_message{};
  std::vector<Topic> topics{};
  std::vector<Node> nodes{};

  static void Fields(auto& self, auto& io) {
    io(self.error_code);
    if (io.version() >= 2) {
      io(self.error_message);
    }
    io(self.topics);
    if (io.version() >= 2) {
      io(self.nodes);
    }
    io.Tags();
  }
};

/// KIP-595, KIP-836; KRaft clusters only. A broker passes it on to the active controller, so an
/// answer proves that the broker still has one.
struct DescribeQuorumRequest {
  using Response = DescribeQuorumResponse;
  static constexpr ApiKey kApiKey = ApiKey::kDescribeQuorum;
  static constexpr VersionRange kVersions{0, 2};
  static constexpr int16_t kFlexibleSince = 0;

  struct Partition {
    int32_t index = 0;

    static void Fields(auto& self, auto& io) {
      io(self.index);
      io.Tags();
    }
  };

  struct Topic {
    std::string name{};
    std::vector<Partition> partitions{};

    static void Fields(auto& self, auto& io) {
      io(self.name, self.partitions);
      io.Tags();
    }
  };

  std::vector<Topic> topics{};

  static void Fields(auto& self, auto& io) {
    io(self.topics);
    io.Tags();
  }
};

/// The only topic that DescribeQuorum knows, with its one partition 0.
constexpr const char* kClusterMetadataTopic = "__cluster_metadata";

}  // namespace klaxon::kafka::wire
