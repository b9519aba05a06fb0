#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"
#include "agent/model/connect_facts.h"

/// The small answers of Kafka Connect's REST interface, read out of hostile bytes. Pure.
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

/// `GET /health` (WorkerStatus).
struct WorkerHealth {
  ConnectHealth health = ConnectHealth::kUnknown;
  std::string words{};  ///< Connect's own, at most 1,000 bytes
};

Result<WorkerInfo> ParseWorkerInfo(std::string_view body);

/// Whatever its status.
Result<WorkerHealth> ParseHealth(std::string_view body);

/// `GET /connectors`, sorted, each once.
Result<std::vector<std::string>> ParseNames(std::string_view body);

/// `GET /connectors/{name}/topics`: {name: {"topics": [...]}}; sorted, at most 1,000.
Result<std::vector<std::string>> ParseTopics(std::string_view body);

/// `GET /connectors/{name}/offsets` (ConnectorOffsets); at most 1,000.
Result<std::vector<ConnectOffset>> ParseOffsets(std::string_view body);

/// `GET /connector-plugins` (PluginInfo); at most 1,000.
Result<std::vector<ConnectPlugin>> ParsePlugins(std::string_view body);

/// The `message` of an error answer ({"error_code", "message"}), secrets masked; empty if the body
/// is no such thing.
std::string ErrorMessageIn(std::string_view body);

}  // namespace klaxon::connect
