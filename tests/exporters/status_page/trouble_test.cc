#include "exporters/status_page/trouble.h"

#include <catch2/catch_test_macros.hpp>

#include "tests/exporters/status_page/estate.h"

namespace klaxon::status_page {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace)

TEST_CASE("a healthy estate has no trouble", "[status_page]") {
  EntityTable names;
  const View view = ViewOf(
      {SectionOf("kafka", HealthyKafka(names)), SectionOf("connect", HealthyConnect(names))});
  CHECK(TroublesIn(view, At(110)).empty());
}

TEST_CASE("the worst comes first: broken, then at risk, then unknown", "[status_page]") {
  EntityTable names;
  KafkaFacts kafka = HealthyKafka(names);
  kafka.topics[0].partitions[0].in_sync = {1};
  kafka.topics[0].partitions[1].leader = -1;
  Section section = *SectionOf("kafka", kafka);
  section.status.problems.push_back(
      {.scope = "broker 2", .error = Error(Reason::kTimeout, "silent")});
  const View view = ViewOf({std::make_shared<const Section>(section)});
  const std::vector<Trouble> troubles = TroublesIn(view, At(110));
  REQUIRE(troubles.size() == 3);
  CHECK(troubles[0].what == "1 partition without a leader");
  CHECK(troubles[1].what == "1 partition with replicas out of sync");
  CHECK(troubles[2].severity == Severity::kUnknown);
  CHECK(troubles[2].why == "silent");
}

TEST_CASE("stale leaders are unknown, not good and not bad", "[status_page]") {
  EntityTable names;
  KafkaFacts kafka = HealthyKafka(names);
  kafka.topics[0].partitions[1].leader = -1;
  const View view = ViewOf({SectionOf("kafka", kafka)});
  const std::vector<Trouble> troubles = TroublesIn(view, At(131));
  REQUIRE(troubles.size() == 1);
  CHECK(troubles[0].severity == Severity::kUnknown);
  CHECK(troubles[0].what == "leaders and in-sync replicas are not known");
}

TEST_CASE("a failed task names its connector and its root cause", "[status_page]") {
  EntityTable names;
  ConnectFacts connect = HealthyConnect(names);
  connect.connectors[0].tasks[0].state = "FAILED";
  connect.connectors[0].tasks[0].root_cause = "java.net.ConnectException: Connection refused";
  const View view = ViewOf({SectionOf("connect", connect)});
  const std::vector<Trouble> troubles = TroublesIn(view, At(110));
  REQUIRE(troubles.size() == 1);
  CHECK(troubles[0].what == "connector jdbc-orders: task 0 FAILED");
  CHECK(troubles[0].why == "java.net.ConnectException: Connection refused");
}

}  // namespace
}  // namespace klaxon::status_page
