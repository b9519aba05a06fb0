// How a notifier tells receivers, and what keeps it from doing so.

#include <atomic>
#include <chrono>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "alerts/notify/store.h"
#include "tests/alerts/notify/office.h"

namespace klaxon::notify {
namespace {

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
    silence.matchers.push_back(
        series::Matcher::Make(series::MatchKind::kEqual, "service name", "").value());
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
  CHECK(ToString(notifier->Silences().front().matchers) ==
        "{alertname=\"Stuck\",\"service name\"=\"\"}");
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

/// What telling one message each of so many groups cost.
struct Cost {
  size_t examined = 0;   ///< accounts of groups, to find what is to be sent next
  size_t decisions = 0;  ///< after each of which all groups may be looked at
};

enum class Disk { kNone, kGood, kFull };

Cost CostOf(size_t groups, Disk disk) {
  Office office;
  std::atomic<size_t> decisions = 0;
  office.checkpoint = [&](std::string_view step) { decisions += step == "decided" ? 1U : 0U; };
  Settings settings = office.Routes();
  settings.route.group_by = {"n"};
  settings.route.group_interval = hours{1};
  Resources resources{.clock = office.clock, .http = *office.http, .missing = "a test"};
  if (disk != Disk::kNone) {
    resources.open = [&] { return Result<state::Database*>(office.database.get()); };
  }
  resources.checkpoint = office.checkpoint;
  Notifier notifier(resources, settings);
  if (disk == Disk::kFull) {
    REQUIRE(office.database->Write({{.sql = "DROP TABLE notify_groups"}}));
  }
  std::vector<alerts::Alert> all;
  for (size_t i = 0; i < groups; ++i) {
    all.push_back(Firing({{"alertname", "Many"}, {"n", std::to_string(i)}}, 0));
  }
  office.Tell(notifier, all);
  CHECK(office.desk.Told(groups).size() == groups);
  CHECK(office.Eventually([&] { return notifier.GetReport().senders.at(0).waiting == 0; }));
  return {.examined = notifier.GetReport().accounts_examined, .decisions = decisions};
}

TEST_CASE("What it takes to find the next message does not grow with the number of groups") {
  constexpr size_t kGroups = 1'000;
  for (const Disk disk : {Disk::kNone, Disk::kGood, Disk::kFull}) {
    CAPTURE(disk);
    const Cost cost = CostOf(kGroups, disk);
    CAPTURE(cost.examined, cost.decisions);
    // A few a message; and all of them where something was decided: before it is written and after.
    CHECK(cost.examined <= (10 + 3 * cost.decisions) * kGroups);
  }
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

TEST_CASE("A receiver that wants patience is not left alone for longer than a page may wait") {
  Office office;
  office.desk.AnswerFirst({{.outcome = Outcome::kRetry,
                            .words = "busy",
                            .retry_after = hours{24 * 365},
                            .of_receiver = true}});
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

TEST_CASE("Where nobody is to be told, an alert goes to no receiver, not to one without a name") {
  Office office;
  Notifier notifier({.clock = office.clock, .http = *office.http, .missing = "a test"}, {});
  notifier.Tell({.alerts = {Firing(kStuck, 0)}, .at = office.clock.Now()});
  const std::vector<HeldAlert> held = notifier.FiringAlerts();
  REQUIRE(held.size() == 1);
  CHECK(held[0].places.empty());
}

}  // namespace
}  // namespace klaxon::notify
