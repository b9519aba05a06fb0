#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/clock.h"
#include "agent/base/result.h"
#include "agent/state/value.h"

namespace klaxon::state {

/// What an agent remembers when it ends, in one SQLite file of a directory that it holds alone.
/// Every write is on the disk when it returns (write-ahead log, synchronous=FULL). Knows nothing of
/// what is in it: each owner brings its tables. Thread-safe: one call at a time.
class Database {
 public:
  /// Locks the directory, checks the whole file (PRAGMA integrity_check) and opens it. A damaged
  /// file is set aside and a new one begun: see Damaged.
  ///
  /// Errors: kRefused, another agent holds the directory; else it cannot be used, and the message
  /// says why and what to do.
  static Result<std::unique_ptr<Database>> Open(const std::string& folder, const Instant& now);

  /// For looking only: needs no lock, changes nothing, sees what is written while it is open.
  /// Error: kRefused or kBadAnswer, there is none, or it cannot be read.
  static Result<std::unique_ptr<Database>> OpenToRead(const std::string& folder);

  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();

  const std::string& folder() const;

  /// Files of the directory that were damaged and set aside, now or at an earlier start. Error:
  /// kInvalid, nobody can tell.
  Result<std::vector<std::string>> Damaged() const;

  /// Whether what is written still goes to the directory. Error: kRefused, it was deleted or
  /// replaced since it was opened, and the message says what to do. Not for readers.
  Result<void> InPlace() const;

  /// Brings an owner's tables to its newest version: `steps` are scripts of one or more statements
  /// (separated by ';', none within a text), each run once and in order; a released step never
  /// changes. Error: kUnsupported, the file was written by a newer Klaxon.
  Result<void> Migrate(std::string_view owner, std::span<const std::string_view> steps);

  /// All or nothing.
  Result<void> Write(const std::vector<Statement>& statements);

  /// Likewise; the number of the row that was inserted last (tables WITHOUT ROWID do not count).
  Result<int64_t> Insert(const std::vector<Statement>& statements);

  /// At most `most` rows.
  Result<std::vector<Row>> Read(const Statement& statement, size_t most = 100'000) const;

 private:
  class Impl;
  explicit Database(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace klaxon::state
