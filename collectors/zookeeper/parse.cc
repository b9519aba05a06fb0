#include "collectors/zookeeper/parse.h"

#include <array>
#include <charconv>
#include <cmath>
#include <string>

#include <nlohmann/json.hpp>

#include "agent/base/text.h"
#include "collectors/zookeeper/parse_pieces.h"

namespace klaxon::zookeeper_collector {
namespace {

using Json = nlohmann::json;

constexpr std::array<Key<ZookeeperStats>, 8> kStats{{
    {"min_latency", &ZookeeperStats::latency_min, kMilliseconds},
    {"avg_latency", &ZookeeperStats::latency_avg, kMilliseconds},
    {"max_latency", &ZookeeperStats::latency_max, kMilliseconds},
    {"packets_received", &ZookeeperStats::packets_received},
    {"packets_sent", &ZookeeperStats::packets_sent},
    {"num_alive_connections", &ZookeeperStats::connections},
    {"outstanding_requests", &ZookeeperStats::outstanding},
    {"znode_count", &ZookeeperStats::znodes},
}};

constexpr std::array<Key<ZookeeperMonitor>, 23> kMonitor{{
    {"watch_count", &ZookeeperMonitor::watches},
    {"ephemerals_count", &ZookeeperMonitor::ephemerals},
    {"global_sessions", &ZookeeperMonitor::sessions},
    {"approximate_data_size", &ZookeeperMonitor::data_bytes},
    {"open_file_descriptor_count", &ZookeeperMonitor::open_files},
    {"max_file_descriptor_count", &ZookeeperMonitor::max_files},
    {"uptime", &ZookeeperMonitor::uptime, kMilliseconds},
    {"quorum_size", &ZookeeperMonitor::voters},
    {"looking_count", &ZookeeperMonitor::elections},
    {"sum_election_time", &ZookeeperMonitor::election_sum, kMilliseconds},
    {"election_time_sum", &ZookeeperMonitor::election_sum, kMilliseconds},
    {"cnt_election_time", &ZookeeperMonitor::election_count},
    {"election_time_count", &ZookeeperMonitor::election_count},
    {"sum_fsynctime", &ZookeeperMonitor::fsync_sum, kMilliseconds},
    {"fsynctime_sum", &ZookeeperMonitor::fsync_sum, kMilliseconds},
    {"cnt_fsynctime", &ZookeeperMonitor::fsync_count},
    {"fsynctime_count", &ZookeeperMonitor::fsync_count},
    {"max_fsynctime", &ZookeeperMonitor::fsync_max, kMilliseconds},
    {"learners", &ZookeeperMonitor::learners},
    {"followers", &ZookeeperMonitor::learners},  // its name in 3.4
    {"synced_followers", &ZookeeperMonitor::synced_followers},
    {"synced_observers", &ZookeeperMonitor::synced_observers},
    {"pending_syncs", &ZookeeperMonitor::pending_syncs},
}};

/// "3.8.4-9316c2a7...be436c, built on 2024-02-12" and "3.8.0-${mvngit.commit.id}, built on ..."
/// without the commit.
std::string VersionIn(std::string_view text) {
  std::string_view version = Trim(text.substr(0, text.find(',')));
  const size_t dash = version.rfind('-');
  if (dash != std::string_view::npos && dash > 0) {
    constexpr size_t kCommit = 40;
    const std::string_view last = version.substr(dash + 1);
    const bool commit = last.size() == kCommit &&
                        last.find_first_not_of("0123456789abcdef") == std::string_view::npos;
    version = commit || last.starts_with("${") ? version.substr(0, dash) : version;
  }
  return Printable(version, 60);
}

std::string ModeIn(std::string_view text) {
  return Printable(Trim(text), 40);
}

void TakeNumber(std::string_view name, std::optional<double> number, Monitored& monitored) {
  Take(kStats, name, number, monitored.stats);
  Take(kMonitor, name, number, monitored.monitor);
}

void TakeText(std::string_view name, std::string_view text, Monitored& monitored) {
  if (name == "version") {
    monitored.stats.version = VersionIn(text);
  } else if (name == "server_state") {
    monitored.stats.mode = ModeIn(text);
  }
}

/// A longest time over no events at all is the library's zero, not a measurement.
void Settle(ZookeeperMonitor& monitor) {
  if (!monitor.fsync_count || *monitor.fsync_count < 1) {
    monitor.fsync_max.reset();
  }
}

/// The line without its label, if it has that.
std::optional<std::string_view> After(std::string_view line, std::string_view label) {
  return line.starts_with(label) ? std::optional(Trim(line.substr(label.size()))) : std::nullopt;
}

void TakeLatency(std::string_view text, ZookeeperStats& stats) {
  const std::vector<std::string_view> parts = Split(text, '/');
  constexpr std::array<std::string_view, 3> kNames{"min_latency", "avg_latency", "max_latency"};
  for (size_t i = 0; i < parts.size() && parts.size() == kNames.size(); ++i) {
    Take(kStats, kNames[i], NumberIn(parts[i]), stats);
  }
}

std::optional<uint64_t> ZxidIn(std::string_view text) {
  constexpr int kHexadecimal = 16;
  const std::string_view digits = text.starts_with("0x") ? text.substr(2) : "";
  uint64_t zxid = 0;
  const char* begin = digits.data();
  const char* end = begin + digits.size();
  const auto [stop, error] = std::from_chars(begin, end, zxid, kHexadecimal);
  return error == std::errc{} && stop == end ? std::optional(zxid) : std::nullopt;
}

void TakeLine(std::string_view line, ZookeeperStats& stats) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kNumbers{{
      {"Received:", "packets_received"},
      {"Sent:", "packets_sent"},
      {"Connections:", "num_alive_connections"},
      {"Outstanding:", "outstanding_requests"},
      {"Node count:", "znode_count"},
  }};
  for (const auto& [label, name] : kNumbers) {
    if (const auto text = After(line, label)) {
      Take(kStats, name, NumberIn(*text), stats);
    }
  }
  if (const auto version = After(line, "Zookeeper version:")) {
    stats.version = VersionIn(*version);
  } else if (const auto mode = After(line, "Mode:")) {
    stats.mode = ModeIn(*mode);
  } else if (const auto zxid = After(line, "Zxid:")) {
    stats.zxid = ZxidIn(*zxid);
  } else if (const auto latency = After(line, "Latency min/avg/max:")) {
    TakeLatency(*latency, stats);
  }
}

}  // namespace

