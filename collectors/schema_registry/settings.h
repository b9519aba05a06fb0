#pragma once

#include <cstdint>
#include <string>

#include "collectors/schema_registry/book.h"
#include "collectors/schema_registry/round.h"

namespace klaxon::schema_registry_collector {

/// Reads every subject's own compatibility and mode, because no registry lists them: all once, up
/// to 500 subjects a poll, then each in turn in `requests` requests a poll, so that none is older
/// than 2 * size() / requests polls. Confined to one thread.
class Settings {
 public:
  Settings(Book& book, size_t requests) : book_(book), again_a_poll_(requests / 2) {}

  /// A subject that cannot be read is noted in the book and passed over. Error: nobody answers.
  Result<void> Advance(const Round& round);

  /// False: this registry has no modes, and subjects are not asked for theirs.
  void SetModes(bool modes) { modes_ = modes; }

 private:
  Result<void> ReadOne(const std::string& subject, const Round& round);
  Result<void> Read(const std::string& subject, const Round& round);

  Book& book_;
  const size_t again_a_poll_;  ///< subjects: two requests each
  bool modes_ = true;
  std::string cursor_{};
  std::string slow_{};  ///< the subject that ended the round before
};

}  // namespace klaxon::schema_registry_collector
