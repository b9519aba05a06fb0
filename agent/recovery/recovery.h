#pragma once

#include <memory>

#include "agent/model/view.h"
#include "agent/recovery/journal.h"

namespace klaxon::recovery {

/// Recovery of one Connect cluster: looks at each view, remembers, and decides. It does no more
/// than that: nothing is restarted. Confined to one thread.
class Recovery {
 public:
  explicit Recovery(const Policy& policy);

  /// Decides by another policy from now on; forgets nothing.
  void SetPolicy(const Policy& policy);

  /// What is to be done now. Never null.
  std::shared_ptr<const RecoveryFacts> Step(const View& view, const ConnectPart& part);

 private:
  Policy policy_;
  Classifier classifier_;
  SettingsBook settings_;
  Journal journal_{};
};

}  // namespace klaxon::recovery
