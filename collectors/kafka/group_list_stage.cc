#include "collectors/kafka/group_list_stage.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "agent/kafka/wire/messages/list_groups.h"
#include "collectors/kafka/coordinator.h"
#include "collectors/kafka/gone_groups.h"
#include "collectors/kafka/topic_index.h"

namespace klaxon::kafka_collector {
namespace {

using wire::ListGroupsRequest;

/// Why a broker gave no list; empty: it did.
using Silence = std::map<int32_t, std::optional<Error>>;

GroupWork ReadGroup(Round& round, wire::ListGroupsResponse::Group&& listed) {
  GroupWork group;
  group.facts.entity = round.memory().groups.Intern(listed.id);
  group.facts.protocol_type = std::move(listed.protocol_type);
  group.facts.state = std::move(listed.state);
  group.kind_told = !listed.type.empty();
  group.facts.kind = group.kind_told ? ReadGroupKind(listed.type) : GroupKind::kClassic;
  return group;
}

AnswerRef OldListOf(const KafkaFacts& old, int32_t broker) {
  for (size_t i = 0; i < old.brokers.size() && i < old.group_lists.size(); ++i) {
    if (old.brokers[i].id == broker) {
      return old.group_lists[i];
    }
  }
  return nullptr;
}

std::optional<Error> TakeList(Round& round, kafka::CallOf<ListGroupsRequest>& call,
                              std::vector<GroupWork>& groups) {
  if (!call.response()) {
    return call.response().error();
  }
  if (call.response()->error_code != wire::ErrorCode::kNone) {
    return ErrorOf(call.response()->error_code, call.broker());
  }
  const AnswerRef answer = round.AnswerTo(call);
  for (wire::ListGroupsResponse::Group& listed : call.response()->groups) {
    GroupWork& group = groups.emplace_back(ReadGroup(round, std::move(listed)));
    group.facts.coordinator = call.broker();
    group.facts.listed = answer;
  }
  round.facts().group_lists.push_back(answer);
  return std::nullopt;
}

/// Judges whether a group may be gone.
class Roll {
 public:
  Roll(const Round& round, const KafkaFacts& facts, const Silence& silence)
      : facts_(facts),
        silence_(silence),
        now_(OffsetsTopic(facts)),
        before_(OffsetsTopic(round.old())) {}

  /// Who can say by name whether the group is gone.
  int32_t Coordinator(const GroupFacts& group) const {
    if (now_ == nullptr) {
      return group.coordinator;
    }
    const int32_t number = CoordinatorPartition(group.entity->name, now_->partitions.size());
    const PartitionFacts* home = FindPartition(*now_, number);
    return home == nullptr ? group.coordinator : home->leader;
  }

  /// Why the group may still be there although nobody lists it; empty: nothing speaks for that.
  std::optional<Error> Doubt(const GroupFacts& group) const {
    if (facts_.proof == MetadataProof::kDoubtful || now_ == nullptr) {
      return AnySilence();
    }
    const int32_t number = CoordinatorPartition(group.entity->name, now_->partitions.size());
    const PartitionFacts* home = FindPartition(*now_, number);
    const PartitionFacts* home_before =
        before_ == nullptr ? nullptr : FindPartition(*before_, number);
    if (home == nullptr || home->leader < 0) {
      return Error(Reason::kRefused,
                   "no broker coordinates the group: " + Partition(number) + " has no leader");
    }
    const auto silence = silence_.find(home->leader);
    if (silence == silence_.end()) {
      return Error(Reason::kUnreachable, "the group's coordinator, " + BrokerName(home->leader) +
                                             ", is not among the brokers");
    }
    if (silence->second) {
      return silence->second;
    }
    if (home_before == nullptr || home_before->leader != home->leader ||
        home_before->leader_epoch != home->leader_epoch) {
      return Error(Reason::kRefused,
                   "the group's coordinator has just moved to " + BrokerName(home->leader));
    }
    return std::nullopt;
  }

 private:
  static const TopicFacts* OffsetsTopic(const KafkaFacts& facts) {
    const auto found = std::lower_bound(
        facts.topics.begin(), facts.topics.end(), kOffsetsTopic,
        [](const TopicFacts& topic, const char* name) { return topic.entity->name < name; });
    const bool there = found != facts.topics.end() && found->entity->name == kOffsetsTopic &&
                       !found->partitions.empty();
    return there ? &*found : nullptr;
  }

  static std::string Partition(int32_t number) {
    return std::string(kOffsetsTopic) + "-" + std::to_string(number);
  }

  std::optional<Error> AnySilence() const {
    for (const auto& [broker, error] : silence_) {
      if (error) {
        return error;
      }
    }
    if (facts_.proof == MetadataProof::kDoubtful) {
      return Error(Reason::kRefused, "who coordinates the group is not known now");
    }
    return std::nullopt;
  }

  const KafkaFacts& facts_;
  const Silence& silence_;
  const TopicFacts* now_;  // null: we cannot see it
  const TopicFacts* before_;
};

void SortByName(std::vector<GroupWork>& groups) {
  const auto less = [](const GroupWork& a, const GroupWork& b) {
    return a.facts.entity->name < b.facts.entity->name;
  };
  const auto same = [](const GroupWork& a, const GroupWork& b) {
    return a.facts.entity == b.facts.entity;
  };
  std::stable_sort(groups.begin(), groups.end(), less);
  groups.erase(std::unique(groups.begin(), groups.end(), same), groups.end());
}

/// Ties the listed groups to those of the poll before, and adds those that may still be there.
void AddMissing(Round& round, const Roll& roll, std::vector<GroupWork>& groups) {
  const size_t listed = groups.size();
  std::vector<Suspect> suspects;
  size_t next = 0;
  for (const GroupFacts& old : round.old().groups) {
    const std::string& name = old.entity->name;
    while (next < listed && groups[next].facts.entity->name < name) {
      ++next;
    }
    if (next < listed && groups[next].facts.entity->name == name) {
      groups[next].old = &old;
    } else if (const std::optional<Error> doubt = roll.Doubt(old)) {
      groups.push_back(CarriedGroup(round, old, *doubt));
    } else {
      suspects.push_back({.group = &old, .coordinator = roll.Coordinator(old)});
    }
  }
  ConfirmGone(round, suspects);
  for (const Suspect& suspect : suspects) {
    if (suspect.doubt) {
      groups.push_back(CarriedGroup(round, *suspect.group, *suspect.doubt));
    }
  }
}

}  // namespace

std::vector<GroupWork> ListGroups(Round& round) {
  Calls<ListGroupsRequest> calls;
  for (const BrokerFacts& broker : round.facts().brokers) {
    Add(calls, broker.id, ListGroupsRequest{});
  }
  round.Exchange(calls);
  std::vector<GroupWork> groups;
  Silence silence;
  for (const auto& call : calls) {
    std::optional<Error>& error = silence[call->broker()];
    error = TakeList(round, *call, groups);
    if (error) {
      round.BrokerFailed(call->broker(), *error);
      round.facts().group_lists.push_back(
          round.answers().Carry(OldListOf(round.old(), call->broker()), *error));
    }
  }
  SortByName(groups);
  AddMissing(round, Roll(round, round.facts(), silence), groups);
  SortByName(groups);
  return groups;
}

}  // namespace klaxon::kafka_collector
