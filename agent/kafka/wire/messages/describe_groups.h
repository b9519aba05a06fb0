#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/kafka/wire/message.h"
#include "agent/kafka/wire/messages/metadata.h"

namespace klaxon::kafka::wire {

struct DescribeGroupsResponse {
  struct Member {
    std::string member_id{};
    std::optional<std::string> group_instance_id{};
    std::string client_id{};
    std::string client_host{};
    Bytes metadata{};    ///< in the form of the group's protocol type
    Bytes assignment{};  ///< likewise

    static void Fields(auto& self, auto& io) {
      io(self.member_id);
      if (io.version() >= 4) {
        io(self.group_instance_id);
      }
      io(self.client_id, self.client_host, self.metadata, self.assignment);
      io.Tags();
    }
  };

  struct Group {
    ErrorCode error_code{};
    std::optional<std::string> error_message{};
    std::string id{};
    std::string state{};
    std::string protocol_type{};
    std::string protocol{};
    std::vector<Member> members{};
    int32_t authorized_operations = kOperationsNotAsked;

    static void Fields(auto& self, auto& io) {
      io(self.error_code);
      if (io.version() >= 6) {
        io(self.error_message);
      }
      io(self.id, self.state, self.protocol_type, self.protocol, self.members);
      if (io.version() >= 3) {
        io(self.authorized_operations);
      }
      io.Tags();
    }
  };

  int32_t throttle_time_ms = 0;
  std::vector<Group> groups{};

  static void Fields(auto& self, auto& io) {
    if (io.version() >= 1) {
      io(self.throttle_time_ms);
    }
    io(self.groups);
    io.Tags();
  }
};

/// State and members of classic groups. Must go to their coordinator. Groups of other kinds are
/// answered as "Dead" without members before version 6, with GROUP_ID_NOT_FOUND since.
struct DescribeGroupsRequest {
  using Response = DescribeGroupsResponse;
  static constexpr ApiKey kApiKey = ApiKey::kDescribeGroups;
  static constexpr VersionRange kVersions{0, 6};
  static constexpr int16_t kFlexibleSince = 5;

  std::vector<std::string> groups{};
  bool include_authorized_operations = false;

  static void Fields(auto& self, auto& io) {
    io(self.groups);
    if (io.version() >= 3) {
      io(self.include_authorized_operations);
    }
    io.Tags();
  }
};

}  // namespace klaxon::kafka::wire
