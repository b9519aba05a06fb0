#pragma once

#include <span>
#include <string_view>

#include "agent/recovery/journal.h"

/// The steps of a plan; for .cc files of this folder only.
namespace klaxon::recovery {

/// One connector that is decided about.
struct Question {
  const World& world;
  const Journal& journal;
  const Policy& policy;
  const Instant& now;
  const Connector& connector;
  const ConnectorMemory& memory;
  RecoveryDecision& decision;

  const Settings& settings() const { return connector.chosen->settings; }

  /// Decides. Always true, so that a rule can end with it.
  bool Decide(RecoveryAction action, std::string why) const;
  bool Wait(const Instant& due, std::string why) const;
};

struct Rule {
  std::string_view name{};
  bool (*decides)(const Question& about) = nullptr;  ///< true: no other rule is asked
};

/// In the order in which they are asked. What none of them decides may be restarted, if the gates
/// are open.
std::span<const Rule> Rules();

/// Asks those gates that a person cannot open by asking for a restart; which is shut. Empty: none.
std::string ShutForAll(const Question& about);

/// Asks all gates but those of the budget and writes them into the decision. REQUIRES: the
/// connectors were listed once.
void AskGates(const Question& about);

/// True: a gate is shut, and the first that is has decided.
bool DecidedByGates(const Question& about);

}  // namespace klaxon::recovery
