#include "alerts/notify/notifier.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <fstream>
#include <functional>
#include <mutex>

#include <catch2/catch_test_macros.hpp>

#include "agent/http/client.h"
#include "agent/state/connection.h"
#include "agent/state/folder.h"
#include "alerts/notify/saved_alerts.h"
#include "alerts/notify/store.h"
#include "tests/alerts/notify/scene.h"
#include "tests/support/temporary_folder.h"

namespace klaxon::notify {
namespace {

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
                  .missing = "none"},
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
};

const std::vector<std::pair<std::string, std::string>> kStuck{{"alertname", "Stuck"}};

TEST_CASE("What is accepted leaves the outbox, and a receipt stays") {
  Office office;
  const auto notifier = office.Begin();
  office.Tell(*notifier, {Firing(kStuck, 0)});
  CHECK(office.desk.Told(1) == std::vector<std::string>{" +Stuck"});
  office.Tell(*notifier, {});
  CHECK(office.desk.Told(2) == std::vector<std::string>{" +Stuck", " -Stuck"});
  CHECK(office.Eventually([&] {
    const auto rows = office.database->Read({.sql = "SELECT * FROM notify_outbox"});
    return rows && rows->empty();
  }));
  CHECK(office.Eventually([&] {
    const auto receipts = Store::ReadReceipts(*office.database, 10);
    return receipts && receipts->size() == 2 && receipts->front().resolved == 1;
  }));
  CHECK(notifier->GetReport().durable);
}

TEST_CASE("What rules want to find again is written, however soon the end comes") {
  Office office;
  for (int i = 0; i < 50; ++i) {
    const std::map<std::string, std::string> states{{"rule", std::to_string(i)}};
    office.Tell(*office.Begin(), {Firing(kStuck, 0)}, states);
    CHECK(office.Begin()->RestoredStates() == states);
  }
}

TEST_CASE("What was not accepted is told after a restart, and states come back") {
  Office office;
  office.desk.AnswerFirst({{.outcome = Outcome::kRetry, .words = "down", .retry_after = hours{1}}});
  {
    const auto notifier = office.Begin();
    office.Tell(*notifier, {Firing(kStuck, 0)}, {{"rule", "firing"}});
    CHECK(office.desk.Told(1) == std::vector<std::string>{" +Stuck (no)"});
    CHECK(office.Eventually([&] { return notifier->GetReport().senders.at(0).failed == 1; }));
    CHECK(office.Eventually([&] {
      const auto rows = office.database->Read({.sql = "SELECT * FROM notify_waits"});
      return rows && rows->size() == 1;
    }));
  }
  SECTION("not before the time that the receiver asked for") {
    const auto notifier = office.Begin();
    CHECK(notifier->RestoredStates() == std::map<std::string, std::string>{{"rule", "firing"}});
    CHECK(notifier->GetReport().senders.at(0).waiting == 1);
    office.Tell(*notifier, {Firing(kStuck, 0)});
    CHECK(office.Eventually([&] {
      const auto states = office.database->Read({.sql = "SELECT * FROM alert_states"});
      return states && states->empty();
    }));
    CHECK(office.desk.Told(1).size() == 1);
  }
  SECTION("at once when it did not ask, and only what is so now") {
    REQUIRE(office.database->Write({{.sql = "DELETE FROM notify_waits"}}));
    const auto notifier = office.Begin();
    office.Tell(*notifier, {});
    CHECK(office.desk.Told(3) ==
          std::vector<std::string>{" +Stuck (no)", " +Stuck", " -Stuck"});  // owed, then its end
  }
}

TEST_CASE("A failure is repeated until it is accepted, and what is refused is not") {
  Office office;
  office.desk.AnswerFirst({{.outcome = Outcome::kRetry, .words = "busy"}});
  const auto notifier = office.Begin();
  office.Tell(*notifier, {Firing(kStuck, 0)});
  CHECK(office.desk.Told(2) == std::vector<std::string>{" +Stuck (no)", " +Stuck"});

  office.desk.AnswerFirst({{.outcome = Outcome::kGivenUp, .words = "answers 404"}});
  office.Tell(*notifier, {});
  CHECK(office.desk.Told(3).back() == " -Stuck (no)");
  CHECK(office.Eventually([&] { return notifier->GetReport().senders.at(0).waiting == 0; }));
  CHECK(notifier->GetReport().receipts.front().words == "answers 404");
}

