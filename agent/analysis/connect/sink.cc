#include <algorithm>

#include <fmt/format.h>

#include "agent/analysis/connect/case.h"
#include "agent/base/duration.h"

namespace klaxon::analysis {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

// A sink commits every offset.flush.interval.ms, one minute by default, or when it has written a
// file, which may take an hour: how long it has paused before says which.
constexpr Duration kPause = minutes{2};
constexpr Duration kUnpractised = minutes{10};  // while no pause of it was measured
constexpr int kPatience = 3;                    // times its longest pause
constexpr Duration kJoin = seconds{30};

/// The consumer group of a sink in the Kafka cluster.
struct SinkGroup {
  const GroupFacts* facts = nullptr;
  const GroupLag* lag = nullptr;
};

std::string GroupNameOf(const ConnectorFacts& facts) {
  return facts.config.consumer_group.empty() ? "connect-" + facts.entity->name
                                             : facts.config.consumer_group;
}

SinkGroup GroupOf(const ConnectCase& subject) {
  const KafkaPart& kafka = *subject.ground.kafka;
  const GroupFacts* group = FindGroup(kafka.facts, GroupNameOf(subject.facts));
  if (group == nullptr) {
    return {};
  }
  return {.facts = group,
          .lag = &kafka.derived.groups[static_cast<size_t>(group - kafka.facts.groups.data())]};
}

/// A partition that is not read any further although records come.
struct Frozen {
  std::string topic{};
  int32_t partition = 0;
  int64_t lag = 0;
  Instant since{};
};

class SinkJudge {
 public:
  SinkJudge(ConnectCase& subject, const SinkGroup& group)
      : subject_(subject), group_(*group.facts), lag_(*group.lag) {}

  void Judge() {
    ConnectorDerived& derived = subject_.derived;
    derived.group = group_.entity;
    const Truth members = JudgeMembers();
    const Truth offsets = JudgeOffsets();
    const bool both = members == Truth::kNo && offsets == Truth::kNo;
    derived.zombie = members == Truth::kYes || offsets == Truth::kYes ? Truth::kYes
                     : both                                           ? Truth::kNo
                                                                      : Truth::kUnknown;
    for (size_t i = 0; i < derived.tasks.size(); ++i) {
      Truth& task = derived.tasks[i].zombie;
      // Whose a frozen partition is, is not known if there are several tasks.
      if (task == Truth::kNo && (offsets != Truth::kNo || derived.zombie == Truth::kUnknown)) {
        task = Truth::kUnknown;
      }
    }
  }

 private:
  bool HasMember(const std::string& client) const {
    return std::ranges::any_of(
        group_.members, [&](const MemberFacts& member) { return member.client_id == client; });
  }

  std::string ClientOf(const ConnectTaskFacts& task) const {
    return fmt::format("connector-consumer-{}-{}", subject_.facts.entity->name, task.id);
  }

  /// Whether the members' names tell whose they are; `client.id` may have been overridden.
  bool Named() const {
    return group_.members.empty() ||
           std::ranges::any_of(subject_.facts.tasks, [&](const ConnectTaskFacts& task) {
             return HasMember(ClientOf(task));
           });
  }

  /// Whether the members are known, and by names that tell whose they are.
  bool MembersTold() const {
    const bool settled = group_.state == "Stable" || group_.state == "Empty";
    return IsFresh(group_.described, subject_.ground.now) && !group_.members_unknown && settled &&
           Named();
  }

  /// Whether a task that runs is no member of its group.
  Truth JudgeMember(const ConnectTaskFacts& task) {
    const bool lost = task.state == "RUNNING" && !HasMember(ClientOf(task));
    const bool sure = subject_.Weigh(
        {.fault = ConnectFault::kZombie,
         .task = task.id,
         .truth = lost ? Truth::kYes : Truth::kNo,
         .observed = std::min(subject_.observed(), group_.described->taken_at,
                              [](const Instant& a, const Instant& b) { return a.mono < b.mono; }),
         .grace = kJoin,
         .why = fmt::format("RUNNING, but it is no member of its consumer group "
                            "{}: it reads nothing",
                            group_.entity->name)});
    if (!lost && !sure) {
      return Truth::kNo;
    }
    return sure ? Truth::kYes : Truth::kUnknown;
  }

  Truth JudgeMembers() {
    if (!MembersTold()) {
      return Truth::kUnknown;
    }
    Truth worst = Truth::kNo;
    for (size_t i = 0; i < subject_.facts.tasks.size(); ++i) {
      const Truth truth = JudgeMember(subject_.facts.tasks[i]);
      subject_.derived.tasks[i].zombie = truth;
      if (worst != Truth::kYes && truth != Truth::kNo) {
        worst = truth;
      }
    }
    return worst;
  }

