#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "agent/base/result.h"
#include "agent/state/value.h"

struct sqlite3;

/// SQLite, without its header; for .cc files of this folder only.
namespace klaxon::state {

/// What is wrong with a file itself, as opposed to a full disk or a missing right.
bool IsDamage(const Error& error);

/// One connection to one database file. Not thread-safe. Errors: kBadAnswer, the file is damaged or
/// no database; kRefused, everything else that SQLite says (disk full, read-only, locked), in its
/// own words.
class Connection {
 public:
  enum class Access { kWrite, kRead };

  static Result<Connection> Open(const std::string& file, Access access);

  /// Runs one statement; at most `most` rows are read.
  Result<std::vector<Row>> Run(const Statement& statement, size_t most = 100'000);

  /// The number of the row that was inserted last; tables WITHOUT ROWID do not count.
  int64_t LastInserted() const;

  /// Whether the file was deleted, renamed or replaced since it was opened: what is written goes to
  /// nobody then, and SQLite says that all is well.
  bool Moved() const;

 private:
  struct Closer {
    void operator()(sqlite3* database) const;
  };

  explicit Connection(sqlite3* database) : database_(database) {}

  std::unique_ptr<sqlite3, Closer> database_;
};

}  // namespace klaxon::state
