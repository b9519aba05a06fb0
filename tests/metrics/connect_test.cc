#include <algorithm>
#include <map>
#include <string>
#include <string_view>

#include <catch2/catch_test_macros.hpp>

#include "agent/metrics/writer.h"
#include "tests/analysis/connect/estate.h"
#include "tests/metrics/recording_writer.h"

namespace klaxon::metrics {
namespace {

using std::chrono::seconds;
using testing::ConnectEstate;
using testing::RecordingWriter;

/// A source with a failed task, a sink of three tasks one of which is a ghost and one a zombie, and
/// a worker that does not answer.
class Estate : public ConnectEstate {
 public:
  Estate() {
    Connector("lake", "sink", 3).config.dead_letter_topic = "dead";
    Connector("orders", "source", 1);
    connectors[0].tasks[1].worker = "w3:8083";
    connectors[1].tasks[0].state = "FAILED";
    connectors[1].tasks[0].failure = std::make_shared<const ConnectFailure>(
        ConnectFailure{.exception = "java.io.IOException", .fingerprint = 0xabc});
    groups = {{"connect-lake",
               {.members = {"connector-consumer-lake-0", "connector-consumer-lake-1"},
                .commits = {{0, 4}}}}};
    topics = {{"dead", 3}, {"orders", 10}};
    workers.leader = "m-w1:8083";
    workers.delay = seconds{300};
    tells_workers = true;
    auto told = std::make_shared<ConnectConfigs>();
    told->connectors["lake"].configured = WallTime(seconds{77});
    told->connectors["orders"] = {};
    configs = std::move(told);
    for (int poll = 0; poll < 5; ++poll) {
      groups[0].second.commits[0].second = poll;
      Pass(10);
    }
  }
};

TEST_CASE("a Connect cluster comes out with its workers and what is wrong", "[metrics]") {
  Estate estate;
  RecordingWriter out;
  Emit(ConnectTable(), estate.view, out);
  const std::string etl = "{cluster=main,connect=etl,";
  const std::map<std::string, double> expected{
      {"kafka_connect_up" + etl + "worker=http://w1:8083}", 1},
      {"kafka_connect_up" + etl + "worker=http://w2:8083}", 0},
      {"kafka_connect_worker_healthy" + etl + "worker=http://w1:8083}", 1},
      {"kafka_connect_worker_response_seconds" + etl + "worker=http://w1:8083}", 0.25},
      {"kafka_connect_group_state" + etl + "consumergroup=a-workers,state=Stable}", 1},
      {"kafka_connect_group_state" + etl + "consumergroup=a-workers,state=Empty}", 0},
      {"kafka_connect_group_members" + etl + "consumergroup=a-workers}", 2},
      {"kafka_connect_rebalance_delay_seconds" + etl + "consumergroup=a-workers}", 300},
      {"kafka_connect_worker_is_leader" + etl + "worker=w1:8083}", 1},
      {"kafka_connect_worker_is_leader" + etl + "worker=w2:8083}", 0},
      {"kafka_connect_worker_connectors" + etl + "worker=w1:8083}", 2},
      {"kafka_connect_worker_tasks" + etl + "worker=w1:8083}", 4},
      {"kafka_connect_worker_tasks" + etl + "worker=w2:8083}", 0},
      {"kafka_connect_connector_problem" + etl + "connector=lake,problem=ghost}", 1},
      {"kafka_connect_connector_problem" + etl + "connector=lake,problem=zombie}", 1},
      {"kafka_connect_connector_problem" + etl + "connector=lake,problem=failed}", 0},
      {"kafka_connect_connector_problem" + etl + "connector=orders,problem=failed}", 1},
      {"kafka_connect_connector_problem" + etl + "connector=orders,problem=ghost}", 0},
      {"kafka_connect_task_ghost" + etl + "connector=lake,task=0}", 0},
      {"kafka_connect_task_ghost" + etl + "connector=lake,task=1}", 1},
      {"kafka_connect_task_zombie" + etl + "connector=lake,task=0}", 0},
      {"kafka_connect_task_zombie" + etl + "connector=lake,task=2}", 1},
      {"kafka_connect_connector_state_since_timestamp_seconds" + etl + "connector=lake}", 1010},
      {"kafka_connect_task_state_since_timestamp_seconds" + etl + "connector=orders,task=0}", 1010},
      {"kafka_connect_connector_failures_total" + etl + "connector=orders}", 0},
      {"kafka_connect_failure_info" + etl +
           "connector=orders,task=0,exception=java.io.IOException,fingerprint=0000000000000abc}",
       1},
      {"kafka_connect_connector_group_info" + etl + "connector=lake,consumergroup=connect-lake}",
       1},
      {"kafka_connect_connector_configured_timestamp_seconds" + etl + "connector=lake}", 77},
      {"kafka_connect_connector_lag" + etl + "connector=lake}", 6},
      {"kafka_connect_connector_progress_timestamp_seconds" + etl + "connector=lake}", 1050},
      {"kafka_connect_dead_letter_records_total" + etl + "connector=lake,topic=dead}", 3}};
  for (const auto& [series, value] : expected) {
    INFO(series);
    REQUIRE(out.samples().contains(series));
    CHECK(out.samples().at(series) == value);
  }
  for (const std::string& absent :
       {"kafka_connect_worker_healthy" + etl + "worker=http://w2:8083}",
        "kafka_connect_worker_response_seconds" + etl + "worker=http://w2:8083}"}) {
    INFO(absent);
    CHECK_FALSE(out.samples().contains(absent));
  }
  CHECK(out.twice().empty());
  CHECK(out.misfits().empty());
}

/// Values of kafka_connect_connector_problem of one connector, by problem.
std::map<std::string, double> ProblemsOf(const View& view, const std::string& connector) {
  RecordingWriter out;
  Emit(ConnectTable(), view, out);
  const std::string head =
      "kafka_connect_connector_problem{cluster=main,connect=etl,connector=" + connector +
      ",problem=";
  std::map<std::string, double> problems;
  for (const auto& [series, value] : out.samples()) {
    if (series.starts_with(head)) {
      problems[series.substr(head.size(), series.size() - head.size() - 1)] = value;
    }
  }
  return problems;
}

bool IsUnknown(const View& view, std::string_view metric, const std::string& problem) {
  const Table table = ConnectTable();
  const auto scopes = UnknownScopes({&table, 1}, view);
  return std::ranges::any_of(scopes, [&](const UnknownScope& scope) {
    return scope.metric == metric && scope.labels.size() == 4 && scope.labels[3].second == problem;
  });
}

TEST_CASE("a problem that nobody can judge, or that cannot be had, has no series", "[metrics]") {
  constexpr std::string_view kMetric = "kafka_connect_connector_problem";
  ConnectEstate estate;
  ConnectorFacts& first = estate.Connector("lake", "sink", 1);
  first.config.hash = 1;
  bool dead_letters_unknown = false;
  bool disagreement_unknown = true;
  SECTION("a sink without a dead letter topic") {
  }
  SECTION("a source") {
    first.type = "source";
    first.config.dead_letter_topic = "dead";
  }
  SECTION("no Kafka") {
    first.config.dead_letter_topic = "dead";
    estate.cluster_id = "another";
    dead_letters_unknown = true;
  }
  SECTION("a topic that Kafka does not show") {
    first.config.dead_letter_topic = "dead";
    dead_letters_unknown = true;
  }
  SECTION("a sink whose configuration was not told") {
    first.config = {};
    dead_letters_unknown = true;
  }
  SECTION("compared") {
    estate.compares = true;
    disagreement_unknown = false;
  }
  estate.Pass(10);
  estate.Pass(10);
  const auto problems = ProblemsOf(estate.view, "lake");
  CHECK_FALSE(problems.contains("dead_letters"));
  CHECK(IsUnknown(estate.view, kMetric, "dead_letters") == dead_letters_unknown);
  CHECK(problems.contains("disagreement") == !disagreement_unknown);
  CHECK(IsUnknown(estate.view, kMetric, "disagreement") == disagreement_unknown);
  CHECK(problems.at("failed") == 0);
  CHECK(problems.at("flapping") == 0);
}

TEST_CASE("dead letters are known to be none from the second look on", "[metrics]") {
  ConnectEstate estate;
  estate.Connector("lake", "sink", 1).config.dead_letter_topic = "dead";
  estate.topics = {{"dead", 3}, {"orders", 0}};
  estate.Pass(10);
  CHECK_FALSE(ProblemsOf(estate.view, "lake").contains("dead_letters"));
  estate.Pass(10);
  CHECK(ProblemsOf(estate.view, "lake").at("dead_letters") == 0);
  estate.topics[0].second = 4;
  estate.Pass(10);
  CHECK(ProblemsOf(estate.view, "lake").at("dead_letters") == 1);
}

TEST_CASE("of a connector without a status only that much is known", "[metrics]") {
  ConnectEstate estate;
  ConnectorFacts& connector = estate.Connector("lake", "sink", 0);
  connector.state = "";
  connector.config.hash = 1;
  for (int poll = 0; poll < 5; ++poll) {
    estate.Pass(10);
  }
  const std::map<std::string, double> expected{{"no_status", 1}, {"flapping", 0}};
  CHECK(ProblemsOf(estate.view, "lake") == expected);
  RecordingWriter out;
  Emit(ConnectTable(), estate.view, out);
  CHECK_FALSE(out.families().contains("kafka_connect_connector_tasks"));
}

TEST_CASE("a task whose worker nobody names leaves open whether there is a ghost", "[metrics]") {
  ConnectEstate estate;
  estate.Connector("lake", "sink", 2).tasks[1].worker = "";
  estate.Pass(10);
  estate.Pass(10);
  CHECK_FALSE(ProblemsOf(estate.view, "lake").contains("ghost"));
  CHECK(IsUnknown(estate.view, "kafka_connect_connector_problem", "ghost"));
}

TEST_CASE("while the workers' group deals out anew, leader and delay are unknown", "[metrics]") {
  ConnectEstate estate;
  estate.Connector("lake", "sink", 1);
  estate.workers_state = "PreparingRebalance";
  estate.workers.leader = "";
  estate.Pass(10);
  RecordingWriter out;
  Emit(ConnectTable(), estate.view, out);
  CHECK(out.families().contains("kafka_connect_group_members"));
  CHECK_FALSE(out.families().contains("kafka_connect_worker_is_leader"));
  CHECK_FALSE(out.families().contains("kafka_connect_rebalance_delay_seconds"));
}

TEST_CASE("a connector that does not tell its state leaves the others alone", "[metrics]") {
  ConnectEstate estate;
  estate.Connector("lake", "sink", 1);
  estate.Connector("orders", "source", 1);
  estate.Pass(10);
  const ConnectStateAge before = estate.First().age;
  ConnectorFacts& odd = estate.connectors[0];
  odd.untold = Error(Reason::kRefused, "500");
  odd.state = "";
  odd.tasks.clear();
  for (int poll = 0; poll < 5; ++poll) {
    estate.Pass(10);
  }
  RecordingWriter out;
  Emit(ConnectTable(), estate.view, out);
  const std::string etl = "{cluster=main,connect=etl,";
  CHECK(ProblemsOf(estate.view, "lake").empty());
  CHECK_FALSE(out.samples().contains("kafka_connect_connector_state" + etl +
                                     "connector=lake,state=RUNNING}"));
  CHECK_FALSE(out.samples().contains("kafka_connect_connector_tasks" + etl + "connector=lake}"));
  CHECK(out.samples().at("kafka_connect_connector_state" + etl +
                         "connector=orders,state=RUNNING}") == 1);
  CHECK(out.samples().at("kafka_connect_connectors{cluster=main,connect=etl}") == 2);
  odd.untold.reset();
  odd.state = "RUNNING";
  odd.tasks = {{.id = 0, .state = "RUNNING", .worker = "w1:8083"}};
  estate.Pass(10);
  CHECK(estate.First().age.since == before.since);
  CHECK(estate.Events().empty());
}

TEST_CASE("the estate of Connect shows every metric of Connect's tables", "[metrics]") {
  Estate estate;
  RecordingWriter out;
  Emit(ConnectTable(), estate.view, out);
  for (const Metric& metric : ConnectTable()) {
    INFO(metric.info.name);
    CHECK(out.families().contains(std::string(metric.info.name)));
  }
}

TEST_CASE("a failure is counted when it is seen to happen", "[metrics]") {
  Estate estate;
  estate.connectors[1].tasks[0].state = "RUNNING";
  estate.Pass(10);
  estate.connectors[1].tasks[0].state = "FAILED";
  estate.Pass(10);
  RecordingWriter out;
  Emit(ConnectTable(), estate.view, out);
  CHECK(out.samples().at("kafka_connect_task_failures_total{cluster=main,connect=etl,"
                         "connector=orders,task=0}") == 1);
}

TEST_CASE("while REST is silent the workers' group stays, and no verdict does", "[metrics]") {
  Estate estate;
  estate.answers = false;
  estate.Pass(40);
  RecordingWriter out;
  Emit(ConnectTable(), estate.view, out);
  CHECK(out.families().contains("kafka_connect_group_members"));
  CHECK_FALSE(out.families().contains("kafka_connect_connector_problem"));
  CHECK_FALSE(out.families().contains("kafka_connect_up"));
}

TEST_CASE("what recovery decided is one state of each connector", "[metrics]") {
  Estate estate;
  RecoveryFacts recovery;
  recovery.decisions = {{.connector = "lake"},
                        {.connector = "orders",
                         .action = RecoveryAction::kQuarantine,
                         .failure = FailureClass::kConfiguration,
                         .failed = {0},
                         .attempts = 1,
                         .last_restart = RestartReport{.took = std::chrono::seconds{9}}}};
  recovery.acts = true;
  recovery.budget_left = 5;
  recovery.sent = {3, 0, 1, 0, 0, 0};
  estate.Recover(recovery);
  RecordingWriter out;
  Emit(RecoveryTable(), estate.view, out);
  const std::string etl = "{cluster=main,connect=etl,";
  CHECK(out.samples().size() ==
        2 * kRecoveryActions + 1 + 2 + kBreakerStates + 1 + kRestartOutcomes + 2);
  CHECK(out.samples().at("kafka_connect_recovery_state" + etl + "connector=lake,state=nothing}") ==
        1);
  CHECK(out.samples().at("kafka_connect_recovery_state" + etl +
                         "connector=orders,state=quarantine}") == 1);
  CHECK(out.samples().at("kafka_connect_recovery_state" + etl +
                         "connector=orders,state=restart}") == 0);
  CHECK(out.samples().at("kafka_connect_failure_class" + etl +
                         "connector=orders,class=configuration}") == 1);
  CHECK(out.samples().at("kafka_connect_recovery_attempts" + etl + "connector=orders}") == 1);
  CHECK(out.samples().at("kafka_connect_recovery_breaker_state" + etl + "state=closed}") == 1);
  CHECK(out.samples().at("kafka_connect_recovery_seconds" + etl + "connector=orders}") == 9);
  CHECK(out.samples().at("kafka_connect_restart_attempts_total" + etl + "outcome=accepted}") == 3);
  CHECK(out.samples().at("kafka_connect_restart_attempts_total" + etl + "outcome=conflict}") == 1);
  CHECK(out.samples().at("kafka_connect_recovery_budget{cluster=main,connect=etl}") == 5);
  CHECK(out.samples().at("kafka_connect_recovery_acting{cluster=main,connect=etl}") == 1);
}

}  // namespace
}  // namespace klaxon::metrics
