#include "agent/app/watchdog.h"

#include <dirent.h>
#include <unistd.h>

#include <fstream>

#include "agent/app/exit_code.h"
#include "agent/base/duration.h"
#include "agent/base/log.h"
#include "agent/base/thread_name.h"

namespace klaxon::app {
namespace {

/// The names of all threads that live, to tell which one is stuck.
std::string LivingThreads() {
  std::string names;
  DIR* tasks = opendir("/proc/self/task");
  while (const dirent* task = tasks == nullptr ? nullptr : readdir(tasks)) {
    std::ifstream file(std::string("/proc/self/task/") + task->d_name + "/comm");
    if (std::string name; std::getline(file, name)) {
      names += (names.empty() ? "" : ", ") + name;
    }
  }
  if (tasks != nullptr) {
    closedir(tasks);
  }
  return names;
}

}  // namespace

Watchdog::Watchdog(std::string what, Duration limit) : what_(std::move(what)), limit_(limit) {
  thread_ = std::jthread([this](const std::stop_token& stop) { Run(stop); });
}

void Watchdog::Run(const std::stop_token& stop) const {
  NameThisThread("watchdog");
  SystemClock clock;
  if (clock.SleepUntil(clock.Now().mono + limit_, stop)) {
    log::Error("watchdog", "{} took longer than {}; ending now. Threads left: {}", what_,
               FormatDuration(limit_), LivingThreads());
    _exit(kStuck);
  }
}

}  // namespace klaxon::app
