// Any bytes as the journal that recovery finds at its start: a refusal, or memory within bounds.

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "agent/recovery/ledger.h"
#include "agent/recovery/plan.h"
#include "agent/state/connection.h"
#include "agent/state/database.h"
#include "agent/state/folder.h"
#include "tests/recovery/estate.h"
#include "tests/support/temporary_folder.h"

namespace klaxon::recovery {
namespace {

void Require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

/// Takes the input apart; after its end everything is 0.
class Input {
 public:
  Input(const uint8_t* data, size_t size) : data_(data), left_(size) {}

  bool empty() const { return left_ == 0; }

  uint8_t Byte() {
    if (left_ == 0) {
      return 0;
    }
    --left_;
    return *data_++;
  }

  int64_t Integer() {
    uint64_t value = 0;
    for (int i = 0; i < 8; ++i) {
      value = value << 8 | Byte();
    }
    return static_cast<int64_t>(value);
  }

  std::string Text(size_t most) {
    std::string text;
    for (size_t left = std::min<size_t>(most, left_); left > 0; --left) {
      text += static_cast<char>(Byte());
    }
    return text;
  }

  state::Value Value() {
    constexpr uint8_t kKinds = 6;
    switch (Byte() % kKinds) {
      case 0:
        return {};
      case 1:
        return Integer();
      case 2:
        return static_cast<double>(Integer());
      case 3:
        return Text(Byte());
      case 4:
        return int64_t{Byte()};
      default:
        return std::string("sink");
    }
  }

 private:
  const uint8_t* data_;
  size_t left_;
};

struct Table {
  std::string_view name{};
  std::string_view columns{};
  int count = 0;
};

// As the ledger makes them, but without types: SQLite keeps whatever is put into those.
constexpr Table kTables[] = {
    {"recovery_memory",
     "cluster, connect, kafka_id, connector, config_hash, quarantined, attempts, last_attempt, "
     "last_cause, poison, misses, held_until, held_why, changes, changed_at, not_reached",
     16},
    {"recovery_clusters",
     "cluster, connect, kafka_id, breaker, breaker_since, breaker_why, canary, denied, "
     "denied_until, unanswered, unanswered_until",
     11},
    {"recovery_pauses", "cluster, connect, connector, at, who, why", 6},
    {"recovery_orders", "id, at, cluster, connect, connector, verb, who, address, why, result", 10},
    {"recovery_attempts",
     "id, at, cluster, connect, connector, number, worker, class, cause, outcome, words, verdict, "
     "evidence, took",
     14},
    {"recovery_decisions",
     "id, at, cluster, connect, connector, action, why, way_out, class, cause, gates", 11},
};

/// Rows of any values in the right tables; of the Connect cluster that is asked for, mostly.
void WriteRows(const std::string& file, Input& input) {
  Result<state::Connection> connection =
      state::Connection::Open(file, state::Connection::Access::kWrite);
  Require(static_cast<bool>(connection));
  (void)connection->Run({.sql = "CREATE TABLE owners (name TEXT PRIMARY KEY, version INTEGER)"});
  (void)connection->Run({.sql = "INSERT INTO owners VALUES ('recovery', 4)"});
  for (const Table& table : kTables) {
    (void)connection->Run({.sql = "CREATE TABLE " + std::string(table.name) + " (" +
                                  std::string(table.columns) + ")"});
  }
  while (!input.empty()) {
    const Table& table = kTables[input.Byte() % std::size(kTables)];
    state::Statement row{.sql = "INSERT INTO " + std::string(table.name) + " VALUES (?"};
    for (int i = 1; i < table.count; ++i) {
      row.sql += ",?";
    }
    row.sql += ")";
    for (int i = 0; i < table.count; ++i) {
      row.values.push_back(input.Value());
    }
    const bool numbered = table.columns.starts_with("id");
    const size_t place = numbered ? 2 : 0;
    if (input.Byte() % 4 != 0) {
      row.values[place] = std::string("main");
      row.values[place + 1] = std::string("etl");
    }
    (void)connection->Run(row);
  }
}

/// What is remembered is used as after any start: nothing of it may break a plan.
void Use(Ledger& ledger, Journal journal, const state::Database& database) {
  Estate estate;
  estate.now = {.wall = WallTime{std::chrono::hours{500'000}},
                .mono = MonoTime{std::chrono::hours{10}}};
  estate.journal = std::move(journal);
  estate.Add("sink");
  estate.Fail("sink", 0);
  estate.Passes(3);
  (void)ledger.Save(estate.journal, estate.decisions, estate.now);
  Require(estate.decisions.size() == 1);
  if (const auto log = ReadLog(database, "", 100)) {
    Require(log->size() <= 100);
  }
  (void)Explain(database, "sink");
}

void Try(const std::string& folder) {
  const Instant now{.wall = WallTime{std::chrono::hours{500'000}},
                    .mono = MonoTime{std::chrono::hours{10}}};
  const Result<std::unique_ptr<state::Database>> database = state::Database::Open(folder, now);
  if (!database) {
    return;
  }
  Result<Ledger> ledger = Ledger::Make(**database, {.cluster = "main", .connect = "etl"});
  if (!ledger) {
    return;
  }
  Result<Journal> journal = ledger->Load(now);
  if (!journal) {
    return;
  }
  constexpr Duration kLongest = std::chrono::hours{24};
  for (const auto& [connector, memory] : journal->connectors) {
    Require(memory.attempts.count <= 1'000'000 && memory.hold.misses <= 1'000'000);
    Require(memory.configuration.changes <= 1'000'000);
    Require(!memory.configuration.changed_at || memory.configuration.changed_at->mono <= now.mono);
    Require(!memory.attempts.last || memory.attempts.last->mono <= now.mono);
    Require(!memory.hold.until || memory.hold.until->mono <= now.mono + kLongest);
  }
  Require(!journal->denied_until || journal->denied_until->mono <= now.mono + kLongest);
  Require(!journal->unanswered_until || journal->unanswered_until->mono <= now.mono + kLongest);
  Require(journal->breaker.since.mono <= now.mono);
  for (const MonoTime restart : journal->restarts) {
    Require(restart <= now.mono);
  }
  Use(*ledger, *std::move(journal), **database);
}

}  // namespace
}  // namespace klaxon::recovery

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace klaxon;  // NOLINT(google-build-using-namespace): all of it
  static const testing::TemporaryFolder whole;
  const std::string folder = whole.path() + "/state";
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
  std::filesystem::create_directory(folder, ignored);
  recovery::Input input(data, size);
  if (input.Byte() % 8 == 0) {  // the bytes of the file itself
    std::ofstream file(state::DatabaseIn(folder), std::ios::binary);
    const std::string bytes = input.Text(size);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  } else {
    recovery::WriteRows(state::DatabaseIn(folder), input);
  }
  recovery::Try(folder);
  return 0;
}
