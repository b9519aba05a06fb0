#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// A Kafka Connect worker's view of its cluster as data, and the JSON that its REST API makes of
/// it. Shapes: ConnectorsResource and ConnectorStateInfo in connect/runtime of Kafka 4.x.
namespace klaxon::simulator {

struct ConnectTask {
  int id = 0;
  std::string state = "RUNNING";
  std::string worker_id{};
  std::string trace{};  ///< of what it threw; empty: left out
};

struct Connector {
  std::string name{};
  std::string type{};  ///< "source" or "sink"
  std::vector<std::pair<std::string, std::string>> config{};
  std::string state = "RUNNING";
  std::string worker_id{};
  std::string trace{};
  std::vector<ConnectTask> tasks{};
  bool has_status = true;             ///< false: listed, but no status can be read
  std::vector<std::string> topics{};  ///< that it used, as the worker tracks them
  /// Partition and offset of a source, each a JSON object.
  std::vector<std::pair<std::string, std::string>> offsets{};
  bool incurable = false;  ///< what is restarted of it fails again at once
};

struct ConnectState {
  std::string version = "4.3.1";
  std::string commit = "c9b7cd6a2f31bd5e";
  std::string kafka_cluster_id{};
  std::vector<Connector> connectors{};
  std::string health = "healthy";  ///< or "starting", "unhealthy"
  std::string health_message = "Worker has completed startup and is ready to handle requests.";
  bool tracks_topics = true;
  /// Resources that were POSTed to restart something, in order, refused ones included.
  std::vector<std::string> restarts{};
};

/// The workers of ShopConnect, by their addresses in the shop.
inline constexpr std::array<const char*, 2> kShopWorkers{"connect-1.shop.internal:8083",
                                                         "connect-2.shop.internal:8083"};

/// Postgres -> orders, orders -> lake, customers -> search, all well, over two workers.
ConnectState ShopConnect(std::string kafka_cluster_id);

/// A stack trace as a sink task leaves it: the generic line first, the root cause last.
std::string SearchIsDownTrace();

/// nullptr if there is none.
Connector* FindConnector(ConnectState& state, std::string_view name);

/// Forgets what is on that worker: what the others carry is left.
void DropWorker(ConnectState& state, std::string_view worker);

/// False if there is no such task. A failed connector keeps its tasks' states.
bool FailTask(ConnectState& state, std::string_view connector, int task, std::string trace);
bool HealTask(ConnectState& state, std::string_view connector, int task);

std::string RootJson(const ConnectState& state);
/// Names only.
std::string ListJson(const ConnectState& state);
/// By name, with "status" and "info" as asked.
std::string ExpandedJson(const ConnectState& state, bool status, bool info);
std::string StatusJson(const Connector& connector);
std::string InfoJson(const Connector& connector);
std::string ConfigJson(const Connector& connector);
std::string TopicsJson(const Connector& connector);
std::string OffsetsJson(const Connector& connector);
std::string PluginsJson(const ConnectState& state);
std::string HealthJson(const ConnectState& state);

}  // namespace klaxon::simulator