TEST_CASE("A disk that takes nothing costs no page, and is told") {
  Office office;
  const auto notifier = office.Begin();
  REQUIRE(office.database->Write({{.sql = "DROP TABLE notify_groups"}}));
  office.Tell(*notifier, {Firing(kStuck, 0)});
  CHECK(office.desk.Told(1) == std::vector<std::string>{" +Stuck"});
  const Report report = notifier->GetReport();
  CHECK_FALSE(report.durable);
  CHECK(report.not_durable_because.find("notify_groups") != std::string::npos);
}

TEST_CASE("A file that was replaced while it was open is noticed") {
  Office office;
  const auto notifier = office.Begin();
  REQUIRE(std::rename(state::DatabaseIn(office.folder.path()).c_str(),
                      (state::DatabaseIn(office.folder.path()) + ".away").c_str()) == 0);
  office.Tell(*notifier, {Firing(kStuck, 0)});
  CHECK(office.desk.Told(1) == std::vector<std::string>{" +Stuck"});
  CHECK_FALSE(notifier->GetReport().durable);
}

TEST_CASE("Silences are kept, and refused when they silence everything") {
  Office office;
  std::string id;
  {
    const auto notifier = office.Begin();
    const Instant now = office.clock.Now();
    Silence silence{.matchers = MatchersOf("alertname=Stuck"),
                    .starts_at = now.wall,
                    .ends_at = now.wall + hours{1},
                    .created_by = "me"};
    const Result<std::string> set = notifier->SetSilence(silence);
    REQUIRE(set);
    id = *set;
    CHECK(id.size() == 36);
    silence.matchers = MatchersOf(R"(alertname=~".*")");
    CHECK_FALSE(notifier->SetSilence(silence));
    silence.id = "unknown";
    CHECK_FALSE(notifier->SetSilence(silence));
  }
  const auto notifier = office.Begin();
  REQUIRE(notifier->Silences().size() == 1);
  CHECK(notifier->Silences().front().id == id);
  office.Tell(*notifier, {Firing(kStuck, 0)});
  REQUIRE(notifier->ExpireSilence(id));
  CHECK(office.desk.Told(1) == std::vector<std::string>{" +Stuck"});
  CHECK_FALSE(notifier->ExpireSilence("unknown"));
}

TEST_CASE("A message that a receiver fails on holds up no other") {
  Office office;
  office.desk.Refuse("Poison");
  const auto notifier = office.Begin();
  office.Tell(*notifier, {Firing({{"alertname", "Poison"}}, 0)});
  CHECK(office.desk.Told(2).back() == " +Poison (no)");  // the next attempt is a second away
  const std::vector<alerts::Alert> both{Firing({{"alertname", "Poison"}}, 0), Firing(kStuck, 1)};
  office.Tell(*notifier, both);
  CHECK(office.Eventually([&] { return office.desk.Heard(" +Stuck"); }));
  office.Tell(*notifier, {both[0]});
  CHECK(office.Eventually([&] { return office.desk.Heard(" -Stuck"); }));
  CHECK(notifier->GetReport().senders.at(0).waiting == 1);
}

TEST_CASE("What was refused under earlier settings is told under those that came since") {
  Office office;
  office.desk.Hold();
  office.desk.AnswerFirst({{.outcome = Outcome::kGivenUp, .words = "answers 404"}});
  const auto notifier = office.Begin();
  office.Tell(*notifier, {Firing(kStuck, 0)});
  CHECK(office.desk.Told(1) == std::vector<std::string>{" +Stuck (no)"});
  notifier->Reload(office.Routes());  // the address is another one now
  office.desk.LetGo();
  CHECK(office.desk.Told(2) == std::vector<std::string>{" +Stuck (no)", " +Stuck"});
}

TEST_CASE("A reload cuts nothing short that is being sent") {
  Office office;
  office.desk.Hold();
  const auto notifier = office.Begin();
  office.Tell(*notifier, {Firing(kStuck, 0)});
  CHECK(office.desk.Told(1) == std::vector<std::string>{" +Stuck"});
  for (int i = 0; i < 3; ++i) {
    notifier->Reload(office.Routes());
  }
  office.Tell(*notifier, {Firing(kStuck, 0), Firing({{"alertname", "Next"}}, 0)});
  CHECK(office.desk.Told(1).size() == 1);  // the new sender waits for the old one
  office.desk.LetGo();
  CHECK(office.desk.Told(2) == std::vector<std::string>{" +Stuck", " +Next"});
  CHECK(office.Eventually([&] { return notifier->GetReport().senders.at(0).waiting == 0; }));
  CHECK(office.desk.Told(2).size() == 2);
}

