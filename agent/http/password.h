#pragma once

#include <condition_variable>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "agent/base/clock.h"
#include "agent/base/mutex.h"
#include "agent/base/secret.h"

namespace klaxon::http {

/// bcrypt doubles its work with each step of cost: 10 takes about 50 ms, 15 about 2 s.
inline constexpr int kHighestCost = 15;

/// The cost of a bcrypt hash ("$2a$", "$2b$" or "$2y$"), 4 to 31; nothing if it is no such hash.
std::optional<int> CostOf(std::string_view hash);

/// A hash that no password has, and that takes as long to compare with as any of this cost.
std::string DecoyHash(int cost);

/// Compares passwords with bcrypt hashes, one at a time: each costs as much as serving hundreds of
/// pages. What was right is remembered under a keyed hash, so that a scraper pays once.
/// Thread-safe.
class PasswordCheck {
 public:
  PasswordCheck();

  enum class Verdict {
    kRight,
    kWrong,
    kBusy,  ///< others were being compared until `due`
  };

  /// Whether this was found right before. Takes microseconds.
  bool Remembers(const std::string& user, const Secret& hash, const std::string& password) const;

  /// A hash above kHighestCost fits nothing.
  Verdict Compare(const std::string& user, const Secret& hash, const std::string& password,
                  MonoTime due);

  /// A number below `most` that is always the same for a text, and that nobody outside can tell.
  size_t Pick(std::string_view text, size_t most) const;

 private:
  std::string Fingerprint(const std::string& user, const Secret& hash,
                          const std::string& password) const;
  bool TakeTurn(MonoTime due);
  void EndTurn();

  const std::string key_;  ///< random, of this process
  mutable Mutex mutex_{};
  std::condition_variable_any turn_ended_{};
  bool busy_ KLAXON_GUARDED_BY(mutex_) = false;
  std::unordered_set<std::string> right_ KLAXON_GUARDED_BY(mutex_){};
};

}  // namespace klaxon::http
