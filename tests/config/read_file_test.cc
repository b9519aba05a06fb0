// What may stand in place of a file.
#include "agent/config/read_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <string>
#include <thread>

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

TEST_CASE("a named pipe that nobody writes is given up", "[config]") {
  const Fifo fifo;
  const auto begin = steady_clock::now();
  const Result<std::string> read = ReadFile(fifo.path(), kMost, milliseconds{100});
  CHECK(steady_clock::now() - begin >= milliseconds{100});
  REQUIRE_FALSE(read);
  CHECK(read.error().message() ==
        "cannot be read: a pipe that nobody has written to its end in time");
}

TEST_CASE("a named pipe whose writer does not come to an end is given up", "[config]") {
  const Fifo fifo;
  const int held = ::open(fifo.path().c_str(), O_RDWR | O_CLOEXEC);
  REQUIRE(held >= 0);
  WriteAll(held, "half");
  CHECK_FALSE(ReadFile(fifo.path(), kMost, milliseconds{100}));
  ::close(held);
}

TEST_CASE("a named pipe is read to its end, however late and large", "[config]") {
  const Fifo fifo;
  const std::string text(90'000, 'x');  // more than a pipe holds
  const std::jthread writer([&] {
    const int fd = ::open(fifo.path().c_str(), O_WRONLY | O_CLOEXEC);  // waits for the reader
    WriteAll(fd, text);
    ::close(fd);
  });
  const Result<std::string> read = ReadFile(fifo.path(), kMost);
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
  const Result<std::string> read = ReadFile("/dev/zero", kMost);
  REQUIRE_FALSE(read);
  CHECK(read.error().message() == "is longer than 100000 bytes");
}

}  // namespace
}  // namespace klaxon::config
