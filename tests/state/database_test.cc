#include "agent/state/database.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "tests/support/temporary_folder.h"

namespace klaxon::state {
namespace {

using Catch::Matchers::ContainsSubstring;
using testing::TemporaryFolder;

constexpr std::array<std::string_view, 2> kSteps{
    "CREATE TABLE notes (id INTEGER PRIMARY KEY, words TEXT NOT NULL) STRICT",
    "CREATE INDEX by_words ON notes (words); ALTER TABLE notes ADD COLUMN size INTEGER"};

const Instant kNow{.wall = WallTime{std::chrono::hours{500'000}}};

Result<void> Add(Database& database, const std::string& words) {
  return database.Write({{.sql = "INSERT INTO notes (words) VALUES (?)", .values = {words}}});
}

size_t CountIn(Database& database) {
  const auto rows = database.Read({.sql = "SELECT words FROM notes"});
  REQUIRE(rows);
  return rows->size();
}

std::unique_ptr<Database> OpenIn(const std::string& folder) {
  Result<std::unique_ptr<Database>> opened = Database::Open(folder, kNow);
  if (!opened) {
    FAIL(opened.error().message());
  }
  REQUIRE((*opened)->Migrate("notes", kSteps));
  return *std::move(opened);
}

std::vector<std::string> DamagedOf(const Database& database) {
  const auto damaged = database.Damaged();
  REQUIRE(damaged);
  return *damaged;
}

void Overwrite(const std::string& file, std::streamoff from, size_t bytes) {
  std::fstream stream(file, std::ios::binary | std::ios::in | std::ios::out);
  REQUIRE(stream);
  stream.seekp(from);
  const std::string rubbish(bytes, '\x5a');
  stream.write(rubbish.data(), static_cast<std::streamsize>(rubbish.size()));
}

TEST_CASE("what was written is there after the next start", "[state]") {
  const TemporaryFolder folder;
  {
    const auto database = OpenIn(folder.path() + "/deeper");
    REQUIRE(Add(*database, "it's; \"quoted\" \xc3\xa4"));
    CHECK(DamagedOf(*database).empty());
  }
  const auto database = OpenIn(folder.path() + "/deeper");
  const auto rows = database->Read({.sql = "SELECT id, words, size FROM notes"});
  REQUIRE(rows);
  REQUIRE(rows->size() == 1);
  CHECK(IntegerOf(rows->at(0), 0) == 1);
  CHECK(TextOf(rows->at(0), 1) == "it's; \"quoted\" \xc3\xa4");
  CHECK(IsNull(rows->at(0), 2));
  CHECK(TextOf(rows->at(0), 0).empty());
  CHECK(IsNull(rows->at(0), 9));
  const auto mode = std::filesystem::status(folder.path() + "/deeper/klaxon.db").permissions();
  CHECK((mode & std::filesystem::perms::others_all) == std::filesystem::perms::none);
}

TEST_CASE("of several statements all are done or none", "[state]") {
  const TemporaryFolder folder;
  const auto database = OpenIn(folder.path());
  const Result<void> wrong =
      database->Write({{.sql = "INSERT INTO notes (words) VALUES ('first')"},
                       {.sql = "INSERT INTO nowhere (words) VALUES ('second')"}});
  REQUIRE(!wrong);
  CHECK_THAT(wrong.error().message(), ContainsSubstring("no such table: nowhere"));
  CHECK(CountIn(*database) == 0);
  CHECK(Add(*database, "third"));
}

TEST_CASE("a second agent on a state directory is refused, a reader is not", "[state]") {
  const TemporaryFolder folder;
  auto database = OpenIn(folder.path());
  const auto second = Database::Open(folder.path(), kNow);
  REQUIRE(!second);
  CHECK(second.error().reason() == Reason::kRefused);
  CHECK_THAT(second.error().message(),
             ContainsSubstring("is in use by another Klaxon (process " +
                               std::to_string(::getpid()) + "): stop that one"));
  const auto reader = Database::OpenToRead(folder.path());
  REQUIRE(reader);
  REQUIRE(Add(*database, "news"));
  CHECK(CountIn(**reader) == 1);
  CHECK(!Add(**reader, "not allowed"));
  database.reset();
  CHECK(Database::Open(folder.path(), kNow));
}

TEST_CASE("a file of a newer Klaxon is left alone", "[state]") {
  const TemporaryFolder folder;
  const auto database = OpenIn(folder.path());
  const Result<void> older = database->Migrate("notes", std::span(kSteps).first(1));
  REQUIRE(!older);
  CHECK(older.error().reason() == Reason::kUnsupported);
  CHECK_THAT(older.error().message(), ContainsSubstring("have version 2, this Klaxon knows 1"));
}

TEST_CASE("a damaged file is kept aside, and a new one begun", "[state]") {
  const TemporaryFolder folder;
  const std::string file = folder.path() + "/klaxon.db";
  {
    const auto database = OpenIn(folder.path());
    for (int i = 0; i < 200; ++i) {
      REQUIRE(Add(*database, std::string(200, 'a')));
    }
  }
  const auto size = std::filesystem::file_size(file);
  SECTION("its beginning") {
    Overwrite(file, 0, 100);
  }
  SECTION("a page in its middle") {
    Overwrite(file, 8192, 4096);
  }
  SECTION("cut short") {
    std::filesystem::resize_file(file, size / 2);
  }
  SECTION("all of it") {
    std::filesystem::resize_file(file, 0);
  }
  SECTION("all but its log") {
    std::filesystem::rename(file, file + "-wal");
  }
  const auto database = OpenIn(folder.path());
  CHECK(CountIn(*database) == 0);
  REQUIRE(DamagedOf(*database) == std::vector<std::string>{"klaxon.db.damaged-20270115T080000Z"});
  std::filesystem::remove(folder.path() + "/" + DamagedOf(*database)[0]);
  CHECK(DamagedOf(*database).empty());
}

TEST_CASE("a first start that ended midway is no damage", "[state]") {
  const TemporaryFolder folder;
  std::ofstream(folder.path() + "/klaxon.db.new") << "half";
  const auto database = OpenIn(folder.path());
  CHECK(DamagedOf(*database).empty());
  CHECK(CountIn(*database) == 0);
}

TEST_CASE("a directory that is deleted or replaced while it is open is told", "[state]") {
  const TemporaryFolder folder;
  const std::string directory = folder.path() + "/state";
  const auto database = OpenIn(directory);
  REQUIRE(Add(*database, "seen"));
  CHECK(database->InPlace());
  std::unique_ptr<Database> another;
  SECTION("deleted") {
    std::filesystem::remove_all(directory);
    CHECK(!database->Damaged());
  }
  SECTION("another Klaxon has it") {
    std::filesystem::rename(directory, directory + "-before");
    another = OpenIn(directory);
    CHECK(another->InPlace());
  }
  SECTION("its database") {
    std::filesystem::remove(directory + "/klaxon.db");
  }
  SECTION("its lock") {
    std::filesystem::remove(directory + "/klaxon.lock");
    std::ofstream(directory + "/klaxon.lock") << "1";
  }
  const Result<void> in_place = database->InPlace();
  REQUIRE(!in_place);
  CHECK_THAT(in_place.error().message(), ContainsSubstring("deleted or replaced while Klaxon ran"));
}

TEST_CASE("a torn log loses at most what was being written", "[state]") {
  const TemporaryFolder folder;
  const TemporaryFolder copy;
  {
    const auto database = OpenIn(folder.path());
    REQUIRE(Add(*database, "kept"));
    REQUIRE(Add(*database, "torn"));
    for (const std::string name : {"klaxon.db", "klaxon.db-wal"}) {  // as after kill -9
      std::filesystem::copy_file(folder.path() + "/" + name, copy.path() + "/" + name);
    }
  }
  const std::string log = copy.path() + "/klaxon.db-wal";
  std::filesystem::resize_file(log, std::filesystem::file_size(log) - 100);
  const auto database = OpenIn(copy.path());
  CHECK(CountIn(*database) == 1);
  CHECK(DamagedOf(*database).empty());
}

TEST_CASE("what cannot be written is an error, and goes on when it can", "[state]") {
  const TemporaryFolder folder;
  const auto database = OpenIn(folder.path());
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is what a full disk looks like
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  rlimit small = before;
  small.rlim_cur = 16'384;
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  const Result<void> failed = Add(*database, std::string(size_t{1} << 20U, 'x'));
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
  REQUIRE(!failed);
  CHECK_THAT(failed.error().message(), ContainsSubstring("klaxon.db: SQLite: "));
  CHECK(Add(*database, "there is room again"));
  CHECK(CountIn(*database) == 1);
}

TEST_CASE("a directory that cannot be used says so", "[state]") {
  const TemporaryFolder folder;
  std::ofstream(folder.path() + "/file") << "no directory";
  const auto database = Database::Open(folder.path() + "/file/state", kNow);
  REQUIRE(!database);
  CHECK(database.error().reason() == Reason::kInvalid);
  CHECK_THAT(database.error().message(), ContainsSubstring("give one that this user may write"));
  CHECK(!Database::OpenToRead(folder.path()));
}

}  // namespace
}  // namespace klaxon::state
