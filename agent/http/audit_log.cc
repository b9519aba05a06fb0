#include "agent/http/audit_log.h"

#include <fcntl.h>
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

/// 0, or the errno of what failed.
int Append(const std::string& file, std::string_view line) {
  // Without O_NONBLOCK a pipe that nobody reads would hold up whoever is audited.
  const Descriptor to(::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK,
                             S_IRUSR | S_IWUSR));
  if (!to) return errno;
  // In one write, so that two processes do not mix their lines.
  const ssize_t written = ::write(to.get(), line.data(), line.size());
  if (written < 0) return errno;
  if (static_cast<size_t>(written) != line.size()) return ENOSPC;
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

AuditLog::AuditLog(std::string file)
    : file_(std::move(file)), refused_(kRefusedAtOnce, kRefusedInterval, 1) {
}

void AuditLog::SetFile(std::string file) {
  const Lock lock(mutex_);
  file_ = std::move(file);
}

bool AuditLog::Ready() {
  const Lock lock(mutex_);
  const Result<void> good = file_.empty() ? Result<void>() : CheckAuditFile(file_);
  if (!good) log::Error("audit", "{}; nothing is changed meanwhile", good.error().message());
  return static_cast<bool>(good);
}

void AuditLog::Write(const AuditEntry& entry) {
  const Lock lock(mutex_);
  const bool refused = entry.status >= 400 && entry.status < 500;
  if (refused && !refused_.Take("", std::chrono::steady_clock::now())) {
    ++suppressed_;
    return;
  }
  const std::string line = ToJson(entry, std::exchange(suppressed_, 0));
  if (file_.empty()) {
    fmt::print(stderr, "audit: {}\n", line);  // whatever the level of the log is
  } else if (const int error = Append(file_, line + "\n"); error != 0) {
    log::Error("audit", "cannot write to {}: {}; the line was: {}", file_,
               std::generic_category().message(error), line);
  }
}

}  // namespace klaxon::http
