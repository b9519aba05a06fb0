#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "agent/base/clock.h"
#include "agent/base/duration.h"
#include "agent/base/result.h"
#include "agent/model/section.h"

namespace klaxon {

/// Problems of questions that are not asked in every poll. Each is told in every poll until its
/// question is asked again, with the time at which it was: a poll that does not ask must not look
/// as if the trouble were over. Confined to one thread.
class KeptProblems {
 public:
  /// How it went just now. `scope`: as in Problem.
  void Take(const std::string& scope, const Result<void>& done, const Instant& at) {
    if (done) {
      problems_.erase(scope);
      return;
    }
    const Error& error = done.error();
    problems_.insert_or_assign(
        scope, Error(error.reason(), error.message() + "; asked " + FormatWallTime(at.wall)));
  }

  /// The question is not asked any more.
  void Forget(const std::string& scope) { problems_.erase(scope); }

  void Tell(std::vector<Problem>& problems) const {
    for (const auto& [scope, error] : problems_) {
      problems.push_back({.scope = scope, .error = error});
    }
  }

 private:
  std::map<std::string, Error> problems_{};
};

}  // namespace klaxon
