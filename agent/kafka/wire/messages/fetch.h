#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/kafka/wire/message.h"

namespace klaxon::kafka::wire {

struct FetchResponse {
  struct AbortedTransaction {
    int64_t producer_id = 0;
    int64_t first_offset = 0;

    static void Fields(auto& self, auto& io) { io(self.producer_id, self.first_offset); }
  };

  struct Partition {
    int32_t index = 0;
    ErrorCode error_code{};
    int64_t high_watermark = -1;
    int64_t last_stable_offset = -1;
    int64_t log_start_offset = -1;
    std::optional<std::vector<AbortedTransaction>> aborted{};
    int32_t preferred_read_replica = -1;
    Bytes records{};  ///< batches, of which the first may begin before the offset asked for

    static void Fields(auto& self, auto& io) {
      io(self.index, self.error_code, self.high_watermark, self.last_stable_offset);
      if (io.version() >= 5) {
        io(self.log_start_offset);
      }
      io(self.aborted);
      if (io.version() >= 11) {
        io(self.preferred_read_replica);
      }
      io(self.records);
    }
  };

  struct Topic {
    std::string name{};
    std::vector<Partition> partitions{};

    static void Fields(auto& self, auto& io) { io(self.name, self.partitions); }
  };

  int32_t throttle_time_ms = 0;
  ErrorCode error_code{};
  int32_t session_id = 0;  ///< 0: no session
  std::vector<Topic> topics{};

  static void Fields(auto& self, auto& io) {
    io(self.throttle_time_ms);
    if (io.version() >= 7) {
      io(self.error_code, self.session_id);
    }
    io(self.topics);
  }
};

/// Records. The simulator answers it; Klaxon itself reads records by librdkafka. Versions before
/// the flexible ones, which name topics by id soon after.
struct FetchRequest {
  using Response = FetchResponse;
  static constexpr ApiKey kApiKey = ApiKey::kFetch;
  static constexpr VersionRange kVersions{4, 11};
  static constexpr int16_t kFlexibleSince = 12;

  struct Partition {
    int32_t index = 0;
    int32_t current_leader_epoch = -1;  ///< -1: do not check
    int64_t offset = 0;
    int64_t log_start_offset = -1;  ///< of followers
    int32_t max_bytes = 0;

    static void Fields(auto& self, auto& io) {
      io(self.index);
      if (io.version() >= 9) {
        io(self.current_leader_epoch);
      }
      io(self.offset);
      if (io.version() >= 5) {
        io(self.log_start_offset);
      }
      io(self.max_bytes);
    }
  };

  struct Topic {
    std::string name{};
    std::vector<Partition> partitions{};

    static void Fields(auto& self, auto& io) { io(self.name, self.partitions); }
  };

  struct Forgotten {
    std::string name{};
    std::vector<int32_t> partitions{};

    static void Fields(auto& self, auto& io) { io(self.name, self.partitions); }
  };

  int32_t replica_id = -1;  ///< -1: a client
  int32_t max_wait_ms = 0;
  int32_t min_bytes = 0;
  int32_t max_bytes = 0;
  int8_t isolation_level = 0;
  int32_t session_id = 0;
  int32_t session_epoch = -1;
  std::vector<Topic> topics{};
  std::vector<Forgotten> forgotten{};
  std::string rack_id{};

  static void Fields(auto& self, auto& io) {
    io(self.replica_id, self.max_wait_ms, self.min_bytes, self.max_bytes, self.isolation_level);
    if (io.version() >= 7) {
      io(self.session_id, self.session_epoch);
    }
    io(self.topics);
    if (io.version() >= 7) {
      io(self.forgotten);
    }
    if (io.version() >= 11) {
      io(self.rack_id);
    }
  }
};

}  // namespace klaxon::kafka::wire
