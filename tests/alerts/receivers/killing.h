#pragma once

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <fstream>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/alerts/receivers/raw_server.h"
#include "tests/support/temporary_folder.h"

extern char** environ;  // NOLINT(readability-redundant-declaration): not everywhere in unistd.h

namespace klaxon::receivers {

/// A notify_victim of a test: killed with it.
class Victim {
 public:
  /// `paths`: of the webhooks that it tells, a letter each.
  Victim(const std::string& folder, const std::string& url, const std::string& paths,
         const std::string& point = "never", const std::string& kind = "firing") {
    std::vector<std::string> words{KLAXON_NOTIFY_VICTIM, folder, url, point, kind, paths};
    std::vector<char*> pointers;
    pointers.reserve(words.size() + 1);
    for (std::string& word : words) {
      pointers.push_back(word.data());
    }
    pointers.push_back(nullptr);
    if (::posix_spawn(&pid_, KLAXON_NOTIFY_VICTIM, nullptr, nullptr, pointers.data(), environ) !=
        0) {
      std::abort();
    }
  }

  Victim(const Victim&) = delete;
  Victim& operator=(const Victim&) = delete;

  ~Victim() { Kill(); }

  void Kill() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
      pid_ = 0;
    }
  }

  /// Waits for its end, as long as the test may take; whether it has killed itself.
  bool Died() {
    int status = 0;
    const bool ended = ::waitpid(std::exchange(pid_, 0), &status, 0) > 0;
    return ended && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  }

 private:
  pid_t pid_ = 0;
};

/// What one webhook has accepted: messages as "+a -b", in order, with the moments alerts began.
struct Accepted {
  std::vector<std::string> messages{};
  size_t duplicates = 0;                      ///< the same as the message before
  std::map<std::string, std::string> last{};  ///< by alert
  std::string disorder{};                     ///< empty: every alert fired before it was resolved
};

/// Webhooks, and the incident that they are told of.
class Incident {
 public:
  /// `refuses`: asked for each request, whether it is answered with 503.
  explicit Incident(
      std::string paths, std::function<bool()> refuses = [] { return false; })
      : paths_(std::move(paths)),
        refuses_(std::move(refuses)),
        server([this](int socket, const std::string& request) { Answer(socket, request); }) {
    Write();
  }

  void Fire(const std::string& name) {
    alerts_[name] = {++moment_, 0};
    Write();
  }

  void Resolve(const std::string& name) {
    alerts_[name].second = ++moment_;
    Write();
  }

  /// Whether all have heard of the newest of an alert, within a long time.
  bool Heard(const std::string& name, bool firing) {
    const std::string wanted =
        (firing ? "+" : "-") + name + "@" + std::to_string(alerts_[name].first);
    std::unique_lock lock(mutex_);
    return heard_.wait_for(lock, std::chrono::seconds{60}, [&] {
      return std::ranges::all_of(paths_, [&](char path) {
        return accepted_[std::string("/") + path].last[name] == wanted;
      });
    });
  }

  std::map<std::string, Accepted> accepted() {
    const std::scoped_lock lock(mutex_);
    return accepted_;
  }

  testing::TemporaryFolder folder{};

 private:
  void Write() {
    const std::string file = folder.path() + "/alerts";
    {
      std::ofstream lines(file + ".new");
      for (const auto& [name, times] : alerts_) {
        lines << name << ' ' << 1'800'000'000 + times.first << ' '
              << (times.second == 0 ? 0 : 1'800'000'000 + times.second) << '\n';
      }
    }
    std::rename((file + ".new").c_str(), file.c_str());  // whole or not at all
  }

  void Answer(int socket, const std::string& request) {
    const size_t head = request.find("\r\n\r\n");
    const auto body = nlohmann::json::parse(
        head == std::string::npos ? "" : request.substr(head + 4), nullptr, false);
    if (!body.is_object()) {
      return;  // whoever asked was killed
    }
    if (refuses_()) {
      RawServer::Fixed("503 Not now", "")(socket, request);
      return;
    }
    {
      const std::scoped_lock lock(mutex_);
      Take(body, accepted_[request.substr(5, 2)]);
    }
    heard_.notify_all();
    RawServer::Fixed("200 OK", "")(socket, request);
  }

  static void Take(const nlohmann::json& body, Accepted& accepted) {
    constexpr size_t kEpoch = 1'800'000'000;
    std::string message;
    for (const auto& alert : body["alerts"]) {
      const std::string name = alert["labels"]["n"].get<std::string>();
      const bool firing = alert["status"] == "firing";
      const std::string start = alert["startsAt"].get<std::string>();
      const std::string state =
          (firing ? "+" : "-") + name + "@" + std::to_string(SecondsOf(start) - kEpoch);
      message += " " + state;
      std::string& last = accepted.last[name];
      const std::string opened = "+" + state.substr(1);
      if (!firing && last != opened && last != state) {
        accepted.disorder += state + " came after " + (last.empty() ? "nothing" : last) + "; ";
      }
      if (firing && last == "-" + state.substr(1)) {
        accepted.disorder += state + " came after its end; ";
      }
      last = state;
    }
    accepted.duplicates +=
        !accepted.messages.empty() && accepted.messages.back() == message ? 1U : 0U;
    accepted.messages.push_back(message);
  }

  /// Of the one day and hour that the incident plays in: 2027-01-15T08:MM:SS and following hours.
  static size_t SecondsOf(const std::string& time) {
    const auto part = [&](size_t at) { return static_cast<size_t>(std::stoi(time.substr(at, 2))); };
    return 1'800'000'000 + (part(11) - 8) * 3600 + part(14) * 60 + part(17);
  }

  const std::string paths_;
  const std::function<bool()> refuses_;
  std::mutex mutex_;
  std::condition_variable heard_;
  std::map<std::string, Accepted> accepted_;
  std::map<std::string, std::pair<int64_t, int64_t>> alerts_;
  int64_t moment_ = 0;

 public:
  RawServer server;  // last: its thread uses the rest
};

}  // namespace klaxon::receivers
