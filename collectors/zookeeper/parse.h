#pragma once

#include <string_view>

#include "agent/base/result.h"
#include "agent/model/zookeeper_facts.h"

/// Answers of a ZooKeeper server, read out of hostile bytes. Pure. Sources: apache/zookeeper 3.4 to
/// 3.9, org.apache.zookeeper.server.command (words) and .server.admin (AdminServer).
///
/// Errors, without the server's name in front: kRefused: it says that it serves nobody now;
/// kUnauthorized: the word is not in its whitelist; kBadAnswer: no such answer, or half of one.
/// Times come in milliseconds and leave in seconds; numbers below 0 and NaN count as not told.
namespace klaxon::zookeeper_collector {

struct Monitored {
  ZookeeperStats stats{};  ///< without a zxid
  ZookeeperMonitor monitor{};
};

/// The answer to `srvr`.
Result<ZookeeperStats> ParseSrvr(std::string_view answer);

/// The answer to `mntr`, with either kind of metrics provider: the default one tells
/// `zk_avg_fsynctime`, Prometheus' `zk_fsynctime_sum` and `_count`, and 47 as 47.0.
Result<Monitored> ParseMntr(std::string_view answer);

/// The body of the AdminServer's `/commands/monitor`: the same keys without `zk_`, as JSON.
Result<Monitored> ParseAdminMonitor(std::string_view body);

/// The answer to `conf`.
Result<ZookeeperSettings> ParseConf(std::string_view answer);

/// The body of the AdminServer's `/commands/configuration`: less of the same, without the sizes.
Result<ZookeeperSettings> ParseAdminConfiguration(std::string_view body);

/// The answer to `isro`: whether it serves readers only. "null" is kRefused: it serves nobody.
Result<bool> ParseIsro(std::string_view answer);

/// The answer to `ruok`, which is "imok" of every ZooKeeper whose process lives.
Result<void> ParseRuok(std::string_view answer);

}  // namespace klaxon::zookeeper_collector
