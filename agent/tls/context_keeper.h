#pragma once

// For .cc files of this folder only.

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/mutex.h"
#include "agent/base/result.h"
#include "agent/tls/client_options.h"
#include "agent/tls/openssl.h"

namespace klaxon::tls {

/// What changes when a file does; all zero: it is not there.
struct Stamp {
  dev_t device = 0;
  ino_t inode = 0;
  off_t size = 0;
  timespec modified{};
  timespec changed{};

  friend bool operator==(const Stamp& a, const Stamp& b);
};

/// Adds what `store` reads of, if it is a file.
void AddFile(const Store& store, std::vector<std::string>& files);

/// A context made from files, made anew when one of them changed. While the new ones are not good
/// (a rotation writes certificate and key one after the other) the last good one is used, and the
/// log says so once. Thread-safe.
class ContextKeeper {
 public:
  using Build = std::function<Result<Context>()>;

  /// `subject`: who speaks in the log. Reads the files, if there are any, so that a rotation before
  /// the first connection has a last good context to fall back on; Current tells what is wrong.
  ContextKeeper(std::string subject, std::vector<std::string> files, Build build);

  /// Error: kInvalid, there never was a good one.
  Result<Context> Current();

  /// Why the last good one is used instead of what the files hold now.
  std::optional<Error> trouble() const;

 private:
  std::vector<Stamp> Look() const;
  void Renew(std::vector<Stamp> stamps) KLAXON_REQUIRES(mutex_);

  const std::string subject_;
  const std::vector<std::string> files_;
  const Build build_;
  mutable Mutex mutex_{};
  std::vector<Stamp> stamps_ KLAXON_GUARDED_BY(mutex_){};
  Context good_ KLAXON_GUARDED_BY(mutex_){};
  std::optional<Error> trouble_ KLAXON_GUARDED_BY(mutex_){};
};

}  // namespace klaxon::tls