TEST_CASE("An acknowledgement outlives a restart") {
  Office office;
  Settings settings = office.Routes();
  settings.integrations[0].send_acknowledged = true;
  const auto begin = [&] {
    return std::make_unique<Notifier>(
        Resources{.clock = office.clock,
                  .http = *office.http,
                  .open = [&] { return Result<state::Database*>(office.database.get()); }},
        settings);
  };
  office.desk.AnswerFirst(
      {Delivery::Accepted("ok"), {.outcome = Outcome::kRetry, .words = "busy"}});
  {
    const auto notifier = begin();
    office.Tell(*notifier, {Firing(kStuck, 0)});
    CHECK(office.Eventually([&] { return notifier->GetReport().senders.at(0).sent == 1; }));
    const WallTime now = office.clock.Now().wall;
    REQUIRE(notifier->SetSilence({.matchers = MatchersOf("alertname=Stuck"),
                                  .starts_at = now,
                                  .ends_at = now + hours{1},
                                  .created_by = "ann",
                                  .comment = "known"}));
    CHECK(office.Eventually([&] { return notifier->GetReport().senders.at(0).failed == 1; }));
  }
  {
    const auto notifier = begin();
    office.Tell(*notifier, {Firing(kStuck, 0)});
    CHECK(office.desk.Told(3).back().starts_with(" +Stuck (silenced by ann until "));
    CHECK(office.Eventually([&] { return notifier->GetReport().senders.at(0).waiting == 0; }));
  }
  const auto notifier = begin();
  office.Tell(*notifier, {});
  CHECK(office.desk.Told(4).back() == " -Stuck");
}

TEST_CASE("A receiver that wants patience is not left alone for longer than a page may wait") {
  Office office;
  office.desk.AnswerFirst(
      {{.outcome = Outcome::kRetry, .words = "busy", .retry_after = hours{24 * 365}}});
  const auto notifier = office.Begin();
  office.Tell(*notifier, {Firing(kStuck, 0)});
  CHECK(office.desk.Told(1) == std::vector<std::string>{" +Stuck (no)"});
  const auto waits = [&] {
    return office.database->Read({.sql = "SELECT not_before FROM notify_waits"}).value();
  };
  CHECK(office.Eventually([&] { return waits().size() == 1; }));
  CHECK(state::MomentOf(waits().at(0), 0) <
        office.clock.Now().wall + std::chrono::minutes{15} + seconds{1});
  notifier->Reload(office.Routes());  // somebody may have mended its address
  CHECK(office.desk.Told(2).back() == " +Stuck");
}

TEST_CASE("A file that can be read later is used, and what it knows is not told as over") {
  Office office;
  std::string id;
  {
    const auto notifier = office.Begin();
    const WallTime now = office.clock.Now().wall;
    id = notifier
             ->SetSilence({.matchers = MatchersOf("alertname=Quiet"),
                           .starts_at = now,
                           .ends_at = now + hours{1}})
             .value();
    office.Tell(*notifier, {Firing(kStuck, 0)}, {{"rule", "firing"}});
    CHECK(office.desk.Told(1) == std::vector<std::string>{" +Stuck"});
  }
  std::atomic<bool> there = false;
  Notifier notifier({.clock = office.clock,
                     .http = *office.http,
                     .open =
                         [&] {
                           return there ? Result<state::Database*>(office.database.get())
                                        : Error(Reason::kRefused, "not mounted");
                         }},
                    office.Routes());
  const WallTime now = office.clock.Now().wall;
  REQUIRE(notifier.SetSilence(
      {.matchers = MatchersOf("alertname=Other"), .starts_at = now, .ends_at = now + hours{1}}));
  CHECK(notifier.GetReport().not_durable_because == "not mounted");
  office.Tell(notifier, {Firing({{"alertname", "Late"}}, 1)});
  CHECK(office.desk.Told(2).back() == " +Late");
  there = true;
  std::optional<std::map<std::string, std::string>> states;
  CHECK(office.Eventually([&] {  // nothing of the file counts before the rules have taken it
    if (!states) {
      office.Tell(notifier, {Firing({{"alertname", "Late"}}, 1)});
      states = notifier.TakeLateStates();
    }
    return states.has_value();
  }));
  CHECK(states == std::map<std::string, std::string>{{"rule", "firing"}});
  CHECK(office.desk.Told(2).size() == 2);
  office.Tell(notifier, {Firing({{"alertname", "Late"}}, 1), Firing(kStuck, 0)});
  CHECK(office.Eventually([&] { return notifier.GetReport().durable; }));
  CHECK(notifier.Silences().size() == 2);
  CHECK(office.Eventually([&] { return Store::ReadSilences(*office.database)->size() == 2; }));
  office.Tell(notifier, {});
  CHECK(office.Eventually(
      [&] { return office.desk.Heard(" -Stuck") && office.desk.Heard(" -Late"); }));
  CHECK(office.desk.Told(4).size() == 4);
}

