// What may stand in place of a file.
#include "agent/config/read_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>

namespace klaxon::config {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr size_t kMost = 100'000;

/// A named pipe, removed at the end.
class Fifo {
 public:
  Fifo() {
    std::string folder = (std::filesystem::temp_directory_path() / "klaxon-pipe-XXXXXX").string();
    REQUIRE(::mkdtemp(folder.data()) != nullptr);
    path_ = std::filesystem::path(folder) / "pipe";
    REQUIRE(::mkfifo(path_.c_str(), S_IRUSR | S_IWUSR) == 0);
  }

  Fifo(const Fifo&) = delete;
  Fifo& operator=(const Fifo&) = delete;

  ~Fifo() {
    std::error_code ignored;
    std::filesystem::remove_all(path_.parent_path(), ignored);
  }

  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_{};
};

void WriteAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(fd, text.data(), text.size());
    if (count <= 0) return;
    text.remove_prefix(static_cast<size_t>(count));
  }
}

TEST_CASE("what is no regular file is refused at once", "[config]") {
  struct Case {
    std::string file{};
    std::string kind{};
  };

  const Fifo fifo;
  const int writer = ::open(fifo.path().c_str(), O_RDWR | O_CLOEXEC);  // it would not end either
  REQUIRE(writer >= 0);
  WriteAll(writer, "half");
  const std::string folder = std::filesystem::path(fifo.path()).parent_path().string();
  const std::string link = folder + "/link";
  std::filesystem::create_symlink("pipe", link);
  const std::vector<Case> cases{{fifo.path(), "a named pipe"}, {link, "a named pipe"},
                                {folder, "a folder"},          {"/dev/fd/..", "a folder"},
                                {"/dev/zero", "a device"},     {"/dev/null", "a device"}};
  for (const Case& each : cases) {
    INFO(each.file);
    // Whoever waited would wait for an hour.
    const Result<std::string> read = ReadFile(each.file, kMost, std::chrono::hours{1});
    REQUIRE_FALSE(read);
    CHECK(read.error().message() == "cannot be read: it is " + each.kind + "; give a regular file");
  }
  ::close(writer);
}

TEST_CASE("a link to a file is as good as the file", "[config]") {
  const Fifo fifo;  // for its folder
  const std::filesystem::path folder = std::filesystem::path(fifo.path()).parent_path();
  std::ofstream(folder / "file") << "a=b\n";
  std::filesystem::create_symlink("file", folder / "link");
  const Result<std::string> read = ReadFile((folder / "link").string(), kMost);
  REQUIRE(read);
  CHECK(*read == "a=b\n");
}

/// Both ends of a pipe as a shell makes it.
class Pipe {
 public:
  Pipe() { REQUIRE(::pipe2(ends_.data(), O_CLOEXEC) == 0); }

  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  ~Pipe() {
    ::close(ends_[0]);
    CloseWriter();
  }

  int writer() const { return ends_[1]; }

  void CloseWriter() {
    if (ends_[1] >= 0) ::close(std::exchange(ends_[1], -1));
  }

  std::string name() const { return "/dev/fd/" + std::to_string(ends_[0]); }

 private:
  std::array<int, 2> ends_{};
};

TEST_CASE("a shell's pipe whose writer does not come to an end is given up", "[config]") {
  const Pipe pipe;
  for (const char* text : {"", "half"}) {
    WriteAll(pipe.writer(), text);
    const Result<std::string> read = ReadFile(pipe.name(), kMost, milliseconds{100});
    REQUIRE_FALSE(read);
    CHECK(read.error().message() ==
          "cannot be read: a pipe that nobody has written to its end in time");
  }
}

TEST_CASE("a shell's pipe is read to its end, however late and large", "[config]") {
  Pipe pipe;
  const std::string text(90'000, 'x');  // more than a pipe holds
  const std::jthread writer([&] {
    WriteAll(pipe.writer(), text);
    pipe.CloseWriter();
  });
  const Result<std::string> read = ReadFile(pipe.name(), kMost);
  REQUIRE(read);
  CHECK(*read == text);
}

TEST_CASE("a shell's pipe gives what is in it once, and nothing is not an empty file", "[config]") {
  std::array<int, 2> ends{};
  REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
  WriteAll(ends[1], "a=b\n");
  ::close(ends[1]);
  const std::string name = "/dev/fd/" + std::to_string(ends[0]);
  const Result<std::string> first = ReadFile(name, kMost, milliseconds{100});
  REQUIRE(first);
  CHECK(*first == "a=b\n");
  const Result<std::string> second = ReadFile(name, kMost, milliseconds{100});
  REQUIRE_FALSE(second);
  CHECK(second.error().message() ==
        "cannot be read: an empty pipe; it gives what is in it only once");
  ::close(ends[0]);
}

TEST_CASE("what has no end is too long", "[config]") {
  const int zero = ::open("/dev/zero", O_RDONLY | O_CLOEXEC);
  REQUIRE(zero >= 0);
  const Result<std::string> read = ReadFile("/dev/fd/" + std::to_string(zero), kMost);
  REQUIRE_FALSE(read);
  CHECK(read.error().message() == "is longer than 100000 bytes");
  ::close(zero);
}

}  // namespace
}  // namespace klaxon::config
