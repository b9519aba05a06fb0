#pragma once

#include <span>

#include "agent/recovery/journal.h"

/// The steps of a plan; for .cc files of this folder only.
namespace klaxon::recovery {

/// One connector that is decided about.
struct Case {
  const World& world;
  const Journal& journal;
  const Policy& policy;
  const Instant& now;
  const Subject& subject;
  const ConnectorMemory& memory;
  RecoveryDecision& decision;

  const Settings& settings() const { return subject.chosen->settings; }

  /// Decides. Always true, so that a rule can end with it.
  bool Decide(RecoveryAction action, std::string why) const;
  bool Wait(const Instant& due, std::string why) const;
};

/// True: it has decided, and no other rule is asked.
using Rule = bool (*)(const Case& subject);

/// In the order in which they are asked. What none of them decides may be restarted, if the gates
/// are open.
std::span<const Rule> Rules();

/// Asks those gates that a person cannot open by asking for a restart; which is shut. Empty: none.
std::string ShutForAll(const Case& subject);

/// Asks all gates but those of the budget and writes them into the decision; true: one is shut, and
/// it has decided.
bool AskGates(const Case& subject);

}  // namespace klaxon::recovery
