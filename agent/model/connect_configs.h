#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/clock.h"
#include "agent/model/answer.h"
#include "agent/model/section.h"

/// What a Connect cluster writes into its config topic: what its connectors are meant to be and do,
/// and when that was changed. By whom, Connect does not write down. Secrets are masked.
namespace klaxon {

enum class ConnectChangeKind : uint8_t {
  kCreated,
  kConfigured,  ///< its configuration is another one
  kDeleted,
  kTargetState,  ///< paused, resumed, stopped
  kTasks,        ///< its tasks were configured anew
  kRestart,      ///< a restart was asked for (Connect 3.0 and later)
};

/// "created", "configured", "deleted", "target_state", "tasks", "restart".
std::string_view Name(ConnectChangeKind kind);

struct ConnectChange {
  uint64_t sequence = 0;  ///< ascending in the order of the topic
  ConnectChangeKind kind = ConnectChangeKind::kCreated;
  std::string connector{};
  std::optional<WallTime> written{};  ///< by the clock of worker or broker; empty: not told
  std::string detail{};               ///< lines; of kConfigured one a key: "tasks.max: 2 → 4"
  bool seen = false;                  ///< else the topic still held it when Klaxon began to read
};

struct ConnectConfigRow {
  std::string target = "STARTED";  ///< or "PAUSED", "STOPPED": Connect's words for what is meant
  std::optional<int32_t> tasks{};  ///< configured for it
  std::optional<WallTime> configured{};  ///< when its configuration was written last
};

/// Immutable once it is published; the same object while nothing is written.
struct ConnectConfigs {
  std::map<std::string, ConnectConfigRow, std::less<>> connectors{};
  std::vector<ConnectChange> changes{};  ///< the newest 200, oldest first
};

struct ConnectConfigFacts final : Facts {
  std::shared_ptr<const ConnectConfigs> configs{};  ///< never null
  AnswerRef tailed{};  ///< of the configs: the topic was read to its end
};

}  // namespace klaxon
