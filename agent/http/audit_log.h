#pragma once

#include <cstdint>
#include <string>

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

/// Writes down every attempt to change something, one line of JSON each, into a file that is only
/// ever appended to (created with mode 0600, flushed to the disk for every line), or without a file
/// onto standard error. The file is opened for each line, so that it may be moved away. What cannot
/// be written is said in the log, with the line. Thread-safe.
///
/// Attempts that were refused are written up to 60 a minute, then counted: they must not fill a
/// disk. What was done is always written.
class AuditLog {
 public:
  explicit AuditLog(std::string file);

  void SetFile(std::string file);

  /// Whether a line could be written now; the log says so if not.
  bool Ready();

  void Write(const AuditEntry& entry);

 private:
  Mutex mutex_{};
  std::string file_ KLAXON_GUARDED_BY(mutex_);
  TokenBuckets refused_ KLAXON_GUARDED_BY(mutex_);
  uint64_t suppressed_ KLAXON_GUARDED_BY(mutex_) = 0;
};

}  // namespace klaxon::http