  /// Takes every committed offset into the history.
  void TakeOffsets() {
    std::map<std::pair<std::string, int32_t>, ConnectProgress> partitions;
    for (size_t t = 0; t < group_.topics.size(); ++t) {
      const GroupTopicFacts& topic = group_.topics[t];
      for (size_t p = 0; p < topic.commits.size(); ++p) {
        const std::pair key{topic.topic->name, topic.commits[p].partition};
        const auto before = subject_.history.partitions.find(key);
        ConnectProgress& progress = partitions[key];
        if (before != subject_.history.partitions.end()) {
          progress = before->second;
        }
        const Instant moved = progress.moved;
        TakePlace(std::to_string(topic.commits[p].offset), group_.committed->taken_at, progress);
        const PartitionLag& lag = lag_.topics[t][p];
        if (lag.state == LagState::kKnown &&
            (progress.end_when_moved < 0 || moved != progress.moved)) {
          progress.end_when_moved = topic.commits[p].offset + lag.lag;
        }
      }
    }
    subject_.history.partitions = std::move(partitions);
  }

  static Duration PatienceOf(const ConnectProgress& progress) {
    return progress.moves < 2 ? kUnpractised
                              : std::max<Duration>(kPause, kPatience * progress.longest);
  }

  /// The partition that stands still for longest; its lag is 0 if there is none.
  Frozen FindFrozen() const {
    Frozen worst;
    for (size_t t = 0; t < group_.topics.size(); ++t) {
      const GroupTopicFacts& topic = group_.topics[t];
      for (size_t p = 0; p < topic.commits.size(); ++p) {
        const CommitFacts& commit = topic.commits[p];
        const PartitionLag& lag = lag_.topics[t][p];
        const ConnectProgress& progress =
            subject_.history.partitions.at({topic.topic->name, commit.partition});
        const bool grows = lag.state == LagState::kKnown && lag.lag > 0 &&
                           progress.end_when_moved >= 0 &&
                           commit.offset + lag.lag > progress.end_when_moved;
        const bool still =
            group_.committed->taken_at.mono - progress.moved.mono >= PatienceOf(progress);
        if (grows && still && (worst.lag == 0 || progress.moved.mono < worst.since.mono)) {
          worst = {topic.topic->name, commit.partition, lag.lag, progress.moved};
        }
      }
    }
    return worst;
  }

  void TellProgress() {
    ConnectorDerived& derived = subject_.derived;
    if (lag_.known == 0) {
      derived.progress = fmt::format("group {} has committed nothing yet", group_.entity->name);
      return;
    }
    derived.lag = lag_.sum;
    for (const auto& [key, progress] : subject_.history.partitions) {
      if (progress.moves > 0 && (!derived.moved || derived.moved->mono < progress.moved.mono)) {
        derived.moved = progress.moved;
      }
    }
    derived.progress = fmt::format("commits of group {}", group_.entity->name);
  }

  Truth JudgeOffsets() {
    if (!IsFresh(group_.committed, subject_.ground.now)) {
      subject_.derived.progress =
          fmt::format("commits of group {} were not read for too long", group_.entity->name);
      return Truth::kUnknown;
    }
    TakeOffsets();
    TellProgress();
    const Frozen frozen = FindFrozen();
    const Duration age = group_.committed->taken_at.mono - frozen.since.mono;
    const bool is_frozen = frozen.lag > 0;
    if (subject_.Weigh(
            {.fault = ConnectFault::kZombie,
             .truth = is_frozen ? Truth::kYes : Truth::kNo,
             .observed = group_.committed->taken_at,
             .why = is_frozen
                        ? fmt::format("RUNNING, but {}-{} is not committed any further for "
                                      "{} while records come: {} behind",
                                      frozen.topic, frozen.partition, FormatAge(age), frozen.lag)
                        : ""})) {
      subject_.derived.verdicts.back().since = frozen.since;
      return Truth::kYes;
    }
    const bool caught_up = lag_.known > 0 && lag_.sum == 0 && lag_.unknown == 0;
    const bool moves = subject_.derived.moved &&
                       group_.committed->taken_at.mono - subject_.derived.moved->mono < kPause;
    return caught_up || moves ? Truth::kNo : Truth::kUnknown;
  }

  ConnectCase& subject_;
  const GroupFacts& group_;
  const GroupLag& lag_;
};

bool EveryGroupListed(const ConnectGround& ground) {
  const KafkaFacts& facts = ground.kafka->facts;
  return !facts.group_lists.empty() &&
         std::ranges::all_of(facts.group_lists,
                             [&](const AnswerRef& answer) { return IsFresh(answer, ground.now); });
}

}  // namespace

void JudgeSink(ConnectCase& subject) {
  const SinkGroup group = GroupOf(subject);
  if (group.facts != nullptr) {
    subject.history.had_group = true;
    SinkJudge(subject, group).Judge();
    return;
  }
  const std::string name = GroupNameOf(subject.facts);
  subject.derived.progress = fmt::format("there is no consumer group {} in Kafka cluster {}", name,
                                         subject.ground.kafka->section.cluster);
  const bool gone = subject.history.had_group && EveryGroupListed(subject.ground);
  if (subject.Weigh({.fault = ConnectFault::kZombie,
                     .truth = gone ? Truth::kYes : Truth::kUnknown,
                     .observed = subject.observed(),
                     .grace = kJoin,
                     .why = fmt::format("RUNNING, but its consumer group {} is gone", name)})) {
    subject.derived.zombie = Truth::kYes;
  }
}

}  // namespace klaxon::analysis
