#include "agent/kafka/doctor/judge.h"

#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "agent/base/duration.h"

namespace klaxon::kafka {
namespace {

using wire::ApiKey;

/// Beyond this, ages and lag in seconds are visibly wrong.
constexpr auto kClockLimit = std::chrono::seconds{2};

constexpr std::array kNeeded{ApiKey::kMetadata, ApiKey::kListOffsets, ApiKey::kListGroups,
                             ApiKey::kDescribeGroups, ApiKey::kOffsetFetch};

/// What an old broker lacks, with the release that brought it.
const std::map<ApiKey, std::string_view> kWelcome{
    {ApiKey::kDescribeCluster, "what we may do with the cluster is not told (before 2.8)"},
    {ApiKey::kDescribeQuorum,
     "metadata cannot be proven by a quorum and is believed (ZooKeeper mode, or before 3.0)"}};

const wire::DescribeQuorumResponse::Partition* PartitionOf(const ClusterSigns& signs) {
  if (!signs.quorum || !*signs.quorum) {
    return nullptr;
  }
  const wire::DescribeQuorumResponse& answer = **signs.quorum;
  if (answer.error_code != wire::ErrorCode::kNone || answer.topics.empty() ||
      answer.topics[0].partitions.empty()) {
    return nullptr;
  }
  return &answer.topics[0].partitions[0];
}

/// The quorum's error, whether it stands for the whole answer or for its partition.
wire::ErrorCode CodeOf(const ClusterSigns& signs) {
  const wire::DescribeQuorumResponse& answer = **signs.quorum;
  if (answer.error_code != wire::ErrorCode::kNone) {
    return answer.error_code;
  }
  const auto* partition = PartitionOf(signs);
  return partition == nullptr ? wire::ErrorCode::kUnknownServerError : partition->error_code;
}

Finding Shown(std::string subject, Outcome outcome, std::string said) {
  return {.step = Step::kShown,
          .outcome = outcome,
          .subject = std::move(subject),
          .said = std::move(said)};
}

/// What is shown as far as `needed` goes; the first permission that lacks decides.
Finding ShownWith(const ClusterSigns& signs, std::string subject,
                  std::initializer_list<Permission> needed) {
  if (!signs.metadata) {
    return Shown(std::move(subject), Outcome::kUnknown, "the cluster was not read");
  }
  for (const Permission permission : needed) {
    const std::optional<bool> held = signs.Held(permission);
    if (held == false) {
      return Shown(std::move(subject), Outcome::kNote,
                   fmt::format("in part: {}", Loss(permission)));
    }
  }
  if (!signs.unreachable.empty()) {
    return Shown(std::move(subject), Outcome::kNote,
                 fmt::format("in part: what broker {} holds is missing, it cannot be reached",
                             fmt::join(signs.unreachable, ", ")));
  }
  return Shown(std::move(subject), Outcome::kGood, "whole");
}

}  // namespace

Finding JudgeVersions(const std::string& subject, const wire::ApiVersionsResponse& versions) {
  const auto speaks = [&](ApiKey key) {
    return std::ranges::any_of(
        versions.apis, [key](const auto& api) { return api.key == static_cast<int16_t>(key); });
  };
  Finding found{.step = Step::kLogin, .outcome = Outcome::kGood, .subject = subject};
  if (versions.error_code != wire::ErrorCode::kNone) {
    found.outcome = Outcome::kBad;
    found.said = "does not say what it speaks: " + wire::Name(versions.error_code);
    return found;
  }
  found.said = fmt::format("answers as a Kafka broker; {} kinds of requests", versions.apis.size());
  for (const auto& [key, without] : kWelcome) {
    if (!speaks(key)) {
      found.outcome = Outcome::kNote;
      found.said += fmt::format("; no {}: {}", wire::Name(key), without);
    }
  }
  for (const ApiKey key : kNeeded) {
    if (!speaks(key)) {
      found.outcome = Outcome::kBad;
      found.said = fmt::format("does not speak {}, which Klaxon needs", wire::Name(key));
      found.mend = "Kafka 2.8 or newer is supported";
    }
  }
  return found;
}

Finding JudgeQuorum(const ClusterSigns& signs) {
  Finding found{.step = Step::kCluster, .outcome = Outcome::kUnknown, .subject = "quorum"};
  if (!signs.quorum) {
    found.said = "not asked";
    return found;
  }
  if (!*signs.quorum) {
    const Error& error = signs.quorum->error();
    const bool lacking = error.reason() == Reason::kUnsupported;
    found.outcome = lacking ? Outcome::kNote : Outcome::kBad;
    found.said = error.message();
    found.mend =
        lacking ? "" : "look at the controllers: without a quorum metadata is not believed";
    return found;
  }
  const wire::ErrorCode code = CodeOf(signs);
  const auto* partition = PartitionOf(signs);
  if (code == wire::ErrorCode::kClusterAuthorizationFailed) {
    found.outcome = Outcome::kNote;
    found.said = "we may not ask for it; metadata is believed unproven";
    found.mend = "grant Describe on the cluster";
  } else if (code != wire::ErrorCode::kNone || partition->leader < 0) {
    found.outcome = Outcome::kBad;
    found.said = code == wire::ErrorCode::kNone ? "it has no leader" : wire::Name(code);
    found.mend = "look at the controllers: without a quorum metadata is not believed";
  } else {
    found.outcome = Outcome::kGood;
    found.said =
        fmt::format("active controller {}, {} voters", partition->leader, partition->voters.size());
  }
  return found;
}

Findings JudgePermissions(const ClusterSigns& signs) {
  Findings findings;
  for (const Permission permission : kPermissions) {
    Finding found{.step = Step::kPermissions,
                  .outcome = Outcome::kUnknown,
                  .subject = std::string(Name(permission)),
                  .said = "the cluster did not tell"};
    if (const std::optional<bool> held = signs.Held(permission)) {
      found.outcome = *held ? Outcome::kGood : Outcome::kBad;
      found.said = *held ? "held" : fmt::format("missing: {}", Loss(permission));
      found.mend = *held ? "" : fmt::format("grant {}", Name(permission));
    }
    findings.push_back(std::move(found));
  }
  return findings;
}

Finding JudgeClock(const ClusterSigns& signs) {
  Finding found{.step = Step::kClock, .outcome = Outcome::kUnknown, .subject = "clock"};
  const auto* partition = PartitionOf(signs);
  const auto* leader = static_cast<const wire::DescribeQuorumResponse::Replica*>(nullptr);
  if (partition != nullptr) {
    for (const auto& voter : partition->voters) {
      leader = voter.id == partition->leader ? &voter : leader;
    }
  }
  if (leader == nullptr || leader->last_caught_up_ms < 0) {
    found.said = "the cluster does not tell its time (it does since 3.3, in KRaft mode)";
    return found;
  }
  const WallTime theirs{std::chrono::milliseconds{leader->last_caught_up_ms}};
  // It was read at some moment between question and answer: what lies beyond those is difference.
  const Duration behind = signs.quorum_asked.wall - theirs;
  const Duration ahead = theirs - signs.quorum_answered.wall;
  const Duration difference = std::max({behind, ahead, Duration::zero()});
  found.outcome = difference > kClockLimit ? Outcome::kNote : Outcome::kGood;
  found.said = fmt::format("controller {} is {:.1f} s {} this machine", leader->id,
                           Seconds(difference), behind > ahead ? "behind" : "ahead of");
  if (difference <= std::chrono::milliseconds{100}) {
    found.said = fmt::format("controller {} and this machine agree", leader->id);
  }
  if (found.outcome == Outcome::kNote) {
    found.mend = "let both follow a time server: ages and lag in seconds are wrong by this";
  }
  return found;
}

Findings JudgeShown(const ClusterSigns& signs) {
  Finding brokers =
      ShownWith(signs, "brokers, leaders, replicas, ISR", {Permission::kDescribeTopics});
  Finding topics = ShownWith(signs, "log ends of topics", {Permission::kDescribeTopics});
  Finding groups = ShownWith(
      signs, "groups, members, lag",
      {Permission::kDescribeGroups, Permission::kDescribeTopics, Permission::kDescribeCluster});
  Finding controller = Shown("active controller", Outcome::kGood, "whole");
  const Finding quorum = JudgeQuorum(signs);
  if (quorum.outcome != Outcome::kGood) {
    controller.outcome = signs.quorum ? Outcome::kNote : Outcome::kUnknown;
    controller.said = "unknown: " + quorum.said;
  }
  return {std::move(brokers), std::move(controller), std::move(topics), std::move(groups)};
}

}  // namespace klaxon::kafka
