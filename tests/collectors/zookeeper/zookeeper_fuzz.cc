// Any bytes as an answer of ZooKeeper: no exception, and what was read keeps its promises.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "agent/base/text.h"
#include "collectors/zookeeper/kafka_nodes.h"
#include "collectors/zookeeper/parse.h"

namespace {

using namespace klaxon;  // NOLINT(google-build-using-namespace)

void Require(bool condition) {
  if (!condition) {
    std::abort();
  }
}

void RequireLine(const std::string& text, size_t limit) {
  Require(text == Printable(text, limit + 3));  // and "..."
}

void Check(const std::optional<double>& number) {
  Require(!number || (std::isfinite(*number) && *number >= 0));
}

void Check(const ZookeeperStats& stats) {
  Require(!stats.version.empty() && !stats.mode.empty());
  RequireLine(stats.version, 60);
  RequireLine(stats.mode, 40);
  for (const auto& number : {stats.latency_min, stats.latency_avg, stats.latency_max,
                             stats.packets_sent, stats.connections, stats.znodes}) {
    Check(number);
  }
}

void Check(const Result<zookeeper_collector::Monitored>& read) {
  if (!read) {
    RequireLine(read.error().message(), 400);
    return;
  }
  Check(read->stats);
  for (const auto& number : {read->monitor.voters, read->monitor.uptime, read->monitor.fsync_sum,
                             read->monitor.learners, read->monitor.synced_followers}) {
    Check(number);
  }
}

void Check(const Result<ZookeeperSettings>& read) {
  if (!read) {
    RequireLine(read.error().message(), 400);
    return;
  }
  Require(read->tick && read->id);
  RequireLine(read->data_dir, 200);
  RequireLine(read->log_dir, 200);
  for (const auto& number : {read->id, read->tick, read->init_limit, read->sync_limit,
                             read->max_connections, read->data_bytes, read->log_bytes}) {
    Require(!number || *number >= 0);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace zookeeper_collector;  // NOLINT(google-build-using-namespace)
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto stats = ParseSrvr(bytes)) {
    Check(*stats);
  } else {
    RequireLine(stats.error().message(), 400);
  }
  Check(ParseMntr(bytes));
  Check(ParseAdminMonitor(bytes));
  Check(ParseConf(bytes));
  Check(ParseAdminConfiguration(bytes));
  ZookeeperKafka kafka;
  for (const auto& read : {TakeClusterId(bytes, kafka), TakeController(bytes, kafka),
                           TakeMigration(bytes, WallTime{}, kafka)}) {
    Require(read || read.error().message() == Printable(read.error().message(), 400));
  }
  Require(kafka.controller.value_or(0) >= 0 && kafka.migration_offset >= -1);
  RequireLine(kafka.cluster_id, 60);
  if (const auto read_only = ParseIsro(bytes); !read_only) {
    RequireLine(read_only.error().message(), 400);
  }
  if (const auto lives = ParseRuok(bytes); !lives) {
    RequireLine(lives.error().message(), 400);
  }
  return 0;
}
