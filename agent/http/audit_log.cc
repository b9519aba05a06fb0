#include "agent/http/audit_log.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "agent/base/descriptor.h"
#include "agent/base/duration.h"
#include "agent/base/log.h"
#include "agent/base/text.h"

namespace klaxon::http {
namespace {

constexpr double kRefusedAtOnce = 60;
constexpr Duration kRefusedInterval = std::chrono::seconds{1};

// Of a line there are some hundred bytes, and as many at once as there are handlers.
constexpr off_t kRoom = off_t{64} * 1024;

/// Without O_NONBLOCK a pipe that nobody reads would hold up whoever is audited.
Descriptor OpenToAppend(const std::string& file) {
  return Descriptor(::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK,
                           S_IRUSR | S_IWUSR));
}

int Reserve(const std::string& file) {
  const Descriptor to = OpenToAppend(file);
  struct stat status{};
  if (!to || ::fstat(to.get(), &status) != 0) return errno;
  struct rlimit limit{};  // which the kernel asks of a write, and not of a reservation
  const bool limited = ::getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
  if (limited && static_cast<rlim_t>(status.st_size + kRoom) > limit.rlim_cur) return EFBIG;
  int error = 0;
  do {
    error = ::fallocate(to.get(), FALLOC_FL_KEEP_SIZE, status.st_size, kRoom) == 0 ? 0 : errno;
  } while (error == EINTR);
  return error == EOPNOTSUPP || error == ENOSYS ? 0 : error;
}

/// A piece of a line would spoil the next one. Unless somebody has written behind it since.
void TakeBack(int file, ssize_t written) {
  struct stat status{};
  const off_t end = ::lseek(file, 0, SEEK_CUR);  // of our own write
  if (::fstat(file, &status) == 0 && status.st_size == end &&
      ::ftruncate(file, end - written) != 0) {
    log::Error("audit", "a piece of a line stays in the file: {}",
               std::generic_category().message(errno));
  }
}

int Append(const std::string& file, std::string_view line) {
  const Descriptor to = OpenToAppend(file);
  if (!to) return errno;
  // In one write, so that two processes do not mix their lines.
  const ssize_t written = ::write(to.get(), line.data(), line.size());
  if (written < 0) return errno;
  if (static_cast<size_t>(written) != line.size()) {
    TakeBack(to.get(), written);
    return ENOSPC;
  }
  return ::fsync(to.get()) == 0 || errno == EINVAL ? 0 : errno;  // a pipe has nothing to flush
}

}  // namespace

Result<void> CheckAuditFile(const std::string& file) {
  const auto wrong = [&](const std::string& why) {
    return Error(Reason::kInvalid, file + " cannot be written: " + why);
  };
  const Descriptor to(::open(file.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NONBLOCK));
  if (to) {
    struct stat status{};
    const bool regular = ::fstat(to.get(), &status) == 0 && S_ISREG(status.st_mode);
    return regular ? Result<void>() : wrong("it is not a regular file");
  }
  if (errno == ENXIO) return wrong("it is a pipe that nobody reads");
  if (errno != ENOENT) return wrong(std::generic_category().message(errno));
  const std::string folder = std::filesystem::path(file).parent_path().string();
  if (::access(folder.empty() ? "." : folder.c_str(), W_OK | X_OK) != 0) {
    return wrong("its folder: " + std::generic_category().message(errno));
  }
  return {};
}

std::string ToJson(const AuditEntry& entry, uint64_t suppressed) {
  nlohmann::ordered_json line;
  line["time"] = FormatWallTime(entry.at);
  line["user"] = entry.user;
  if (!entry.claimed.empty()) line["claimed_user"] = Printable(entry.claimed, 80);
  line["address"] = entry.address;
  line["action"] = Printable(entry.action);
  line["status"] = entry.status;
  line["result"] = Printable(entry.result);
  if (suppressed > 0) line["suppressed"] = suppressed;
  return line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

AuditDisk MakeAuditDisk() {
  return {.reserve = &Reserve, .append = &Append};
}

AuditLog::AuditLog(std::string file, AuditDisk disk)
    : disk_(std::move(disk)),
      file_(std::move(file)),
      refused_(kRefusedAtOnce, kRefusedInterval, 1) {
}

void AuditLog::SetFile(std::string file) {
  const Lock lock(mutex_);
  file_ = std::move(file);
}

bool AuditLog::Ready() {
  const Lock lock(mutex_);
  if (file_.empty()) return WriteOwed() == 0;
  Result<void> good = CheckAuditFile(file_);
  if (good) {
    const int owed = WriteOwed();
    const int error = owed != 0 ? owed : disk_.reserve(file_);
    if (error != 0) {
      good = Error(Reason::kRefused,
                   file_ + " has no room for a line: " + std::generic_category().message(error));
    }
  }
  if (!good)
    log::Error("audit", "{}; nothing is changed meanwhile, but what makes things safer",
               good.error().message());
  return static_cast<bool>(good);
}

int AuditLog::WriteOwed() {
  while (!owed_.empty()) {
    if (file_.empty()) {
      fmt::print(stderr, "audit: {}", owed_.front());
    } else if (const int error = disk_.append(file_, owed_.front()); error != 0) {
      return error;
    }
    owed_.erase(owed_.begin());
  }
  return 0;
}

void AuditLog::Write(const AuditEntry& entry) {
  const Lock lock(mutex_);
  const bool refused = entry.status >= 400 && entry.status < 500;
  if (refused && !refused_.Take("", std::chrono::steady_clock::now())) {
    ++suppressed_;
    return;
  }
  const std::string line = ToJson(entry, std::exchange(suppressed_, 0));
  const int owed = WriteOwed();
  if (file_.empty()) {
    fmt::print(stderr, "audit: {}\n", line);  // whatever the level of the log is
    return;
  }
  if (const int error = owed != 0 ? owed : disk_.append(file_, line + "\n"); error != 0) {
    log::Error("audit", "cannot write to {}: {}; the line was: {}", file_,
               std::generic_category().message(error), line);
    if (entry.status < 400) owed_.push_back(line + "\n");
  }
}

}  // namespace klaxon::http
