#include "agent/state/database.h"

#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "agent/base/log.h"
#include "agent/base/mutex.h"
#include "agent/base/text.h"
#include "agent/state/connection.h"
#include "agent/state/folder.h"

namespace klaxon::state {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kOwners =
    "CREATE TABLE IF NOT EXISTS owners (name TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT";

Result<void> Nothing(const Result<std::vector<Row>>& ran) {
  return ran ? Result<void>() : ran.error();
}

Result<void> RunAll(Connection& connection, const std::vector<Statement>& statements) {
  for (const Statement& statement : statements) {
    if (Result<void> ran = Nothing(connection.Run(statement)); !ran) {
      return ran;
    }
  }
  return {};
}

/// One transaction. The lock is taken at its beginning, so that it cannot fail for a reader midway.
Result<void> Transact(Connection& connection, const std::vector<Statement>& statements) {
  Result<void> done = Nothing(connection.Run({.sql = "BEGIN IMMEDIATE"}));
  if (!done) {
    return done;
  }
  done = RunAll(connection, statements);
  if (done) {
    done = Nothing(connection.Run({.sql = "COMMIT"}));
  }
  if (!done) {
    static_cast<void>(connection.Run({.sql = "ROLLBACK"}));  // may have been undone already
  }
  return done;
}

/// Error: kBadAnswer with the first thing that is wrong.
Result<void> Check(Connection& connection) {
  const Result<std::vector<Row>> found = connection.Run({.sql = "PRAGMA integrity_check(1)"});
  if (!found) {
    return found.error();
  }
  const std::string words = found->empty() ? "no answer" : TextOf(found->front(), 0);
  return words == "ok" ? Result<void>() : Error(Reason::kBadAnswer, Printable(words));
}

/// A new file comes to be under another name: SQLite takes an empty one for a sound database, so
/// there must never be one, whenever the agent ends. What an earlier start left is of no use.
Result<void> MakeNew(const std::string& file) {
  const std::string begun = file + ".new";
  std::error_code failure;
  fs::remove(begun, failure);
  {
    Result<Connection> connection = Connection::Open(begun, Connection::Access::kWrite);
    if (!connection) {
      return connection.error();
    }
    const Result<void> made = RunAll(*connection, {{.sql = "PRAGMA journal_mode=MEMORY"},
                                                   {.sql = "PRAGMA synchronous=FULL"},
                                                   {.sql = std::string(kOwners)}});
    if (!made) {
      return made;
    }
  }
  fs::rename(begun, file, failure);
  return failure ? Result<void>(Error(Reason::kInvalid, failure.message())) : Result<void>();
}

/// Makes the file if there is none. Error: kBadAnswer, its content is lost.
Result<void> Provide(const std::string& file) {
  std::error_code failure;
  const auto size = fs::file_size(file, failure);
  if (failure != std::errc::no_such_file_or_directory) {
    return failure || size > 0 ? Result<void>()  // SQLite has better words for a failure
                               : Error(Reason::kBadAnswer, "it is empty");
  }
  if (fs::exists(file + "-wal", failure)) {
    const std::ofstream empty(file);  // so that something is set aside that people see
    return Error(Reason::kBadAnswer, "there is only its log");
  }
  return MakeNew(file);
}

Result<Connection> OpenChecked(const std::string& file) {
  if (Result<void> provided = Provide(file); !provided) {
    return provided.error();
  }
  Result<Connection> connection = Connection::Open(file, Connection::Access::kWrite);
  if (!connection) {
    return connection;
  }
  if (Result<void> sound = Check(*connection); !sound) {
    return sound.error();
  }
  const std::vector<Statement> settings{{.sql = "PRAGMA journal_mode=WAL"},
                                        {.sql = "PRAGMA synchronous=FULL"},
                                        {.sql = std::string(kOwners)}};
  if (Result<void> set = RunAll(*connection, settings); !set) {
    return set.error();
  }
  return connection;
}

Result<Connection> OpenOrBeginAnew(const std::string& folder, const Instant& now) {
  const std::string file = DatabaseIn(folder);
  Result<Connection> opened = OpenChecked(file);
  if (opened || !IsDamage(opened.error())) {
    return opened;
  }
  const Result<std::string> away = SetAside(folder, now.wall);
  if (!away) {
    return away.error();
  }
  log::Error("state", "{} is damaged ({}): it was set aside as {}, and a new one is begun", file,
             opened.error().message(), *away);
  return OpenChecked(file);
}

}  // namespace

