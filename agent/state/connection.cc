#include "agent/state/connection.h"

#include <fcntl.h>

#include <utility>

#include <fmt/format.h>
#include <sqlite3.h>

#include "agent/base/descriptor.h"

namespace klaxon::state {
namespace {

// Nobody but a person's tool locks the file, and nothing is lost: it is written again soon. Longer
// would make the agent's end wait.
constexpr int kBusyMilliseconds = 250;

Error ErrorOf(sqlite3* database, int code) {
  const int kind = code & 0xff;
  const bool damage = kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB;
  const char* const words = database == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(database);
  return {damage ? Reason::kBadAnswer : Reason::kRefused, fmt::format("SQLite: {}", words)};
}

struct Finalizer {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

using Prepared = std::unique_ptr<sqlite3_stmt, Finalizer>;

/// Texts are not copied: the statement's values live until it has run.
int Bind(sqlite3_stmt* statement, int place, const Value& value) {
  if (const auto* integer = std::get_if<int64_t>(&value)) {
    return sqlite3_bind_int64(statement, place, *integer);
  }
  if (const auto* real = std::get_if<double>(&value)) {
    return sqlite3_bind_double(statement, place, *real);
  }
  if (const auto* text = std::get_if<std::string>(&value)) {
    return sqlite3_bind_text64(statement, place, text->data(), text->size(), nullptr, SQLITE_UTF8);
  }
  return sqlite3_bind_null(statement, place);
}

Value Column(sqlite3_stmt* statement, int place) {
  switch (sqlite3_column_type(statement, place)) {
    case SQLITE_INTEGER:
      return int64_t{sqlite3_column_int64(statement, place)};
    case SQLITE_FLOAT:
      return sqlite3_column_double(statement, place);
    case SQLITE_NULL:
      return std::monostate{};
    default: {  // TEXT, BLOB
      const void* const bytes = sqlite3_column_blob(statement, place);
      const auto size = static_cast<size_t>(sqlite3_column_bytes(statement, place));
      return bytes == nullptr ? std::string() : std::string(static_cast<const char*>(bytes), size);
    }
  }
}

Row RowOf(sqlite3_stmt* statement) {
  Row row;
  const int columns = sqlite3_column_count(statement);
  row.reserve(static_cast<size_t>(columns));
  for (int i = 0; i < columns; ++i) {
    row.push_back(Column(statement, i));
  }
  return row;
}

}  // namespace

bool IsDamage(const Error& error) {
  return error.reason() == Reason::kBadAnswer;
}

void Connection::Closer::operator()(sqlite3* database) const {
  sqlite3_close_v2(database);
}

Result<Connection> Connection::Open(const std::string& file, Access access) {
  const bool writes = access == Access::kWrite;
  if (writes) {  // SQLite would make it readable by all; its logs get the same mode
    const Descriptor made(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  }
  const int flags = (writes ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY) |
                    SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(file.c_str(), &raw, flags, nullptr);
  Connection connection(raw);
  if (code != SQLITE_OK) {
    return ErrorOf(raw, code).In(file);
  }
  sqlite3_busy_timeout(raw, kBusyMilliseconds);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  return connection;
}

Result<std::vector<Row>> Connection::Run(const Statement& statement, size_t most) {
  sqlite3* const database = database_.get();
  sqlite3_stmt* raw = nullptr;
  int code = sqlite3_prepare_v2(database, statement.sql.data(),
                                static_cast<int>(statement.sql.size()), &raw, nullptr);
  const Prepared prepared(raw);
  for (size_t i = 0; code == SQLITE_OK && i < statement.values.size(); ++i) {
    code = Bind(raw, static_cast<int>(i) + 1, statement.values[i]);
  }
  if (code != SQLITE_OK) {
    return ErrorOf(database, code);
  }
  std::vector<Row> rows;
  while ((code = sqlite3_step(raw)) == SQLITE_ROW && rows.size() < most) {
    rows.push_back(RowOf(raw));
  }
  if (code != SQLITE_DONE && code != SQLITE_ROW) {
    return ErrorOf(database, code);
  }
  return rows;
}

int64_t Connection::LastInserted() const {
  return sqlite3_last_insert_rowid(database_.get());
}

bool Connection::Moved() const {
  int moved = 0;
  const int code = sqlite3_file_control(database_.get(), "main", SQLITE_FCNTL_HAS_MOVED, &moved);
  return code != SQLITE_OK || moved != 0;
}

}  // namespace klaxon::state
