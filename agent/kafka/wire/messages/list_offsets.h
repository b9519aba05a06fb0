#pragma once

#include <string>
#include <vector>

#include "agent/kafka/wire/message.h"

namespace klaxon::kafka::wire {

constexpr int64_t kLatestOffset = -1;    ///< as a timestamp: high watermark (or last stable offset)
constexpr int64_t kEarliestOffset = -2;  ///< as a timestamp: log start offset

enum class IsolationLevel : int8_t {
  kReadUncommitted = 0,  ///< "latest" is the high watermark
  kReadCommitted = 1,    ///< "latest" is the last stable offset
};

struct ListOffsetsResponse {
  struct Partition {
    int32_t index = 0;
    ErrorCode error_code{};
    int64_t timestamp = -1;
    int64_t offset = -1;  ///< -1: no record that young
    int32_t leader_epoch = -1;

    static void Fields(auto& self, auto& io) {
      io(self.index, self.error_code, self.timestamp, self.offset);
      if (io.version() >= 4) {
        io(self.leader_epoch);
      }
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

  int32_t throttle_time_ms = 0;
  std::vector<Topic> topics{};

  static void Fields(auto& self, auto& io) {
    if (io.version() >= 2) {
      io(self.throttle_time_ms);
    }
    io(self.topics);
    io.Tags();
  }
};

/// Offsets by position or time. Must go to the leader of each partition.
struct ListOffsetsRequest {
  using Response = ListOffsetsResponse;
  static constexpr ApiKey kApiKey = ApiKey::kListOffsets;
  static constexpr VersionRange kVersions{1, 7};
  static constexpr int16_t kFlexibleSince = 6;

  struct Partition {
    int32_t index = 0;
    int32_t current_leader_epoch = -1;  ///< -1: do not check
    int64_t timestamp = kLatestOffset;  ///< Unix milliseconds, kLatestOffset or kEarliestOffset

    static void Fields(auto& self, auto& io) {
      io(self.index);
      if (io.version() >= 4) {
        io(self.current_leader_epoch);
      }
      io(self.timestamp);
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

  int32_t replica_id = -1;  ///< -1: a client
  int8_t isolation_level = static_cast<int8_t>(IsolationLevel::kReadUncommitted);
  std::vector<Topic> topics{};

  static void Fields(auto& self, auto& io) {
    io(self.replica_id);
    if (io.version() >= 2) {
      io(self.isolation_level);
    }
    io(self.topics);
    io.Tags();
  }
};

}  // namespace klaxon::kafka::wire
