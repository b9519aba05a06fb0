#include "agent/state/folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "agent/base/duration.h"
#include "agent/base/text.h"

namespace klaxon::state {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFile = "klaxon.db";
constexpr std::string_view kLock = "klaxon.lock";
constexpr std::string_view kDamaged = "klaxon.db.damaged-";

Error Unusable(const std::string& folder, std::string_view what, int code) {
  return {Reason::kInvalid,
          fmt::format("state directory {}: {}: {}; give one that this user may write", folder, what,
                      std::strerror(code))};
}

/// The process that a lock file names; for the message only.
std::string HolderOf(int lock) {
  std::array<char, 32> text{};
  const ssize_t size = ::pread(lock, text.data(), text.size(), 0);
  return size > 0 ? std::string(Trim({text.data(), static_cast<size_t>(size)})) : "unknown";
}

}  // namespace

Result<Descriptor> LockFolder(const std::string& folder) {
  std::error_code failure;
  if (fs::create_directories(folder, failure)) {
    fs::permissions(folder, fs::perms::owner_all, failure);
  }
  if (failure) {
    return Unusable(folder, "cannot be made", failure.value());
  }
  const std::string file = fmt::format("{}/{}", folder, kLock);
  Descriptor lock(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock) {
    return Unusable(folder, "its lock cannot be opened", errno);
  }
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    return Error(Reason::kRefused,
                 fmt::format("state directory {} is in use by another Klaxon (process {}): stop "
                             "that one, or give this one a directory of its own",
                             folder, Printable(HolderOf(lock.get()), 20)));
  }
  const std::string self = fmt::format("{}\n", ::getpid());
  if (::ftruncate(lock.get(), 0) != 0 ||
      ::pwrite(lock.get(), self.data(), self.size(), 0) != static_cast<ssize_t>(self.size())) {
    return Unusable(folder, "cannot be written", errno);
  }
  return lock;
}

bool IsLocked(const std::string& folder, const Descriptor& lock) {
  struct stat held{};
  struct stat there{};
  const std::string file = fmt::format("{}/{}", folder, kLock);
  return ::fstat(lock.get(), &held) == 0 && ::stat(file.c_str(), &there) == 0 &&
         held.st_dev == there.st_dev && held.st_ino == there.st_ino;
}

std::string DatabaseIn(const std::string& folder) {
  return fmt::format("{}/{}", folder, kFile);
}

Result<std::string> SetAside(const std::string& folder, WallTime now) {
  std::string stamp = FormatWallTime(now);
  std::erase_if(stamp, [](char letter) { return letter == '-' || letter == ':'; });
  const std::string file = DatabaseIn(folder);
  std::string away = fmt::format("{}/{}{}", folder, kDamaged, stamp);
  while (fs::exists(away)) {
    away += "-again";
  }
  for (const std::string_view log : {"", "-wal", "-shm"}) {
    std::error_code failure;
    fs::rename(fmt::format("{}{}", file, log), fmt::format("{}{}", away, log), failure);
    if (failure && failure != std::errc::no_such_file_or_directory) {
      return Unusable(folder, "the damaged database cannot be renamed", failure.value());
    }
  }
  return away;
}

Result<std::vector<std::string>> DamagedIn(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code failure;
  fs::directory_iterator entry(folder, failure);
  for (; !failure && entry != fs::directory_iterator(); entry.increment(failure)) {
    const std::string name = entry->path().filename().string();
    if (name.starts_with(kDamaged) && !name.ends_with("-wal") && !name.ends_with("-shm")) {
      names.push_back(name);
    }
  }
  if (failure) {
    return Unusable(folder, "cannot be listed", failure.value());
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace klaxon::state
