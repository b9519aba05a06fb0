#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/clock.h"

/// Who is told of alerts, and how that goes: what is shown of it. Plain values.
namespace klaxon {

struct BoardSilence {
  std::string id{};
  std::string matchers{};  ///< `{alertname="X"}`
  std::string state{};     ///< "active", "pending" or "expired": Alertmanager's words
  WallTime starts_at{};
  WallTime ends_at{};
  std::string created_by{};
  std::string comment{};
};

/// One place that is told; counts are since the start.
struct BoardReceiver {
  std::string id{};    ///< "ops/slack[0]"
  std::string kind{};  ///< "slack"
  uint64_t sent = 0;
  uint64_t failed = 0;
  size_t waiting = 0;                ///< groups that it has to be told of
  std::optional<WallTime> oldest{};  ///< since when the oldest of them waits
  std::string words{};               ///< of the last attempt; empty: there was none
  bool failing = false;              ///< the last attempt was not accepted
  WallTime last_at{};
};

/// An attempt that ended.
struct BoardReceipt {
  WallTime at{};
  std::string integration{};
  std::string group_key{};
  std::string outcome{};  ///< "accepted", "tried again" or "given up"
  std::string words{};
  int64_t firing = 0;
  int64_t resolved = 0;
};

struct NotifyBoard {
  bool durable = true;  ///< what must be told is on the disk
  std::string not_durable_because{};
  std::vector<BoardSilence> silences{};
  std::vector<BoardReceiver> receivers{};
  std::vector<BoardReceipt> receipts{};  ///< the newest first
};

}  // namespace klaxon
