#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "exporters/status_page/connect_section.h"
#include "exporters/status_page/page.h"
#include "tests/analysis/connect/estate.h"

namespace klaxon::status_page {
namespace {

using Catch::Matchers::ContainsSubstring;
using klaxon::testing::ConnectEstate;

std::string Page(const ConnectEstate& estate, int later = 1) {
  const Instant now{.wall = estate.Now().wall + std::chrono::seconds{later},
                    .mono = estate.Now().mono + std::chrono::seconds{later}};
  return RenderPage(estate.view, now, {.version = "1", .refresh = true, .sources = 2});
}

std::vector<std::string> Troubles(const ConnectEstate& estate) {
  std::vector<std::string> words;
  for (const Trouble& trouble : TroublesIn(estate.view, estate.Now())) {
    words.push_back((trouble.severity == Severity::kBroken ? "broken: " : "at risk: ") +
                    trouble.what + " (" + trouble.why + ")");
  }
  return words;
}

TEST_CASE("a connector in trouble says in one line what it has", "[status_page]") {
  ConnectEstate estate;
  estate.Connector("lake", "sink", 3);
  estate.connectors[0].tasks[1].worker = estate.connectors[0].tasks[2].worker = "w3:8083";
  estate.connectors[0].tasks[0].state = "FAILED";
  estate.connectors[0].tasks[0].root_cause = "no disk";
  estate.Pass(10);
  estate.Pass(10);
  CHECK(Troubles(estate) ==
        std::vector<std::string>{
            "broken: connector lake: task 0 FAILED (no disk)",
            "broken: connector lake: tasks 1, 2 on a lost worker (RUNNING on w3:8083, which is not "
            "among the 2 workers of group a-workers)"});
  const std::string page = Page(estate);
  CHECK_THAT(page, ContainsSubstring("<strong>task 0 FAILED</strong>: no disk"));
  CHECK_THAT(page, ContainsSubstring("<strong>task 1 on a lost worker</strong>"));
  CHECK_THAT(page, ContainsSubstring("w1:8083<br>w3:8083"));
}

TEST_CASE("a lost worker is a trouble while its work waits", "[status_page]") {
  ConnectEstate estate;
  estate.Connector("lake", "sink", 1);
  estate.workers.delay = std::chrono::minutes{5};
  estate.Pass(10);
  CHECK(Troubles(estate) ==
        std::vector<std::string>{"at risk: group a-workers lost a worker (its work is kept for it "
                                 "for 5m in all, then dealt out anew)"});
  estate.workers.members.clear();
  estate.workers.delay = {};
  estate.Pass(10);
  CHECK(Troubles(estate).at(0) ==
        "broken: group a-workers has no workers (nothing of this Connect cluster runs)");
}

TEST_CASE("the section shows workers, lag, and links from groups to it", "[status_page]") {
  ConnectEstate estate;
  estate.Connector("lake", "sink", 1);
  estate.groups = {{"connect-lake", {.commits = {{0, 4}}}}};
  estate.topics = {{"orders", 10}};
  estate.workers.leader = "m-w2:8083";
  estate.Pass(10);
  const std::string page = Page(estate);
  CHECK_THAT(page, ContainsSubstring("<td data-label=\"Carries\">1 connector, 1 task</td>"));
  CHECK_THAT(page, ContainsSubstring("6 behind"));
  CHECK_THAT(page, ContainsSubstring("at least 1 s"));
  const std::string anchor = "connector-" + std::to_string(estate.connectors[0].entity->id);
  CHECK_THAT(page, ContainsSubstring("<tr id=\"" + anchor + "\">"));
  CHECK_THAT(page, ContainsSubstring("<a href=\"#" + anchor + "\">connector lake</a>"));
  CHECK_THAT(page, ContainsSubstring("<section id=\"connect-main-etl\">"));
  CHECK_THAT(page, ContainsSubstring("<a href=\"#connect-main-etl\">workers of Connect etl</a>"));
}

TEST_CASE("what is not known of a Connect cluster is called so, with the reason", "[status_page]") {
  ConnectEstate estate;
  estate.Connector("lake", "sink", 1);
  estate.has_workers_group = false;
  estate.Pass(10);
  CHECK_THAT(Page(estate), ContainsSubstring("no group of Connect workers is seen in Kafka"));
  CHECK_THAT(Page(estate), ContainsSubstring("there is no consumer group connect-lake"));
  const std::string old = Page(estate, 60);
  CHECK_THAT(old, !ContainsSubstring("RUNNING"));
  CHECK_THAT(old, !ContainsSubstring("w1:8083"));
}

TEST_CASE("what happens to connectors is told as events", "[status_page]") {
  ConnectEstate estate;
  estate.Connector("lake", "sink", 1);
  estate.Pass(10);
  estate.connectors[0].tasks[0].state = "FAILED";
  estate.connectors[0].tasks[0].root_cause = "<no disk>";
  estate.workers.members.pop_back();
  estate.Pass(10);
  const std::string page = Page(estate);
  CHECK_THAT(page, ContainsSubstring("etl / lake task 0 FAILED: &lt;no disk&gt;"));
  CHECK_THAT(page, ContainsSubstring("worker etl / w2:8083 left"));
}

TEST_CASE("what recovery would do stands below what is wrong", "[status_page]") {
  ConnectEstate estate;
  estate.Connector("lake", "sink", 1);
  estate.Pass(10);
  RecoveryFacts recovery;
  recovery.breaker = BreakerState::kOpen;
  recovery.breaker_why = "9 <of> 9 failed";
  recovery.decisions = {{.connector = "lake",
                         .action = RecoveryAction::kRefuse,
                         .failure = FailureClass::kPoisonRecord,
                         .failed = {0},
                         .why = "a <gate> is shut",
                         .way_out = "skip the record",
                         .gates = {{.name = "breaker", .value = "open"}}}};
  estate.Recover(recovery);
  const std::string page = Page(estate);
  CHECK_THAT(page, ContainsSubstring("poison_record; not restarted: a &lt;gate&gt; is shut"));
  CHECK_THAT(page, ContainsSubstring("title=\"breaker: open\""));
  CHECK_THAT(page, ContainsSubstring("skip the record"));
  CHECK_THAT(page, ContainsSubstring("9 &lt;of&gt; 9 failed"));
  const std::string old = Page(estate, 60);
  CHECK_THAT(old, !ContainsSubstring("not restarted"));
  CHECK_THAT(old, !ContainsSubstring("9 &lt;of&gt; 9 failed"));
}

TEST_CASE("what recovery did, and why it does nothing, is told", "[status_page]") {
  ConnectEstate estate;
  estate.Connector("lake", "sink", 1);
  estate.Pass(10);
  RecoveryFacts recovery;
  recovery.hindrance = "the disk is <full>";
  Instant before = estate.Now();
  before.mono -= std::chrono::seconds{12};
  recovery.decisions = {{.connector = "lake",
                         .last_restart = RestartReport{.sent_at = before,
                                                       .outcome = RestartOutcome::kAccepted,
                                                       .verdict = RestartVerdict::kRecovered,
                                                       .evidence = "its data <moves>",
                                                       .took = std::chrono::seconds{8}}}};
  estate.Recover(recovery);
  const std::string page = Page(estate);
  CHECK_THAT(page, ContainsSubstring("s ago: accepted; recovered 8 s after it failed: "
                                     "its data &lt;moves&gt;"));
  CHECK_THAT(page, ContainsSubstring("recovery may act, and only observes"));
  CHECK_THAT(page, ContainsSubstring("the disk is &lt;full&gt;"));
}

}  // namespace
}  // namespace klaxon::status_page