class Database::Impl {
 public:
  Impl(std::string folder, Descriptor lock, Connection connection)
      : folder_(std::move(folder)), lock_(std::move(lock)), connection_(std::move(connection)) {}

  const std::string& folder() const { return folder_; }

  Result<void> Migrate(std::string_view owner, std::span<const std::string_view> steps) {
    const Lock lock(mutex_);
    const std::string name(owner);
    const Result<std::vector<Row>> known =
        connection_.Run({.sql = "SELECT version FROM owners WHERE name = ?", .values = {name}});
    if (!known) {
      return known.error();
    }
    const int64_t version = known->empty() ? 0 : IntegerOf(known->front(), 0);
    if (version < 0 || version > static_cast<int64_t>(steps.size())) {
      return Error(Reason::kUnsupported,
                   fmt::format("{}: the tables of {} have version {}, this Klaxon knows {}: use "
                               "the newer one, or another state directory",
                               folder_, owner, version, steps.size()));
    }
    for (auto step = static_cast<size_t>(version); step < steps.size(); ++step) {
      std::vector<Statement> statements;
      for (const std::string_view sql : Split(steps[step], ';')) {
        statements.push_back({.sql = std::string(sql)});
      }
      statements.push_back({.sql = "INSERT OR REPLACE INTO owners VALUES (?, ?)",
                            .values = {name, static_cast<int64_t>(step) + 1}});
      if (Result<void> done = Transact(connection_, statements); !done) {
        return done.error().In(fmt::format("{}: tables of {}", folder_, owner));
      }
    }
    return {};
  }

  Result<int64_t> Insert(const std::vector<Statement>& statements) {
    const Lock lock(mutex_);
    const Result<void> done = Transact(connection_, statements);
    return done ? Result<int64_t>(connection_.LastInserted())
                : done.error().In(DatabaseIn(folder_));
  }

  Result<std::vector<Row>> Read(const Statement& statement, size_t most) {
    const Lock lock(mutex_);
    Result<std::vector<Row>> rows = connection_.Run(statement, most);
    return rows ? std::move(rows) : rows.error().In(DatabaseIn(folder_));
  }

  Result<void> InPlace() {
    const Lock lock(mutex_);
    if (IsLocked(folder_, lock_) && !connection_.Moved()) {
      return {};
    }
    return Error(Reason::kRefused,
                 fmt::format("state directory {}: it was deleted or replaced while Klaxon ran, and "
                             "what is written now is lost; start Klaxon again",
                             folder_));
  }

 private:
  const std::string folder_;
  const Descriptor lock_;  // closed last: the directory is ours as long as the file is open
  Mutex mutex_;
  Connection connection_ KLAXON_GUARDED_BY(mutex_);
};

Database::Database(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {
}

Database::~Database() = default;

Result<std::unique_ptr<Database>> Database::Open(const std::string& folder, const Instant& now) {
  Result<Descriptor> lock = LockFolder(folder);
  if (!lock) {
    return lock.error();
  }
  Result<Connection> connection = OpenOrBeginAnew(folder, now);
  if (!connection) {  // not kRefused: that says that another agent is there
    return Error(Reason::kInvalid,
                 fmt::format("state directory {}: {}", folder, connection.error().message()));
  }
  return std::unique_ptr<Database>(
      new Database(std::make_unique<Impl>(folder, *std::move(lock), *std::move(connection))));
}

Result<std::unique_ptr<Database>> Database::OpenToRead(const std::string& folder) {
  Result<Connection> connection = Connection::Open(DatabaseIn(folder), Connection::Access::kRead);
  if (!connection) {
    return connection.error();
  }
  return std::unique_ptr<Database>(
      new Database(std::make_unique<Impl>(folder, Descriptor(), *std::move(connection))));
}

const std::string& Database::folder() const {
  return impl_->folder();
}

Result<std::vector<std::string>> Database::Damaged() const {
  return DamagedIn(impl_->folder());
}

Result<void> Database::InPlace() const {
  return impl_->InPlace();
}

Result<void> Database::Migrate(std::string_view owner, std::span<const std::string_view> steps) {
  return impl_->Migrate(owner, steps);
}

Result<void> Database::Write(const std::vector<Statement>& statements) {
  const Result<int64_t> done = impl_->Insert(statements);
  return done ? Result<void>() : done.error();
}

Result<int64_t> Database::Insert(const std::vector<Statement>& statements) {
  return impl_->Insert(statements);
}

Result<std::vector<Row>> Database::Read(const Statement& statement, size_t most) const {
  return impl_->Read(statement, most);
}

}  // namespace klaxon::state
