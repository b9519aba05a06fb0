#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/clock.h"
#include "agent/base/mutex.h"
#include "agent/base/result.h"
#include "agent/http/audit.h"
#include "agent/http/token_buckets.h"

namespace klaxon::http {

/// One line of JSON, without its end: {"time", "user", "claimed_user", "address", "action",
/// "status", "result"}, and "suppressed" if lines before it were left out. Pure.
std::string ToJson(const AuditEntry& entry, uint64_t suppressed);

/// Whether lines can be appended to this file, or it can be made. Creates nothing. Error: kInvalid,
/// what is wrong with it.
Result<void> CheckAuditFile(const std::string& file);

/// What an audit log asks of the disk. Each returns 0 or an errno.
struct AuditDisk {
  /// Makes room for some lines at the end of the file, which is created if it is not there.
  std::function<int(const std::string& file)> reserve{};
  /// Adds a whole line, and waits until it is on the disk.
  std::function<int(const std::string& file, std::string_view line)> append{};
};

/// The real one. Where a filesystem cannot reserve, no room is made.
AuditDisk MakeAuditDisk();

/// Writes down every attempt to change something, one line of JSON each, into a file that is only
/// ever appended to (created with mode 0600, flushed to the disk for every line), or without a file
/// onto standard error. The file is opened for each line, so that it may be moved away.
/// Thread-safe.
///
/// Nothing is to be changed that cannot be written down: whoever changes something asks Ready
/// before, which makes room for the line, so that a disk that fills up meanwhile takes it all the
/// same. Refusing was chosen over telling afterwards: what is not written is known to nobody, and
/// whoever is refused is told so. Where the filesystem reserves nothing, a full disk is found out
/// only after the change. A line that fails all the same (that, or the disk breaks) is in the log;
/// if it is of what was done (below 400), it is owed: kept, and written before anything else is
/// changed. So is the line of what was done although Ready said no: see Route::without_audit.
///
/// Attempts that were refused are written up to 60 a minute, then counted: they must not fill a
/// disk. What was done is always written.
class AuditLog {
 public:
  explicit AuditLog(std::string file, AuditDisk disk = MakeAuditDisk());

  void SetFile(std::string file);

  /// Whether a line can be written now; the log says so if not.
  bool Ready();

  void Write(const AuditEntry& entry);

 private:
  /// What is owed is written first. 0, or the errno of what failed.
  int WriteOwed() KLAXON_REQUIRES(mutex_);

  const AuditDisk disk_;
  Mutex mutex_{};
  std::vector<std::string> owed_ KLAXON_GUARDED_BY(mutex_);  // lines of what was done
  std::string file_ KLAXON_GUARDED_BY(mutex_);
  TokenBuckets refused_ KLAXON_GUARDED_BY(mutex_);
  uint64_t suppressed_ KLAXON_GUARDED_BY(mutex_) = 0;
};

}  // namespace klaxon::http
