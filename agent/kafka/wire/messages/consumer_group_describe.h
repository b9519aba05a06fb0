#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/kafka/wire/message.h"
#include "agent/kafka/wire/messages/metadata.h"

namespace klaxon::kafka::wire {

struct ConsumerGroupDescribeResponse {
  struct TopicPartitions {
    Uuid topic_id{};
    std::string topic{};
    std::vector<int32_t> partitions{};

    static void Fields(auto& self, auto& io) {
      io(self.topic_id, self.topic, self.partitions);
      io.Tags();
    }
  };

  struct Assignment {
    std::vector<TopicPartitions> topics{};

    static void Fields(auto& self, auto& io) {
      io(self.topics);
      io.Tags();
    }
  };

  struct Member {
    std::string member_id{};
    std::optional<std::string> instance_id{};
    std::optional<std::string> rack_id{};
    int32_t epoch = 0;
    std::string client_id{};
    std::string client_host{};
    std::vector<std::string> topics{};  ///< subscribed by name
    std::optional<std::string> topic_pattern{};
    Assignment assignment{};
    Assignment target{};  ///< what the coordinator wants it to have
    int8_t type = -1;     ///< 0: classic client, 1: consumer; -1 before version 1

    static void Fields(auto& self, auto& io) {
      io(self.member_id, self.instance_id, self.rack_id, self.epoch, self.client_id);
      io(self.client_host, self.topics, self.topic_pattern, self.assignment, self.target);
      if (io.version() >= 1) {
        io(self.type);
      }
      io.Tags();
    }
  };

  struct Group {
    ErrorCode error_code{};
    std::optional<std::string> error_message{};
    std::string id{};
    std::string state{};
    int32_t epoch = 0;
    int32_t assignment_epoch = 0;
    std::string assignor{};
    std::vector<Member> members{};
    int32_t authorized_operations = kOperationsNotAsked;

    static void Fields(auto& self, auto& io) {
      io(self.error_code, self.error_message, self.id, self.state, self.epoch);
      io(self.assignment_epoch, self.assignor, self.members, self.authorized_operations);
      io.Tags();
    }
  };

  int32_t throttle_time_ms = 0;
  std::vector<Group> groups{};

  static void Fields(auto& self, auto& io) {
    io(self.throttle_time_ms, self.groups);
    io.Tags();
  }
};

/// State and members of groups of the new protocol (KIP-848). Must go to their coordinator; groups
/// of other kinds are answered with GROUP_ID_NOT_FOUND.
struct ConsumerGroupDescribeRequest {
  using Response = ConsumerGroupDescribeResponse;
  static constexpr ApiKey kApiKey = ApiKey::kConsumerGroupDescribe;
  static constexpr VersionRange kVersions{0, 1};
  static constexpr int16_t kFlexibleSince = 0;

  std::vector<std::string> groups{};
  bool include_authorized_operations = false;

  static void Fields(auto& self, auto& io) {
    io(self.groups, self.include_authorized_operations);
    io.Tags();
  }
};

}  // namespace klaxon::kafka::wire
