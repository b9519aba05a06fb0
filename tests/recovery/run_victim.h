#pragma once

#include <spawn.h>
#include <sys/wait.h>

#include <csignal>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "agent/base/clock.h"

extern char** environ;  // NOLINT(readability-redundant-declaration): not everywhere in unistd.h

namespace klaxon::recovery {

/// Runs recovery_victim until its end, or for so long and kills it; true: it was killed, by whom
/// ever. Empty: it could not be run.
inline std::optional<bool> RunVictim(const std::vector<std::string>& arguments,
                                     std::optional<Duration> kill_after = std::nullopt) {
  std::vector<std::string> words{KLAXON_VICTIM};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (std::string& word : words) {
    pointers.push_back(word.data());
  }
  pointers.push_back(nullptr);
  pid_t pid = 0;
  if (::posix_spawn(&pid, KLAXON_VICTIM, nullptr, nullptr, pointers.data(), environ) != 0) {
    return std::nullopt;
  }
  if (kill_after) {
    std::this_thread::sleep_for(*kill_after);  // the instant is chance; nothing is waited for
    ::kill(pid, SIGKILL);
  }
  int status = 0;
  if (::waitpid(pid, &status, 0) != pid) {
    return std::nullopt;
  }
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

}  // namespace klaxon::recovery
