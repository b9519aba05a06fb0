#include <string>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "tests/alerts/notify/scene.h"

namespace klaxon::notify {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using Pairs = std::vector<std::pair<std::string, std::string>>;

const Pairs kLag{{"alertname", "Lag"}, {"n", "a"}};
const Pairs kLagToo{{"alertname", "Lag"}, {"n", "b"}};
const Pairs kDown{{"alertname", "Down"}};

TEST_CASE("A group waits for others, then speaks at its intervals") {
  Scene scene;
  CHECK(scene.Step(0, {Firing(kLag, 0)}).empty());
  CHECK(scene.Step(15, {Firing(kLag, 0), Firing(kLagToo, 15)}).empty());
  CHECK(scene.Step(30, {Firing(kLag, 0), Firing(kLagToo, 15)}) == "ops: +a +b");
  CHECK(scene.Step(45, {Resolved(kLag, 0, 45), Firing(kLagToo, 15)}).empty());
  CHECK(scene.Step(330, {Resolved(kLag, 0, 45), Firing(kLagToo, 15)}) == "ops: +b -a");
  CHECK(scene.Step(345, {Resolved(kLag, 0, 45), Firing(kLagToo, 15)}).empty());
  CHECK(scene.Step(630, {Resolved(kLagToo, 15, 600)}) == "ops: -b");
  CHECK(scene.Step(631, {Resolved(kLagToo, 15, 600)}).empty());
  CHECK(scene.memory.groups.empty());
}

TEST_CASE("A group whose first alert is old is told at once") {
  Scene scene;
  CHECK(scene.Step(60, {Firing(kLag, 0)}) == "ops: +a");
}

TEST_CASE("What goes on is repeated after the repeat interval, at a look") {
  Scene scene;
  scene.settings.route.repeat_interval = minutes{12};
  std::string told;
  for (int now = 0; now <= 40 * 60; now += 15) {
    if (const std::string words = scene.Step(now, {Firing(kLag, 0)}); !words.empty()) {
      told += std::to_string(now) + words + ";";
    }
  }
  CHECK(told == "30ops: +a;930ops: +a;1830ops: +a;");  // a multiple of the group interval
}

TEST_CASE("An alert that came and went within the wait is told to nobody") {
  Scene scene;
  CHECK(scene.Step(0, {Firing(kLag, 0)}).empty());
  CHECK(scene.Step(15, {Resolved(kLag, 0, 15)}).empty());
  CHECK(scene.Step(30, {Resolved(kLag, 0, 15)}).empty());
  CHECK(scene.memory.groups.empty());
}

TEST_CASE("An alert that ended and began again is told again, also when its end was not taken") {
  Scene scene;
  CHECK(scene.Step(60, {Firing(kLag, 0)}) == "ops: +a");
  scene.receivers_up = false;
  CHECK(scene.Step(360, {Resolved(kLag, 0, 350)}).empty());
  scene.receivers_up = true;
  CHECK(scene.Step(400, {Firing(kLag, 390)}) == "ops: +a");
}

TEST_CASE("An end that was on its way while something else came is not told as a firing again") {
  Scene scene;
  CHECK(scene.Step(60, {Firing(kLag, 0)}) == "ops: +a");
  scene.receivers_up = false;
  scene.Step(360, {Resolved(kLag, 0, 350)});
  Account& account = scene.memory.groups.begin()->second.accounts.begin()->second;
  const Next on_its_way = NextOf(account, At(360));
  scene.Step(361, {Resolved(kLag, 0, 350), Firing(kLagToo, 361)});
  Settle(on_its_way, false, At(362), scene.memory, account);
  scene.receivers_up = true;
  CHECK(scene.Step(363, {Resolved(kLag, 0, 350), Firing(kLagToo, 361)}) == "ops: +b");
}

TEST_CASE("A rule that is gone resolves what it had told") {
  Scene scene;
  CHECK(scene.Step(60, {Firing(kLag, 0)}) == "ops: +a");
  CHECK(scene.Step(360, {}) == "ops: -a");
}

TEST_CASE("A receiver that is down is told the state as it is when it is back") {
  Scene scene;
  scene.receivers_up = false;
  CHECK(scene.Step(60, {Firing(kLag, 0)}).empty());
  const int day = 24 * 3600;

  SECTION("a firing that goes on, with what came since, in one message") {
    scene.Step(day - 15, {Firing(kLag, 0), Firing(kLagToo, day - 15)});
    scene.receivers_up = true;
    CHECK(scene.Step(day, {Firing(kLag, 0), Firing(kLagToo, day - 15)}) == "ops: +a +b");
  }
  SECTION("one that is over since as resolved only") {
    scene.Step(1000, {Resolved(kLag, 0, 1000)});
    scene.Step(4000, {});  // nobody else remembers it
    scene.receivers_up = true;
    CHECK(scene.Step(day, {}) == "ops: -a");
    CHECK(scene.Step(day + 1, {}).empty());
    CHECK(scene.memory.groups.empty());
  }
  SECTION("after a short time, the firing first and then its end") {
    scene.Step(100, {Resolved(kLag, 0, 100)});
    scene.receivers_up = true;
    CHECK(scene.Step(120, {Resolved(kLag, 0, 100)}) == "ops: +a; ops: -a");
  }
  SECTION("nothing of what was silenced since") {
    scene.silences = {{.id = "s",
                       .matchers = MatchersOf("alertname=Lag"),
                       .starts_at = At(0),
                       .ends_at = At(day * 2)}};
    scene.receivers_up = true;
    CHECK(scene.Step(day, {Firing(kLag, 0)}).empty());
  }
}

TEST_CASE("A silence keeps quiet, but not about the end of what was told") {
  Scene scene;
  CHECK(scene.Step(60, {Firing(kLag, 0)}) == "ops: +a");
  scene.silences = {{.id = "s",
                     .matchers = MatchersOf(R"(n=~"a|b")"),
                     .starts_at = At(100),
                     .ends_at = At(5000)}};
  CHECK(scene.Step(360, {Firing(kLag, 0), Firing(kLagToo, 200)}).empty());
  CHECK(scene.Step(660, {Resolved(kLag, 0, 650), Firing(kLagToo, 200)}) == "ops: -a");
  CHECK(scene.Step(5100, {Firing(kLagToo, 200)}) == "ops: +b");
}

TEST_CASE("An alert that a message was silent about is told again when the silence ends") {
  Scene scene;
  CHECK(scene.Step(60, {Firing(kLag, 0)}) == "ops: +a");
  scene.silences = {
      {.id = "s", .matchers = MatchersOf("n=a"), .starts_at = At(100), .ends_at = At(700)}};
  CHECK(scene.Step(360, {Firing(kLag, 0), Firing(kLagToo, 200)}) == "ops: +b");
  CHECK(scene.Step(960, {Firing(kLag, 0), Firing(kLagToo, 200)}) == "ops: +a +b");
}

TEST_CASE("A source that fires inhibits targets with equal labels") {
  const alerts::Alert source = Firing({{"alertname", "Down"}, {"cluster", "x"}}, 0);
  const alerts::Alert target = Firing({{"alertname", "Lag"}, {"cluster", "x"}}, 0);
  const alerts::Alert other = Firing({{"alertname", "Lag"}, {"cluster", "y"}}, 0);
  const std::vector<InhibitRule> rules{{.source = MatchersOf("alertname=Down"),
                                        .target = MatchersOf("alertname=Lag"),
                                        .equal = {"cluster"}}};
  const std::vector<Muted> muted = FindMuted({source, target, other}, {}, rules, At(0));
  CHECK(muted[0].inhibited_by.empty());
  CHECK(muted[1].inhibited_by == std::vector{alerts::FingerprintText(source.labels)});
  CHECK(muted[2].inhibited_by.empty());

  SECTION("not when it is resolved") {
    alerts::Alert over = source;
    over.ends_at = At(1);
    CHECK_FALSE(FindMuted({over, target}, {}, rules, At(2))[1].any());
  }
  SECTION("and one that is both does not inhibit those that are both") {
    const std::vector<InhibitRule> both{{.source = MatchersOf("alertname=Lag"),
                                         .target = MatchersOf("alertname=Lag"),
                                         .equal = {}}};
    const std::vector<Muted> none = FindMuted({target, other}, {}, both, At(0));
    CHECK_FALSE(none[0].any());
    CHECK_FALSE(none[1].any());
  }
}

TEST_CASE("Routes choose receivers, the deepest that match, more with continue") {
  Scene scene;
  scene.AddReceiver("kafka");
  scene.AddReceiver("pager");
  scene.AddReceiver("mute", false);
  Route pager{.receiver = "pager", .matchers = MatchersOf("severity=critical"), .continues = true};
  pager.group_wait = seconds{0};
  pager.key = "{}/{severity=\"critical\"}";
  Route kafka{.receiver = "kafka", .matchers = MatchersOf("team=kafka"), .group_all = true};
  kafka.group_wait = seconds{0};
  kafka.key = "{}/{team=\"kafka\"}";
  Route mute{.receiver = "mute", .matchers = MatchersOf("team=mute"), .group_wait = seconds{0}};
  scene.settings.route.routes = {pager, kafka, mute};

  CHECK(scene.Step(0, {Firing({{"alertname", "X"}, {"team", "kafka"}, {"severity", "critical"}},
                              0)}) == "kafka: +X; pager: +X");
  CHECK(scene.Step(1, {Firing({{"alertname", "Y"}, {"team", "mute"}}, 1)}) == "mute: +Y");
  CHECK(scene.Step(400, {}) == "kafka: -X; pager: -X");  // mute does not want to hear of the end
  CHECK(scene.Step(401, {}).empty());
  CHECK(scene.memory.groups.empty());
}

TEST_CASE("A group's key and fingerprint are Alertmanager's") {
  Route route{.key = R"({}/{team="x"})"};
  CHECK(GroupKey(route, LabelsFrom({{"cluster", "prod"}, {"alertname", "ConnectorFailed"}})) ==
        R"({}/{team="x"}:{alertname="ConnectorFailed", cluster="prod"})");
  CHECK(alerts::FingerprintText(LabelsFrom({{"alertname", "X"}, {"team", "slack"}})) ==
        "bc9c8e35cb402ced");
}

TEST_CASE("A silence acknowledges what a receiver has open, once") {
  Scene scene;
  scene.settings.integrations[0].send_acknowledged = true;
  const std::vector<alerts::Alert> both{Firing({{"alertname", "A"}, {"n", "a"}}, 0),
                                        Firing({{"alertname", "A"}, {"n", "b"}}, 0)};
  CHECK(scene.Step(30, both) == "ops: +a +b");
  scene.silences.push_back({.id = "1",
                            .matchers = MatchersOf("n=a"),
                            .starts_at = At(0),
                            .ends_at = At(1000),
                            .created_by = "ann",
                            .comment = "known"});
  CHECK(scene.Step(31, both).empty());  // b is not silenced
  scene.silences.push_back({.id = "2",
                            .matchers = MatchersOf("n=b"),
                            .starts_at = At(0),
                            .ends_at = At(1000),
                            .created_by = "bob",
                            .comment = "mine"});
  CHECK(scene.Step(32, both) ==
        "ops: +a +b (silenced by ann until 2027-01-15T08:16:40Z: known; silenced by bob until "
        "2027-01-15T08:16:40Z: mine)");
  CHECK(scene.Step(33, both).empty());
  CHECK(scene.Step(700, both).empty());
  CHECK(scene.Step(1100, both).empty());  // nothing new: repeat_interval
  CHECK(scene.Step(1400, {both[0], Resolved({{"alertname", "A"}, {"n", "b"}}, 0, 1300)}) ==
        "ops: +a -b");
  scene.silences[0].ends_at = scene.silences[1].ends_at = At(9000);
  CHECK(scene.Step(1401, {both[0]}).starts_with("ops: +a (silenced by ann"));
  CHECK(scene.Step(2100, {}) == "ops: -a");  // its end is told all the same
}

TEST_CASE("A silence that ends before its acknowledgement is sent takes it back") {
  Scene scene;
  scene.settings.integrations[0].send_acknowledged = true;
  const std::vector<alerts::Alert> one{Firing({{"alertname", "A"}}, 0)};
  CHECK(scene.Step(30, one) == "ops: +A");
  scene.silences.push_back(
      {.id = "1", .matchers = MatchersOf("alertname=A"), .starts_at = At(0), .ends_at = At(60)});
  scene.receivers_up = false;
  CHECK(scene.Step(40, one).empty());
  scene.receivers_up = true;
  CHECK(scene.Step(61, one).empty());
  CHECK(scene.Step(400, {}) == "ops: -A");
}

TEST_CASE("What waits for a receiver is kept back while its route is muted") {
  Scene scene;
  scene.settings.time_intervals["always"] = {TimeInterval{}};
  const std::vector<alerts::Alert> one{Firing({{"alertname", "A"}}, 0)};
  scene.receivers_up = false;
  CHECK(scene.Step(30, one).empty());
  scene.receivers_up = true;
  scene.settings.route.mute_time_intervals = {"always"};
  CHECK(scene.Step(31, one).empty());
  scene.settings.route.mute_time_intervals.clear();
  CHECK(scene.Step(32, one) == "ops: +A");
}

TEST_CASE("Mute intervals delay, they drop nothing") {
  Scene scene;
  scene.settings.route.mute_time_intervals = {"night"};
  const TimeInterval always{};
  scene.settings.time_intervals["night"] = {always};
  CHECK(scene.Step(60, {Firing(kDown, 0)}).empty());
  scene.settings.time_intervals.clear();
  CHECK(scene.Step(100, {Firing(kDown, 0)}).empty());  // at the group's next look
  CHECK(scene.Step(360, {Firing(kDown, 0)}) == "ops: +Down");
}

TEST_CASE("A wall clock that jumped back stops nothing for longer than an interval") {
  Scene scene;
  CHECK(scene.Step(100'000, {Firing(kLag, 0)}) == "ops: +a");
  CHECK(scene.Step(10, {Firing(kLag, 0), Firing(kLagToo, 5)}).empty());
  CHECK(scene.Step(311, {Firing(kLag, 0), Firing(kLagToo, 5)}) == "ops: +a +b");
}

TEST_CASE("What was told while the clock was a day ahead is repeated after the repeat interval") {
  Scene scene;
  scene.settings.route.repeat_interval = minutes{10};
  CHECK(scene.Step(100'000, {Firing(kLag, 0)}) == "ops: +a");
  CHECK(scene.Step(400, {Firing(kLag, 0)}).empty());
  CHECK(scene.Step(700, {Firing(kLag, 0)}).empty());
  CHECK(scene.Step(1000, {Firing(kLag, 0)}) == "ops: +a");
  CHECK(scene.Step(1300, {Firing(kLag, 0)}).empty());
}

}  // namespace
}  // namespace klaxon::notify
