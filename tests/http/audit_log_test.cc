#include "agent/http/audit_log.h"

#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <catch2/catch_test_macros.hpp>

#include "tests/support/certificates.h"

namespace klaxon::http {
namespace {

AuditEntry Entry(int status) {
  return {.at = WallTime{std::chrono::seconds{1'800'000'000}},
          .user = "alice",
          .address = "127.0.0.1",
          .action = "POST /-/reload",
          .status = status,
          .result = "reloaded: 2 sources"};
}

std::vector<std::string> LinesOf(const std::string& file) {
  std::ifstream stream(file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);)
    lines.push_back(line);
  return lines;
}

TEST_CASE("an attempt is one line of JSON, whatever is in it") {
  CHECK(ToJson(Entry(200), 0) ==
        R"({"time":"2027-01-15T08:00:00Z","user":"alice","address":"127.0.0.1",)"
        R"("action":"POST /-/reload","status":200,"result":"reloaded: 2 sources"})");
  AuditEntry hostile = Entry(401);
  hostile.user = "";
  hostile.claimed = "a\"\n\xff\x1b[31m" + std::string(1000, 'x');
  const std::string line = ToJson(hostile, 7);
  CHECK(line.find('\n') == std::string::npos);
  CHECK(line.find('\x1b') == std::string::npos);
  CHECK(line.find(R"("claimed_user":"a\"??)") != std::string::npos);
  CHECK(line.ends_with(R"("suppressed":7})"));
  CHECK(line.size() < 400);
}

TEST_CASE("lines are appended to a file that only its owner can read") {
  const testing::ScratchFolder folder;
  const std::string file = folder.Path("audit.jsonl");
  {
    AuditLog log(file);
    log.Write(Entry(200));
  }
  AuditLog log(file);
  log.Write(Entry(403));
  CHECK(LinesOf(file).size() == 2);
  struct stat info{};
  REQUIRE(::stat(file.c_str(), &info) == 0);
  CHECK((info.st_mode & 0777U) == 0600U);
  // Moved away, as logrotate does: the next line begins a new file.
  std::filesystem::rename(file, file + ".1");
  log.Write(Entry(200));
  CHECK(LinesOf(file).size() == 1);
  CHECK(LinesOf(file + ".1").size() == 2);
}

TEST_CASE("refused attempts cannot fill the disk, what was done is always written") {
  const testing::ScratchFolder folder;
  const std::string file = folder.Path("audit.jsonl");
  AuditLog log(file);
  for (int i = 0; i < 500; ++i)
    log.Write(Entry(401));
  const size_t refused = LinesOf(file).size();
  CHECK(refused >= 60);
  CHECK(refused < 200);
  log.Write(Entry(200));
  const std::vector<std::string> lines = LinesOf(file);
  REQUIRE(lines.size() >= refused + 1);
  CHECK(lines.back().find("\"suppressed\":") != std::string::npos);
}

TEST_CASE("a file that could not take a line is found out before, and none is made") {
  const klaxon::testing::ScratchFolder scratch;
  const std::string pipe = scratch.Path("pipe");
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  const std::string fresh = scratch.Path("audit.jsonl");
  CHECK(CheckAuditFile(fresh));
  CHECK_FALSE(std::filesystem::exists(fresh));
  AuditLog(fresh).Write(Entry(200));
  CHECK(CheckAuditFile(fresh));
  for (const std::string& bad : {pipe, scratch.Path("."), scratch.Path("none/audit.jsonl")}) {
    CAPTURE(bad);
    const Result<void> found = CheckAuditFile(bad);
    REQUIRE_FALSE(found);
    CHECK(found.error().message().starts_with(bad + " cannot be written: "));
    CHECK_FALSE(AuditLog(bad).Ready());
  }
  CHECK(AuditLog("").Ready());
}

/// A disk that can be filled and broken.
struct Disk {
  int no_room = 0;  ///< errno of making room
  int broken = 0;   ///< errno of writing
  std::vector<std::string> lines{};

  AuditDisk Access() {
    return {.reserve = [this](const std::string&) { return no_room; },
            .append =
                [this](const std::string&, std::string_view line) {
                  if (broken == 0) lines.emplace_back(line);
                  return broken;
                }};
  }
};

TEST_CASE("nothing is changed while the disk has no room for its line") {
  const testing::ScratchFolder folder;
  Disk disk;
  AuditLog log(folder.Path("audit.jsonl"), disk.Access());
  CHECK(log.Ready());
  for (const int full : {ENOSPC, EDQUOT, EFBIG, EIO}) {
    CAPTURE(full);
    disk.no_room = full;
    CHECK_FALSE(log.Ready());
    disk.no_room = 0;
    CHECK(log.Ready());
  }
  CHECK(disk.lines.empty());
}

TEST_CASE("a change whose line did not reach the disk stays the last one until it has") {
  const testing::ScratchFolder folder;
  Disk disk;
  AuditLog log(folder.Path("audit.jsonl"), disk.Access());
  disk.broken = EIO;
  REQUIRE(log.Ready());  // there was room
  log.Write(Entry(200));
  CHECK_FALSE(log.Ready());
  log.Write(Entry(503));  // whoever was refused for it
  CHECK_FALSE(log.Ready());
  disk.broken = 0;
  CHECK(log.Ready());
  log.Write(Entry(204));
  REQUIRE(disk.lines.size() == 2);
  CHECK(disk.lines[0].find("\"status\":200") != std::string::npos);
  CHECK(disk.lines[1].find("\"status\":204") != std::string::npos);
}

TEST_CASE("what is done though there is no room for its line is written before anything else") {
  const testing::ScratchFolder folder;
  Disk disk;
  AuditLog log(folder.Path("audit.jsonl"), disk.Access());
  disk.no_room = disk.broken = ENOSPC;
  REQUIRE_FALSE(log.Ready());
  log.Write(Entry(200));
  disk.broken = 0;
  CHECK_FALSE(log.Ready());
  disk.no_room = 0;
  CHECK(log.Ready());
  REQUIRE(disk.lines.size() == 1);
  CHECK(disk.lines[0].find("\"status\":200") != std::string::npos);
}

TEST_CASE("room for a line is made without writing anything") {
  const testing::ScratchFolder folder;
  const std::string file = folder.Path("audit.jsonl");
  AuditLog log(file);
  REQUIRE(log.Ready());
  CHECK(std::filesystem::file_size(file) == 0);
  log.Write(Entry(200));
  CHECK(log.Ready());
  CHECK(LinesOf(file).size() == 1);
}

TEST_CASE("a file that cannot be written lets nothing be changed, and ends nothing") {
  AuditLog log("/nowhere/audit.jsonl");
  log.Write(Entry(200));
  CHECK_FALSE(log.Ready());
}

}  // namespace
}  // namespace klaxon::http
