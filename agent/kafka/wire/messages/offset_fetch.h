#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/kafka/wire/message.h"

namespace klaxon::kafka::wire {

/// Until version 7 the answer is of one group and does not name it; `groups` has one item then.
struct OffsetFetchResponse {
  struct Partition {
    int32_t index = 0;
    int64_t committed_offset = -1;  ///< -1: never committed
    int32_t committed_leader_epoch = -1;
    SkippedString metadata{};
    ErrorCode error_code{};

    static void Fields(auto& self, auto& io) {
      io(self.index, self.committed_offset);
      if (io.version() >= 5) {
        io(self.committed_leader_epoch);
      }
      io(self.metadata, self.error_code);
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

  struct Group {
    std::string id{};
    std::vector<Topic> topics{};
    ErrorCode error_code{};

    static void Fields(auto& self, auto& io) {
      io(self.id, self.topics, self.error_code);
      io.Tags();
    }
  };

  int32_t throttle_time_ms = 0;
  std::vector<Group> groups = std::vector<Group>(1);

  static void Fields(auto& self, auto& io) {
    if (io.version() >= 3) {
      io(self.throttle_time_ms);
    }
    if (io.version() >= 8) {
      io(self.groups);
    } else {
      auto& only = self.groups.at(0);
      io(only.topics, only.error_code);
    }
    io.Tags();
  }
};

/// Committed offsets. Must go to the groups' coordinator. Until version 7 (Kafka before 3.0) one
/// group a request: only groups[0] is sent.
struct OffsetFetchRequest {
  using Response = OffsetFetchResponse;
  static constexpr ApiKey kApiKey = ApiKey::kOffsetFetch;
  static constexpr VersionRange kVersions{2, 8};
  static constexpr int16_t kFlexibleSince = 6;
  static constexpr int16_t kManyGroupsSince = 8;

  struct Topic {
    std::string name{};
    std::vector<int32_t> partitions{};

    static void Fields(auto& self, auto& io) {
      io(self.name, self.partitions);
      io.Tags();
    }
  };

  struct Group {
    std::string id{};
    std::optional<std::vector<Topic>> topics{};  ///< null: all that the group committed

    static void Fields(auto& self, auto& io) {
      io(self.id, self.topics);
      io.Tags();
    }
  };

  std::vector<Group> groups = std::vector<Group>(1);
  bool require_stable = false;  ///< true: wait for pending transactional commits

  static void Fields(auto& self, auto& io) {
    if (io.version() >= kManyGroupsSince) {
      io(self.groups);
    } else {
      auto& only = self.groups.at(0);
      io(only.id, only.topics);
    }
    if (io.version() >= 7) {
      io(self.require_stable);
    }
    io.Tags();
  }
};

}  // namespace klaxon::kafka::wire
