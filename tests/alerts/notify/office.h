#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "agent/http/client.h"
#include "agent/state/database.h"
#include "alerts/notify/notifier.h"
#include "tests/alerts/notify/scene.h"
#include "tests/support/temporary_folder.h"

/// A notifier with a database of its own and a receiver of this process.
namespace klaxon::notify {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// What a receiver of this process was told, and what it answers.
class Desk {
 public:
  Delivery Take(const Message& message) {
    const std::scoped_lock lock(mutex_);
    AlertMap alerts;
    for (const alerts::Alert& alert : message.alerts) {
      alerts.emplace(alerts::Fingerprint(alert.labels), alert);
    }
    const bool poisoned =
        !poison_.empty() && Scene::Words(alerts).find(poison_) != std::string::npos;
    const Delivery answer = poisoned ? Delivery{.outcome = Outcome::kRetry, .words = "500"}
                            : answers_.empty() ? Delivery::Accepted("ok")
                                               : answers_.front();
    if (!poisoned && !answers_.empty()) {
      answers_.pop_front();
    }
    told_.push_back(Scene::Words(alerts) +
                    (message.acknowledgement.empty() ? "" : " (" + message.acknowledgement + ")") +
                    (answer.outcome == Outcome::kAccepted ? "" : " (no)"));
    changed_.notify_all();
    return answer;
  }

  /// Nothing is answered any more until LetGo.
  void Hold() {
    const std::scoped_lock lock(mutex_);
    held_ = true;
  }

  void LetGo() {
    const std::scoped_lock lock(mutex_);
    held_ = false;
    changed_.notify_all();
  }

  void WaitToAnswer() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, seconds{20}, [&] { return !held_; });
  }

  void AnswerFirst(std::deque<Delivery> answers) {
    const std::scoped_lock lock(mutex_);
    answers_ = std::move(answers);
  }

  /// A message with this in it fails, the others do not.
  void Refuse(const std::string& poison) {
    const std::scoped_lock lock(mutex_);
    poison_ = poison;
  }

  bool Heard(const std::string& words) {
    const std::scoped_lock lock(mutex_);
    return std::ranges::find(told_, words) != told_.end();
  }

  /// All that was told, once it is that much; what there is after a long wait.
  std::vector<std::string> Told(size_t least) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, seconds{20}, [&] { return told_.size() >= least; });
    return told_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Delivery> answers_;
  std::string poison_;
  bool held_ = false;
  std::vector<std::string> told_;
};

class DeskReceiver final : public Receiver {
 public:
  explicit DeskReceiver(Desk& desk) : desk_(desk) {}

  Delivery Send(const Message& message, const Patience&) override {
    Delivery answer = desk_.Take(message);
    desk_.WaitToAnswer();
    return answer;
  }

 private:
  Desk& desk_;
};

struct Office {
  Office() { Open(); }

  void Open() {
    Result<std::unique_ptr<state::Database>> opened =
        state::Database::Open(folder.path(), clock.Now());
    REQUIRE(opened);
    database = *std::move(opened);
  }

  Settings Routes() {
    Settings settings;
    settings.route.receiver = "ops";
    settings.route.group_by = {"alertname"};
    settings.route.group_wait = seconds{0};
    settings.route.group_interval = milliseconds{20};
    settings.integrations.push_back(
        {.id = "ops/desk[0]", .receiver = "ops", .kind = "desk", .make = [this](const auto&) {
           return std::make_unique<DeskReceiver>(desk);
         }});
    return settings;
  }

  std::unique_ptr<Notifier> Begin() {
    return std::make_unique<Notifier>(
        Resources{.clock = clock,
                  .http = *http,
                  .open = [this] { return Result<state::Database*>(database.get()); },
                  .missing = "none",
                  .checkpoint = checkpoint},
        Routes());
  }

  void Tell(Notifier& notifier, std::vector<alerts::Alert> alerts,
            std::map<std::string, std::string> states = {}) {
    notifier.Tell({.alerts = std::move(alerts), .at = clock.Now(), .states = std::move(states)});
  }

  bool Eventually(const std::function<bool()>& condition) {
    const MonoTime end = clock.Now().mono + seconds{20};
    while (!condition() && clock.Now().mono < end) {
      clock.SleepUntil(clock.Now().mono + milliseconds{5}, {});
    }
    return condition();
  }

  SystemClock clock{};
  std::unique_ptr<http::HttpClient> http = http::MakeHttpClient();
  testing::TemporaryFolder folder{};
  std::unique_ptr<state::Database> database{};
  Desk desk{};
  std::function<void(std::string_view step)> checkpoint{};
};

inline const std::vector<std::pair<std::string, std::string>> kStuck{{"alertname", "Stuck"}};

}  // namespace klaxon::notify