Result<ZookeeperStats> ParseSrvr(std::string_view answer) {
  if (const std::optional<Error> none = NoAnswer(answer)) {
    return *none;
  }
  ZookeeperStats stats;
  for (const std::string_view line : Split(answer, '\n')) {
    TakeLine(line, stats);
  }
  // The number of nodes comes last of what every mode tells: without it half is missing.
  if (stats.version.empty() || stats.mode.empty() || !stats.znodes || !answer.ends_with('\n')) {
    return Odd("srvr", answer);
  }
  return stats;
}

Result<Monitored> ParseMntr(std::string_view answer) {
  if (const std::optional<Error> none = NoAnswer(answer)) {
    return *none;
  }
  Monitored monitored;
  for (const std::string_view line : Split(answer, '\n')) {
    const size_t tab = line.find('\t');
    if (line.starts_with("zk_") && tab != std::string_view::npos) {
      const std::string_view name = line.substr(3, tab - 3);
      TakeText(name, line.substr(tab + 1), monitored);
      TakeNumber(name, NumberIn(Trim(line.substr(tab + 1))), monitored);
    }
  }
  if (monitored.stats.version.empty() || monitored.stats.mode.empty() || !answer.ends_with('\n')) {
    return Odd("mntr", answer);
  }
  Settle(monitored.monitor);
  return monitored;
}

Result<Monitored> ParseAdminMonitor(std::string_view body) {
  const Json document = Json::parse(body, nullptr, false);
  if (!document.is_object()) {
    return Odd("monitor", body);
  }
  const auto error = document.find("error");
  if (error != document.end() && error->is_string()) {
    const auto text = error->get<std::string>();
    // Only ZooKeeper's own word says that it does not serve.
    return NoAnswer(text).value_or(
        Error(Reason::kBadAnswer, "answers monitor with an error: " + Printable(text, 80)));
  }
  Monitored monitored;
  for (const auto& [name, value] : document.items()) {
    if (value.is_string()) {
      TakeText(name, value.get_ref<const std::string&>(), monitored);
    } else if (value.is_number()) {
      const auto number = value.get<double>();
      TakeNumber(name, number >= 0 && std::isfinite(number) ? std::optional(number) : std::nullopt,
                 monitored);
    }
  }
  if (monitored.stats.version.empty() || monitored.stats.mode.empty()) {
    return Odd("monitor", body);
  }
  Settle(monitored.monitor);
  return monitored;
}

}  // namespace klaxon::zookeeper_collector
