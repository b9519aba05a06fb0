#include "agent/recovery/facts_file.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

namespace klaxon::recovery {
namespace {

using Catch::Matchers::ContainsSubstring;

const Instant kNow{.wall = WallTime{std::chrono::hours{500'000}},
                   .mono = MonoTime{std::chrono::hours{10}}};

// As the API answers, with what recovery needs of it.
constexpr std::string_view kFacts = R"({"connectors": [
 {"cluster": "main", "connect": "etl", "connector": "away", "state": "RUNNING", "intent": "running",
  "worker": "w1:8083", "problems": [], "recovery": {"attempts": 1},
  "tasks": [{"id": 0, "state": "FAILED", "worker": "w1:8083", "root_cause": "refused",
             "failure": {"exception": "java.net.ConnectException", "message": "refused"}}]},
 {"cluster": "main", "connect": "etl", "connector": "lost", "state": "FAILED", "intent": "running",
  "worker": "w1:8083", "tasks": [], "problems": [],
  "failure": {"exception": "java.sql.SQLException", "message": "ORA-01291: missing log file"}},
 {"cluster": "main", "connect": "etl", "connector": "ghost", "state": "FAILED", "intent": "running",
  "worker": "w3:8083", "tasks": [], "problems": [], "failure": null},
 {"cluster": "main", "connect": "etl", "connector": "well", "state": "RUNNING", "intent": "running",
  "worker": "w2:8083", "tasks": [], "problems": []},
 {"cluster": "main", "connect": "etl", "connector": "still", "state": "FAILED", "intent": "paused",
  "worker": "w2:8083", "tasks": [], "problems": []},
 {"cluster": "main", "connect": "etl", "connector": "stale", "state": null, "intent": null}],
 "connect_clusters": [{"cluster": "main", "connect": "etl", "group": "connect", "state": "Stable",
  "rebalance_delay_seconds": 0.0, "members": [{"worker": "w1:8083"}, {"worker": "w2:8083"}],
  "workers": [{"url": "http://w1:8083", "alive": true, "version": "4.3.1", "health": "healthy"}]}]})";

std::vector<RecoveryDecision> Decide(std::string_view facts, Duration time, const Policy& policy) {
  auto told =
      ReadFacts(facts, [&](const std::string&, const std::string&) { return policy; }, kNow);
  REQUIRE(told);
  REQUIRE(told->size() == 1);
  return DecideAfter(told->front(), time, kNow);
}

std::string Words(const std::vector<RecoveryDecision>& decisions) {
  std::string words;
  for (const RecoveryDecision& each : decisions) {
    words += each.connector + ": " + std::string(Name(each.action)) + ": " + each.why + "\n";
  }
  return words;
}

TEST_CASE("kept facts are decided about as they would be live", "[recovery]") {
  const std::string at_once = Words(Decide(kFacts, {}, {}));
  CHECK_THAT(at_once, ContainsSubstring("away: wait: seen 1 of 2 times\n"));
  const std::string words = Words(Decide(kFacts, std::chrono::seconds{60}, {}));
  CHECK_THAT(words, ContainsSubstring("away: restart: dependency: restart 2 of 5\n"));
  CHECK_THAT(words, ContainsSubstring("lost: quarantine: data_loss_risk: it is never"));
  CHECK_THAT(words, ContainsSubstring("ghost: refuse: w3:8083 is not in the workers' group"));
  CHECK_THAT(words, ContainsSubstring("well: nothing: it runs\n"));
  CHECK_THAT(words, ContainsSubstring("still: refuse: it is paused"));
  CHECK_THAT(words, ContainsSubstring("stale: refuse: Connect tells no status"));
}

TEST_CASE("another policy decides otherwise about the same facts", "[recovery]") {
  Policy policy;
  policy.settings.attempts = 1;
  CHECK_THAT(Words(Decide(kFacts, std::chrono::seconds{60}, policy)),
             ContainsSubstring("away: exhausted"));
  policy = {};
  policy.patterns = {{.match = "refused", .failure = FailureClass::kConfiguration}};
  CHECK_THAT(Words(Decide(kFacts, std::chrono::seconds{60}, policy)),
             ContainsSubstring("away: quarantine: configuration"));
}

TEST_CASE("what is no document of facts is refused, and odd members of one do no harm",
          "[recovery]") {
  const PolicyOf policy = [](const std::string&, const std::string&) { return Policy{}; };
  for (const std::string_view text :
       {"", "{", "[]", "null", R"({"connectors": []})", R"({"connect_clusters": []})",
        R"({"connectors": 1, "connect_clusters": 2})",
        R"({"connect_clusters": [], "connectors": [{"connector": "a", "tasks": null}]})",
        R"({"connect_clusters": [], "connectors": [{"connector": "a", "state": 5}]})",
        R"({"connect_clusters": [], "connectors": [{"tasks": [{"id": 0, "state": []}]}]})"}) {
    INFO(text);
    CHECK_FALSE(ReadFacts(text, policy, kNow));
  }
  auto odd = ReadFacts(R"({"connectors": [1, {"cluster": "", "connect": "", "connector": 5,
      "tasks": [7, {"id": 1e300, "state": "FAILED", "failure": []}], "problems": {}},
      {"cluster": "", "connect": "", "connector": "", "recovery": {"attempts": -4}}],
      "connect_clusters": [3]})",
                       policy, kNow);
  REQUIRE(odd);
  REQUIRE(odd->size() == 1);
  CHECK(DecideAfter(odd->front(), std::chrono::seconds{60}, kNow).size() == 1);
}

}  // namespace
}  // namespace klaxon::recovery
