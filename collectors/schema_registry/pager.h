#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "collectors/schema_registry/round.h"

namespace klaxon::schema_registry_collector {

/// Reads the list of subjects in pages, from registries that know pages and from those that ignore
/// them. Learns which one it is, so that a short list costs one request. Confined to one thread.
class SubjectPager {
 public:
  /// Sorted, each once. `deleted`: those deleted softly too.
  Result<std::vector<std::string>> Read(const Round& round, bool deleted);

  /// Why the last list cannot be whole; empty: it is.
  const std::string& incomplete() const { return incomplete_; }

 private:
  size_t limit_ = 0;            ///< of a page; 0: not learned
  bool ignores_pages_ = false;  ///< it tells all that it ever will at once
  std::string incomplete_{};
};

}  // namespace klaxon::schema_registry_collector
