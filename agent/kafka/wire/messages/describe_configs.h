#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/kafka/wire/message.h"

namespace klaxon::kafka::wire {

/// What a configuration belongs to: org.apache.kafka.common.config.ConfigResource.Type.
enum class ConfigResource : int8_t {
  kTopic = 2,
  kBroker = 4,
};

struct DescribeConfigsResponse {
  struct Synonym {
    std::string name{};
    std::optional<std::string> value{};
    int8_t source = 0;

    static void Fields(auto& self, auto& io) {
      io(self.name, self.value, self.source);
      io.Tags();
    }
  };

  struct Config {
    std::string name{};
    std::optional<std::string> value{};  ///< null when sensitive
    bool read_only = false;
    int8_t source = 5;  ///< 1: set on the topic, 4: in the broker's file, 5: Kafka's default
    bool sensitive = false;
    std::vector<Synonym> synonyms{};
    int8_t type = 0;  ///< 0: unknown
    std::optional<std::string> documentation{};

    static void Fields(auto& self, auto& io) {
      io(self.name, self.value, self.read_only, self.source, self.sensitive, self.synonyms);
      if (io.version() >= 3) {
        io(self.type, self.documentation);
      }
      io.Tags();
    }
  };

  struct Result {
    ErrorCode error_code{};
    std::optional<std::string> error_message{};
    int8_t resource_type = 0;  ///< a ConfigResource
    std::string resource_name{};
    std::vector<Config> configs{};

    static void Fields(auto& self, auto& io) {
      io(self.error_code, self.error_message, self.resource_type, self.resource_name, self.configs);
      io.Tags();
    }
  };

  int32_t throttle_time_ms = 0;
  std::vector<Result> results{};

  static void Fields(auto& self, auto& io) {
    io(self.throttle_time_ms, self.results);
    io.Tags();
  }
};

/// Configurations of topics (any broker knows them) and of brokers (only the broker itself).
struct DescribeConfigsRequest {
  using Response = DescribeConfigsResponse;
  static constexpr ApiKey kApiKey = ApiKey::kDescribeConfigs;
  static constexpr VersionRange kVersions{1, 4};
  static constexpr int16_t kFlexibleSince = 4;

  struct Resource {
    int8_t type = static_cast<int8_t>(ConfigResource::kTopic);
    std::string name{};
    std::optional<std::vector<std::string>> keys{};  ///< null: all

    static void Fields(auto& self, auto& io) {
      io(self.type, self.name, self.keys);
      io.Tags();
    }
  };

  std::vector<Resource> resources{};
  bool include_synonyms = false;
  bool include_documentation = false;

  static void Fields(auto& self, auto& io) {
    io(self.resources, self.include_synonyms);
    if (io.version() >= 3) {
      io(self.include_documentation);
    }
    io.Tags();
  }
};

}  // namespace klaxon::kafka::wire
