// What a notifier keeps on the disk, and finds again.

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "agent/state/connection.h"
#include "agent/state/folder.h"
#include "alerts/notify/saved_alerts.h"
#include "alerts/notify/store.h"
#include "tests/alerts/notify/office.h"

namespace klaxon::notify {
namespace {

TEST_CASE("What rules want to find again is written, however soon the end comes") {
  Office office;
  for (int i = 0; i < 50; ++i) {
    const std::map<std::string, std::string> states{{"rule", std::to_string(i)}};
    office.Tell(*office.Begin(), {Firing(kStuck, 0)}, states);
    CHECK(office.Begin()->RestoredStates() == states);
  }
}

TEST_CASE("What is only guessed of a receiver is not kept, whatever it asked for its groups") {
  Office office;
  office.desk.AnswerFirst(
      {3, {.outcome = Outcome::kRetry, .words = "502", .retry_after = std::chrono::minutes{15}}});
  {
    const auto notifier = office.Begin();
    office.Tell(*notifier, {Firing({{"alertname", "A"}}, 0), Firing({{"alertname", "B"}}, 0),
                            Firing({{"alertname", "C"}}, 0)});
    CHECK(office.Eventually([&] { return notifier->GetReport().senders.at(0).failed == 3; }));
  }
  CHECK(office.database->Read({.sql = "SELECT * FROM notify_waits"}).value().empty());
}

TEST_CASE("What was not accepted is told after a restart, and states come back") {
  Office office;
  office.desk.AnswerFirst({{.outcome = Outcome::kRetry,
                            .words = "down",
                            .retry_after = hours{1},
                            .of_receiver = true}});
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

TEST_CASE("A group is the same after a restart, whatever bytes its labels have") {
  Office office;
  const std::vector<std::pair<std::string, std::string>> odd{{"alertname",
                                                              "a\x1f"
                                                              "b"}};
  {
    const auto notifier = office.Begin();
    office.Tell(*notifier, {Firing(odd, 0)});
    CHECK(office.desk.Told(1).size() == 1);
    CHECK(office.Eventually([&] { return notifier->GetReport().senders.at(0).waiting == 0; }));
  }
  const auto rows = [&](const std::string& table) {
    const auto read = office.database->Read({.sql = "SELECT * FROM " + table});
    return read ? read->size() : 99;
  };
  const auto notifier = office.Begin();
  office.Tell(*notifier, {Firing(odd, 0)}, {{"rule", "firing"}});
  CHECK(office.Eventually([&] { return rows("alert_states") == 1; }));
  CHECK(rows("notify_groups") == 1);
  office.Tell(*notifier, {Resolved(odd, 0, 5)});
  CHECK(office.Eventually([&] { return rows("notify_groups") == 0; }));
  CHECK(office.desk.Told(2) == std::vector<std::string>{" +a\x1f"
                                                        "b",
                                                        " -a\x1f"
                                                        "b"});
}

/// What is on the disk when a message is answered after the next decision and before that is
/// written.
struct Between {
  bool owed = false;    ///< what was decided on
  bool states = false;  ///< of its alerts
};

Between AnsweredBetween() {
  Office office;
  std::atomic<bool> armed = false;
  Between between;
  office.checkpoint = [&](std::string_view step) {
    if (step != "decided" || !armed.exchange(false)) return;
    office.desk.LetGo();
    office.Eventually([&] {
      const auto receipts = Store::ReadReceipts(*office.database, 10);
      return receipts && !receipts->empty();
    });
    const auto owed = office.database->Read({.sql = "SELECT alerts FROM notify_outbox"});
    const auto states = office.database->Read({.sql = "SELECT state FROM alert_states"});
    between.owed = owed && owed->size() == 1 &&
                   state::TextOf(owed->front(), 0).find("later") != std::string::npos;
    between.states = states && states->size() == 1;
  };
  office.desk.Hold();
  auto notifier = office.Begin();
  const auto stuck = [](const char* n) { return Firing({{"alertname", "Stuck"}, {"n", n}}, 0); };
  office.Tell(*notifier, {stuck("first")});
  CHECK(office.desk.Told(1).size() == 1);
  const MonoTime due = office.clock.Now().mono + milliseconds{50};  // the group may change again
  office.Eventually([&] { return office.clock.Now().mono > due; });
  armed = true;
  office.Tell(*notifier, {stuck("first"), stuck("later")}, {{"rule", "knows both"}});
  CHECK(office.desk.Told(2).back() == " +first +later");
  notifier.reset();  // its thread may still be looking
  return between;
}

TEST_CASE("What became of a message is never written without the states of the same decision") {
  Between between;
  for (int i = 0; i < 50 && !between.owed; ++i) {  // another decision may come first
    between = AnsweredBetween();
  }
  CHECK(between.owed);
  CHECK(between.states);
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

/// What is written to standard error while it lives.
class Logged {
 public:
  Logged() {
    std::fflush(stderr);
    ::dup2(::fileno(file_), STDERR_FILENO);
  }

  ~Logged() {
    std::fflush(stderr);
    ::dup2(before_, STDERR_FILENO);
    ::close(before_);
    std::fclose(file_);
  }

  Logged(const Logged&) = delete;
  Logged& operator=(const Logged&) = delete;

  std::string Text() const {
    std::fflush(stderr);
    std::string text(4096, '\0');
    text.resize(static_cast<size_t>(
        std::max<ssize_t>(0, ::pread(::fileno(file_), text.data(), text.size(), 0))));
    return text;
  }

 private:
  std::FILE* file_ = std::tmpfile();
  int before_ = ::dup(STDERR_FILENO);
};

TEST_CASE("A silence that cannot be read is logged, and kept until it is over") {
  Office office;
  {
    const auto notifier = office.Begin();
  }
  const auto add = [&](const std::string& id, WallTime ends_at) {
    const auto since_1970 = std::chrono::duration_cast<milliseconds>(ends_at.time_since_epoch());
    REQUIRE(office.database->Write(
        {{.sql = "INSERT INTO alert_silences VALUES (?,'{a==b','0',?,'0','ann','a move')",
          .values = {id, int64_t{since_1970.count()}}}}));
  };
  const WallTime now = office.clock.Now().wall;
  add("of-today", now + hours{1});
  add("of-yesterday", now - hours{24});
  std::string log;
  {
    const Logged logged;
    const auto notifier = office.Begin();
    CHECK(notifier->Silences().empty());
    office.Tell(*notifier, {Firing(kStuck, 0)});
    CHECK(office.desk.Told(1).size() == 1);
    log = logged.Text();
  }
  CAPTURE(log);
  CHECK(log.find("silence of-today (by ann, until ") != std::string::npos);
  CHECK(log.find(": a move) silences nothing, since its matchers {a==b cannot be read: ") !=
        std::string::npos);
  CHECK(log.find("klaxon silence add") != std::string::npos);
  const auto left = office.database->Read({.sql = "SELECT id FROM alert_silences"});
  REQUIRE(left);
  REQUIRE(left->size() == 1);
  CHECK(state::TextOf(left->front(), 0) == "of-today");
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
