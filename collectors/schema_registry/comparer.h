#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "collectors/schema_registry/book.h"
#include "collectors/schema_registry/pager.h"
#include "collectors/schema_registry/round.h"

namespace klaxon::schema_registry_collector {

/// Compares what one node tells with what the book holds: the subjects' names and a sample of ids,
/// another one each time. Confined to one thread.
class Comparer {
 public:
  explicit Comparer(const Book& book) : book_(book) {}

  /// `round.node` is the node to compare; `names` are those that the other one listed just now.
  /// `ids`: compares a sample of the schemas too.
  Result<std::vector<std::string>> Compare(const std::vector<std::string>& names, bool ids,
                                           const Round& round);

 private:
  /// The ids to look at: those that differed the last time, and the next few.
  std::vector<SchemaRef> Sample();
  Result<void> CompareId(const SchemaRef& schema, const Round& round,
                         std::vector<std::string>& words);

  const Book& book_;
  SubjectPager pager_{};
  int32_t cursor_ = 0;
  std::vector<int32_t> suspects_{};  ///< ids that differed the last time
};

}  // namespace klaxon::schema_registry_collector
