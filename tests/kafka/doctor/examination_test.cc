#include "agent/kafka/doctor/examination.h"

#include <algorithm>

#include <catch2/catch_test_macros.hpp>

#include "agent/simulator/cluster.h"

namespace klaxon::kafka {
namespace {

using std::chrono::seconds;

constexpr Duration kPatience = seconds{2};

struct Patient {
  SystemClock clock{};
  std::unique_ptr<simulator::Cluster> cluster{};

  explicit Patient(int brokers) {
    auto started = simulator::Cluster::Start(simulator::Sized({.brokers = brokers,
                                                               .topics = 2,
                                                               .partitions = 2,
                                                               .replication = 1,
                                                               .groups = 1,
                                                               .partitions_per_group = 2},
                                                              1),
                                             clock);
    REQUIRE(started);
    cluster = std::move(*started);
  }

  Findings Examine(std::vector<HostPort> bootstrap) {
    std::vector<Finding> told;
    Examination examination({.cluster = "c", .bootstrap = std::move(bootstrap)}, clock, kPatience,
                            [&](const Finding& found) { told.push_back(found); });
    Findings findings = examination.Run({});
    CHECK(told == findings);
    return findings;
  }
};

const Finding* Find(const Findings& findings, Step step, Outcome outcome) {
  const auto found = std::ranges::find_if(
      findings, [&](const Finding& each) { return each.step == step && each.outcome == outcome; });
  return found == findings.end() ? nullptr : &*found;
}

TEST_CASE("nothing is wrong with a cluster that is well", "[doctor]") {
  Patient patient(2);
  const Findings findings = patient.Examine(patient.cluster->bootstrap());
  for (const Finding& found : findings) {
    INFO(Name(found.step) << " " << found.subject << ": " << found.said);
    CHECK(found.outcome == Outcome::kGood);
  }
  for (const Step step : {Step::kName, Step::kConnection, Step::kLogin, Step::kCluster,
                          Step::kPermissions, Step::kClock, Step::kShown}) {
    INFO(Name(step));
    CHECK(Find(findings, step, Outcome::kGood) != nullptr);
  }
}

TEST_CASE("one bad bootstrap address does not hide the cluster behind the others", "[doctor]") {
  Patient patient(1);
  std::vector<HostPort> bootstrap = patient.cluster->bootstrap();
  bootstrap.push_back({.host = "klaxon.invalid", .port = 9092});
  const Findings findings = patient.Examine(bootstrap);
  const Finding* name = Find(findings, Step::kName, Outcome::kBad);
  REQUIRE(name != nullptr);
  CHECK(name->subject == "klaxon.invalid:9092");
  CHECK(name->said.find("\"klaxon.invalid\" has no address") != std::string::npos);
  CHECK_FALSE(name->mend.empty());
  CHECK(Find(findings, Step::kPermissions, Outcome::kGood) != nullptr);
}

TEST_CASE("a cluster that nobody answers for is unknown, not empty", "[doctor]") {
  Patient patient(1);
  patient.cluster->StopBroker(1);
  const Findings findings = patient.Examine(patient.cluster->bootstrap());
  const Finding* connection = Find(findings, Step::kConnection, Outcome::kBad);
  REQUIRE(connection != nullptr);
  CHECK(connection->said.find("refused") != std::string::npos);
  CHECK(Find(findings, Step::kLogin, Outcome::kGood) == nullptr);
  CHECK(Find(findings, Step::kShown, Outcome::kGood) == nullptr);
  CHECK(Find(findings, Step::kShown, Outcome::kUnknown) != nullptr);
}

TEST_CASE("an advertised address that does not work is named with its broker", "[doctor]") {
  Patient patient(2);
  patient.cluster->Advertise(2, "inside.klaxon.invalid");
  const Findings findings = patient.Examine({patient.cluster->bootstrap()[0]});
  const Finding* name = Find(findings, Step::kName, Outcome::kBad);
  REQUIRE(name != nullptr);
  CHECK(name->subject.starts_with("inside.klaxon.invalid:"));
  const Finding* login = Find(findings, Step::kLogin, Outcome::kBad);
  REQUIRE(login != nullptr);
  CHECK(login->subject.starts_with("broker 2 at inside.klaxon.invalid:"));
  const Finding* shown = Find(findings, Step::kShown, Outcome::kNote);
  REQUIRE(shown != nullptr);
  CHECK(shown->said.find("broker 2") != std::string::npos);
}

TEST_CASE("what may not be described is found out", "[doctor]") {
  Patient patient(1);
  patient.cluster->SetFaults(
      1,
      {.errors = {{wire::ApiKey::kDescribeGroups, wire::ErrorCode::kGroupAuthorizationFailed},
                  {wire::ApiKey::kDescribeQuorum, wire::ErrorCode::kClusterAuthorizationFailed}}});
  const Findings findings = patient.Examine(patient.cluster->bootstrap());
  const Finding* lacking = Find(findings, Step::kPermissions, Outcome::kBad);
  REQUIRE(lacking != nullptr);
  CHECK(lacking->subject == "Describe on group *");
  const Finding* quorum = Find(findings, Step::kCluster, Outcome::kNote);
  REQUIRE(quorum != nullptr);
  CHECK(quorum->mend == "grant Describe on the cluster");
}

TEST_CASE("a broker that takes connections and says nothing is not waited for", "[doctor]") {
  Patient patient(1);
  patient.cluster->SetFaults(1, {.silent = true});
  const Findings findings = patient.Examine(patient.cluster->bootstrap());
  CHECK(Find(findings, Step::kConnection, Outcome::kGood) != nullptr);
  const Finding* login = Find(findings, Step::kLogin, Outcome::kBad);
  REQUIRE(login != nullptr);
  CHECK_FALSE(login->said.empty());
}

}  // namespace
}  // namespace klaxon::kafka
