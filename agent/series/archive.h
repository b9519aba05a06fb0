#pragma once

#include <cstdint>
#include <vector>

#include "agent/base/result.h"
#include "agent/series/past.h"
#include "agent/state/database.h"

namespace klaxon::series {

/// What has to be known of the past after a restart, in a database that others use too. A row holds
/// what a series had within an hour, as text that people can read. Confined to one thread.
class Archive {
 public:
  /// Brings the table into the database, which outlives the archive.
  static Result<Archive> Make(state::Database& database);

  /// What is there of `after` (ms) and later. What cannot be read is left out.
  Result<std::vector<KeptSeries>> Load(int64_t after) const;

  /// Adds samples that it does not have yet, and forgets the hours before `forget_before` (ms).
  Result<void> Save(const std::vector<KeptSeries>& kept, int64_t forget_before);

 private:
  explicit Archive(state::Database& database) : database_(&database) {}

  state::Database* database_;
};

}  // namespace klaxon::series
