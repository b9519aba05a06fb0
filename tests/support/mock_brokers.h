#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/text.h"

namespace klaxon::testing {

/// Brokers on loopback that keep records: those that librdkafka brings for tests. They are a
/// server of their own behind real sockets, but not Kafka: tests/stack reads from the real one.
class MockBrokers {
 public:
  explicit MockBrokers(int brokers = 1);
  MockBrokers(const MockBrokers&) = delete;
  MockBrokers& operator=(const MockBrokers&) = delete;
  ~MockBrokers();

  std::vector<HostPort> bootstrap() const;

  void CreateTopic(const std::string& topic, int partitions);

  struct Header {
    std::string name{};
    std::optional<std::string> value{};
  };

  struct Record {
    std::optional<std::string> key{};
    std::optional<std::string> value{};
    std::vector<Header> headers{};
  };

  /// Returns when the broker has it.
  void Write(const std::string& topic, int32_t partition, const Record& record);

  /// What brokers say of a topic from now on: an error code of the protocol.
  void RefuseTopic(const std::string& topic, int code);

  /// All brokers go away.
  void Stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace klaxon::testing
