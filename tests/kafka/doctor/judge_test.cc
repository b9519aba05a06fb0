#include "agent/kafka/doctor/judge.h"

#include <catch2/catch_test_macros.hpp>

#include "agent/kafka/doctor/address.h"

namespace klaxon::kafka {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using wire::DescribeQuorumResponse;
using wire::ErrorCode;

const WallTime kNow{seconds{1'800'000'000}};

int64_t UnixMs(WallTime time) {
  return std::chrono::duration_cast<milliseconds>(time.time_since_epoch()).count();
}

/// All is well: everything is allowed, controller 2 of 3 says what time it is.
ClusterSigns Healthy(WallTime their_time = kNow) {
  DescribeQuorumResponse::Partition partition{.leader = 2};
  for (int32_t id = 1; id <= 3; ++id) {
    partition.voters.push_back(
        {.id = id, .last_caught_up_ms = id == 2 ? UnixMs(their_time) : UnixMs(kNow) - 900'000});
  }
  DescribeQuorumResponse quorum;
  quorum.topics.push_back({.name = "__cluster_metadata", .partitions = {partition}});
  ClusterSigns signs;
  signs.metadata = true;
  signs.held = {true, true, true};
  signs.quorum = quorum;
  signs.quorum_asked.wall = kNow - milliseconds{20};
  signs.quorum_answered.wall = kNow + milliseconds{20};
  return signs;
}

ClusterSigns WithCode(ErrorCode code) {
  ClusterSigns signs = Healthy();
  signs.quorum->value().error_code = code;
  return signs;
}

TEST_CASE("the controller's clock is compared with ours", "[doctor]") {
  struct Case {
    const char* what;
    Duration ahead;
    Outcome outcome;
    const char* said;
  };

  const Case cases[] = {
      {"the same", {}, Outcome::kGood, "controller 2 and this machine agree"},
      {"within the time that the question took", milliseconds{20}, Outcome::kGood,
       "controller 2 and this machine agree"},
      {"a little ahead", milliseconds{1'020}, Outcome::kGood,
       "controller 2 is 1.0 s ahead of this machine"},
      {"far ahead", seconds{60}, Outcome::kNote, "controller 2 is 60.0 s ahead of this machine"},
      {"far behind", -hours{1}, Outcome::kNote, "controller 2 is 3600.0 s behind this machine"},
  };
  for (const Case& each : cases) {
    CAPTURE(each.what);
    const Finding found =
        JudgeClock(Healthy(kNow + std::chrono::duration_cast<WallTime::duration>(each.ahead)));
    CHECK(found.outcome == each.outcome);
    CHECK(found.said == each.said);
    CHECK(found.mend.empty() == (each.outcome == Outcome::kGood));
  }
  ClusterSigns old = Healthy();
  old.quorum->value().topics[0].partitions[0].voters[1].last_caught_up_ms = -1;
  CHECK(JudgeClock(old).outcome == Outcome::kUnknown);
  CHECK(JudgeClock(ClusterSigns{}).outcome == Outcome::kUnknown);
}

TEST_CASE("the quorum is told with what its answer means", "[doctor]") {
  struct Case {
    const char* what;
    ClusterSigns signs;
    Outcome outcome;
    const char* said;
  };

  ClusterSigns leaderless = Healthy();
  leaderless.quorum->value().topics[0].partitions[0].leader = -1;
  ClusterSigns silent = Healthy();
  silent.quorum = Error(Reason::kTimeout, "no answer within 5s");
  ClusterSigns zookeeper = Healthy();
  zookeeper.quorum = Error(Reason::kUnsupported, "does not speak DescribeQuorum");
  ClusterSigns empty = Healthy();
  empty.quorum->value().topics.clear();
  const Case cases[] = {
      {"it has a leader", Healthy(), Outcome::kGood, "active controller 2, 3 voters"},
      {"it has none", leaderless, Outcome::kBad, "it has no leader"},
      {"it does not answer", silent, Outcome::kBad, "no answer within 5s"},
      {"there is none: ZooKeeper", zookeeper, Outcome::kNote, "does not speak DescribeQuorum"},
      {"we may not ask", WithCode(ErrorCode::kClusterAuthorizationFailed), Outcome::kNote,
       "we may not ask for it; metadata is believed unproven"},
      {"another error", WithCode(ErrorCode::kRequestTimedOut), Outcome::kBad, "REQUEST_TIMED_OUT"},
      {"an answer without content", empty, Outcome::kBad, "UNKNOWN_SERVER_ERROR"},
      {"never asked", ClusterSigns{}, Outcome::kUnknown, "not asked"},
  };
  for (const Case& each : cases) {
    CAPTURE(each.what);
    const Finding found = JudgeQuorum(each.signs);
    CHECK(found.outcome == each.outcome);
    CHECK(found.said == each.said);
  }
}

TEST_CASE("a permission that lacks says what will be missing and how it is granted", "[doctor]") {
  ClusterSigns signs = Healthy();
  signs.held = {true, false, std::nullopt};
  const Findings findings = JudgePermissions(signs);
  REQUIRE(findings.size() == 3);
  CHECK(findings[0].outcome == Outcome::kGood);
  CHECK(findings[1].outcome == Outcome::kBad);
  CHECK(findings[1].subject == "Describe on topic *");
  CHECK(findings[1].mend == "grant Describe on topic *");
  CHECK(findings[1].said.find("missing without a trace") != std::string::npos);
  CHECK(findings[2].outcome == Outcome::kUnknown);
  CHECK(findings[2].said == "the cluster did not tell");
}

Outcome ShownOf(const ClusterSigns& signs, std::string_view subject) {
  for (const Finding& found : JudgeShown(signs)) {
    if (found.subject == subject) {
      return found.outcome;
    }
  }
  FAIL("no finding about " << subject);
  return Outcome::kUnknown;
}

TEST_CASE("what will be shown follows from what was found", "[doctor]") {
  struct Case {
    const char* what;
    ClusterSigns signs;
    Outcome brokers;
    Outcome controller;
    Outcome groups;
  };

  ClusterSigns no_topics = Healthy();
  no_topics.held = {true, false, true};
  ClusterSigns no_groups = Healthy();
  no_groups.held = {true, true, false};
  ClusterSigns no_cluster = WithCode(ErrorCode::kClusterAuthorizationFailed);
  no_cluster.held = {false, true, true};
  ClusterSigns unreachable = Healthy();
  unreachable.unreachable = {3};
  const Outcome whole = Outcome::kGood;
  const Outcome part = Outcome::kNote;
  const Case cases[] = {
      {"all is well", Healthy(), whole, whole, whole},
      {"topics may not be described", no_topics, part, whole, part},
      {"groups may not be described", no_groups, whole, whole, part},
      {"the cluster may not be described", no_cluster, whole, part, part},
      {"a broker cannot be reached", unreachable, part, whole, part},
      {"nothing was read", ClusterSigns{}, Outcome::kUnknown, Outcome::kUnknown, Outcome::kUnknown},
  };
  for (const Case& each : cases) {
    CAPTURE(each.what);
    CHECK(ShownOf(each.signs, "brokers, leaders, replicas, ISR") == each.brokers);
    CHECK(ShownOf(each.signs, "active controller") == each.controller);
    CHECK(ShownOf(each.signs, "groups, members, lag") == each.groups);
  }
}

TEST_CASE("a broker that lacks an API is told from one that cannot be read", "[doctor]") {
  wire::ApiVersionsResponse versions;
  for (const int key : {2, 3, 9, 15, 16, 18, 55, 60}) {
    versions.apis.push_back({.key = static_cast<int16_t>(key), .max_version = 1});
  }
  CHECK(JudgeVersions("b:9092", versions).outcome == Outcome::kGood);
  versions.apis.erase(versions.apis.end() - 2);
  const Finding old = JudgeVersions("b:9092", versions);
  CHECK(old.outcome == Outcome::kNote);
  CHECK(old.said.find("no DescribeQuorum: metadata cannot be proven") != std::string::npos);
  versions.apis.erase(versions.apis.begin());
  const Finding ancient = JudgeVersions("b:9092", versions);
  CHECK(ancient.outcome == Outcome::kBad);
  CHECK(ancient.said == "does not speak ListOffsets, which Klaxon needs");
  const Finding refusing =
      JudgeVersions("b:9092", {.error_code = wire::ErrorCode::kInvalidRequest});
  CHECK(refusing.outcome == Outcome::kBad);
  CHECK(refusing.said == "does not say what it speaks: INVALID_REQUEST");
}

TEST_CASE("a certificate that ends soon is noted, wherever it stands in the chain", "[doctor]") {
  const tls::Certificate lasting{.subject = "CN=broker-1",
                                 .issuer = "CN=CA",
                                 .names = {"a", "b", "c", "d", "e", "f"},
                                 .not_after = kNow + days{200}};
  tls::PeerInfo peer{.version = "TLSv1.3", .cipher = "AES", .chain = {lasting}};
  const Finding good = JudgePeer("b:9092", peer, kNow);
  CHECK(good.outcome == Outcome::kGood);
  CHECK(good.said.find("certificate CN=broker-1 by CN=CA, for a, b, c, d and 2 more, until") !=
        std::string::npos);
  peer.chain.push_back({.subject = "CN=CA", .not_after = kNow + days{10}});
  const Finding soon = JudgePeer("b:9092", peer, kNow);
  CHECK(soon.outcome == Outcome::kNote);
  CHECK(soon.mend == "the certificate CN=CA ends in 10 days: renew it");
}

}  // namespace
}  // namespace klaxon::kafka
