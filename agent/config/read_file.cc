#include "agent/config/read_file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "agent/base/descriptor.h"

namespace klaxon::config {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

Error CannotRead(int number) {
  return {Reason::kInvalid,
          fmt::format("cannot be read: {}", std::generic_category().message(number))};
}

/// Until there is something to read, or the end.
Result<void> Wait(int fd, steady_clock::time_point due) {
  while (true) {
    const auto left = std::chrono::ceil<milliseconds>(due - steady_clock::now());
    pollfd about{.fd = fd, .events = POLLIN, .revents = 0};
    const int count = poll(&about, 1, static_cast<int>(std::max<int64_t>(left.count(), 0)));
    if (count > 0) {
      return {};
    }
    if (count == 0) {
      return Error(Reason::kInvalid,
                   "cannot be read: a pipe that nobody has written to its end in time");
    }
    if (errno != EINTR) {
      return CannotRead(errno);
    }
  }
}

/// Appends what `fd` has now, at most `piece` bytes; false: nothing, it must be waited for.
Result<bool> ReadPiece(int fd, size_t piece, std::string& bytes, bool& end) {
  const size_t before = bytes.size();
  bytes.resize(before + piece);
  const ssize_t got = read(fd, bytes.data() + before, piece);
  const int number = errno;
  bytes.resize(before + static_cast<size_t>(std::max<ssize_t>(got, 0)));
  if (got < 0 && number != EAGAIN && number != EINTR) {
    return CannotRead(number);  // a folder opens, then fails here with EISDIR
  }
  end = got == 0;
  return got > 0;
}

/// What is left of a pipe that was read before must not be taken for an empty file.
Result<std::string> Whole(std::string bytes, bool pipe) {
  if (pipe && bytes.empty()) {
    return Error(Reason::kInvalid,
                 "cannot be read: an empty pipe; it gives what is in it only once");
  }
  return bytes;
}

/// Handed over by a shell, which has opened it already.
bool IsHandedOver(std::string_view file) {
  return file == "/dev/stdin" || file.starts_with("/dev/fd/") || file.starts_with("/proc/self/fd/");
}

std::string_view KindOf(mode_t mode) {
  return S_ISDIR(mode)    ? "a folder"
         : S_ISFIFO(mode) ? "a named pipe"
         : S_ISSOCK(mode) ? "a socket"
                          : "a device";
}

/// Looks before it opens: the opening of a device may do something.
Result<void> CheckKind(const std::string& file) {
  struct stat about{};
  if (stat(file.c_str(), &about) != 0) {
    return CannotRead(errno);
  }
  if (!S_ISREG(about.st_mode) && (S_ISDIR(about.st_mode) || !IsHandedOver(file))) {
    return Error(Reason::kInvalid, fmt::format("cannot be read: it is {}; give a regular file",
                                               KindOf(about.st_mode)));
  }
  return {};
}

}  // namespace

Result<std::string> ReadFile(const std::string& file, size_t most, milliseconds patience) {
  if (const Result<void> right = CheckKind(file); !right) {
    return right.error();
  }
  // Without O_NONBLOCK the opening of a pipe would wait for its writer.
  const Descriptor opened(open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat about{};
  if (!opened || fstat(opened.get(), &about) != 0) {
    return CannotRead(errno);
  }
  const auto due = steady_clock::now() + patience;
  // A pipe that has no writer yet looks as if it were at its end.
  bool begun = !S_ISFIFO(about.st_mode);
  std::string bytes;
  while (bytes.size() <= most) {
    constexpr size_t kPiece = 16'384;
    bool end = false;
    const Result<bool> got = ReadPiece(opened.get(), kPiece, bytes, end);
    if (!got) {
      return got.error();
    }
    if (end && begun) {
      return Whole(std::move(bytes), S_ISFIFO(about.st_mode));
    }
    begun = begun || *got;
    if (*got) {
      continue;
    }
    if (const Result<void> ready = Wait(opened.get(), due); !ready) {
      return ready.error();
    }
    begun = true;
  }
  return Error(Reason::kInvalid, fmt::format("is longer than {} bytes", most));
}

}  // namespace klaxon::config
