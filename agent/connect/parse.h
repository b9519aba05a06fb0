#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"

/// Answers of Kafka Connect's REST interface, read out of hostile bytes. Pure.
///
/// Every function gives kBadAnswer with the place for what is not the JSON that Connect sends: not
/// JSON or not UTF-8, wrong types, deeper than 16 levels, more than 500,000 values. Text is one
/// printable line, cut where it is longer than sensible. Sources: the classes of
/// org.apache.kafka.connect.runtime.rest.entities, apache/kafka 2.3 to 4.x.
namespace klaxon::connect {

/// `GET /` (ServerInfo).
struct WorkerInfo {
  std::string version{};
  std::string commit{};
  std::string kafka_cluster_id{};  ///< empty: not told
};

struct TaskStatus {
  int32_t id = 0;
  std::string state{};
  std::string worker{};      ///< "host:port"
  std::string root_cause{};  ///< of its trace; empty without one
};

/// One entry of `GET /connectors?expand=status&expand=info`. Of its configuration only the class is
/// read: the rest may hold secrets.
struct ConnectorStatus {
  std::string name{};  ///< as it is, any characters
  std::string type{};  ///< "source" or "sink"; empty: not told
  std::string connector_class{};
  bool has_status = false;  ///< false: the four below are empty
  std::string state{};
  std::string worker{};
  std::string root_cause{};
  std::vector<TaskStatus> tasks{};  ///< by id, each once
};

Result<WorkerInfo> ParseWorkerInfo(std::string_view body);

/// By name. The map may lack connectors that exist: compare with ParseNames.
Result<std::vector<ConnectorStatus>> ParseConnectors(std::string_view body);

/// `GET /connectors`, sorted.
Result<std::vector<std::string>> ParseNames(std::string_view body);

/// The `message` of an error answer ({"error_code", "message"}); empty if the body is no such
/// thing.
std::string ErrorMessageIn(std::string_view body);

}  // namespace klaxon::connect
