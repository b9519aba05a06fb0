#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "agent/model/answer.h"
#include "agent/model/connect_facts.h"
#include "agent/model/section.h"

/// What a Connect cluster writes into its status topic: the states that its workers tell over REST,
/// as soon as they are written, and also while no worker answers.
namespace klaxon {

struct ConnectTold {
  std::string state{};   ///< "RUNNING", "FAILED", ...
  std::string worker{};  ///< "host:port"
  std::string root_cause{};
  ConnectFailureRef failure{};  ///< null without a trace
};

struct ConnectStatusRow {
  std::optional<ConnectTold> own{};  ///< of the connector itself
  std::map<int32_t, ConnectTold> tasks{};
};

/// By connector. Immutable once it is published; the same object while nothing is written.
using ConnectStatusTable = std::map<std::string, ConnectStatusRow, std::less<>>;

struct ConnectStatusFacts final : Facts {
  std::shared_ptr<const ConnectStatusTable> table{};  ///< never null
  AnswerRef tailed{};  ///< of the table: the topic was read to its end
};

}  // namespace klaxon
