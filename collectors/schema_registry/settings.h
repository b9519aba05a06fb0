#pragma once

#include <cstdint>
#include <string>

#include "collectors/schema_registry/book.h"
#include "collectors/schema_registry/round.h"

namespace klaxon::schema_registry_collector {

/// Reads every subject's own compatibility and mode, a few subjects a poll, because no registry
/// lists them: all once, as fast as is polite, then each in turn, so that none is older than
/// size() / 7 polls. Confined to one thread.
class Settings {
 public:
  explicit Settings(Book& book) : book_(book) {}

  Result<void> Advance(const Round& round);

  /// False: this registry has no modes.
  bool modes() const { return modes_; }

  void SetModes(bool modes) { modes_ = modes; }

 private:
  Result<void> Read(const std::string& subject, const Round& round);

  Book& book_;
  bool modes_ = true;
  std::string cursor_{};
};

}  // namespace klaxon::schema_registry_collector