TEST_CASE("A silence begins now at the earliest, and ends once") {
  Office office;
  const auto notifier = office.Begin();
  const WallTime now = office.clock.Now().wall;
  const Silence silence{.matchers = MatchersOf("alertname=Stuck"),
                        .starts_at = now - hours{2},
                        .ends_at = now + hours{1}};
  const std::string id = notifier->SetSilence(silence).value();
  CHECK(notifier->Silences().front().starts_at >= now);
  REQUIRE(notifier->ExpireSilence(id));
  const Silence ended = notifier->Silences().front();
  CHECK(ended.ends_at <= office.clock.Now().wall);
  REQUIRE(notifier->ExpireSilence(id));
  CHECK(notifier->Silences().front().ends_at == ended.ends_at);
}

TEST_CASE("What keeps an alert from being told is known of each") {
  Office office;
  Settings settings = office.Routes();
  settings.owners.push_back(
      {.matchers = MatchersOf("alertname=Stuck"), .labels = {{"team", "data"}}});
  settings.inhibit_rules.push_back(
      {.source = MatchersOf("alertname=Down"), .target = MatchersOf("alertname=Late")});
  Notifier notifier({.clock = office.clock, .http = *office.http, .missing = "a test"}, settings);
  const WallTime now = office.clock.Now().wall;
  const std::string id =
      notifier
          .SetSilence(
              {.matchers = MatchersOf("team=data"), .starts_at = now, .ends_at = now + hours{1}})
          .value();
  const std::vector<alerts::Alert> alerts{Firing(kStuck, 0), Firing({{"alertname", "Down"}}, 0),
                                          Firing({{"alertname", "Late"}}, 0),
                                          Resolved({{"alertname", "Over"}}, 0, 1)};
  const std::vector<Muted> muted = notifier.MutedOf(alerts);
  CHECK(muted.at(0).silenced_by == std::vector<std::string>{id});
  CHECK_FALSE(muted.at(1).any());
  CHECK(muted.at(2).inhibited_by.size() == 1);
  CHECK(notifier.FiringAlerts().empty());
  notifier.Tell({.alerts = alerts, .at = office.clock.Now()});
  const std::vector<HeldAlert> held = notifier.FiringAlerts();
  REQUIRE(held.size() == 3);
  CHECK(held[0].alert.labels.Get("team") == "data");
  CHECK(held[0].muted.any());
  CHECK(held[0].places.at(0).receiver == "ops");
  CHECK(notifier.Receivers() == std::vector<std::string>{"ops"});
}

TEST_CASE("Alerts of rules come back as they were") {
  alerts::SavedAlerts saved{.at = At(7)};
  saved.alerts.push_back(
      {.rule = {.file = "f", .group = "g", .rule = "r", .labels = "{a=\"b\"}", .occurrence = 2},
       .alert = {.labels = LabelsFrom({{"alertname", "r"}, {"x", "\xf0\x9f\x94\xa5"}}),
                 .annotations = LabelsFrom({{"summary", "line\nline"}}),
                 .value = 1.5,
                 .phase = alerts::Phase::kFiring,
                 .active_since = At(1) + std::chrono::nanoseconds{3},
                 .fired_at = At(2),
                 .unknown_since = At(3)}});
  const std::map<std::string, std::string> states = ToStates(saved);
  const alerts::SavedAlerts back = FromStates(states);
  CHECK(back.at == saved.at);
  REQUIRE(back.alerts.size() == 1);
  CHECK(back.alerts[0].rule == saved.alerts[0].rule);
  CHECK(ToStates(back) == states);
  CHECK(back.alerts[0].alert.active_since == saved.alerts[0].alert.active_since);
  CHECK_FALSE(back.alerts[0].alert.resolved_at);
  CHECK(FromStates({{"[]", "{}"}, {"x", "y"}}).alerts.empty());
}

}  // namespace
}  // namespace klaxon::notify
