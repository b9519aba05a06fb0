#include "collectors/kafka/group_stage.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "agent/kafka/wire/messages/describe_groups.h"
#include "agent/kafka/wire/messages/find_coordinator.h"
#include "agent/kafka/wire/messages/offset_fetch.h"
#include "collectors/kafka/group_answers.h"

namespace klaxon::kafka_collector {
namespace {

using wire::DescribeGroupsRequest;
using wire::DescribeGroupsResponse;
using wire::FindCoordinatorRequest;
using wire::FindCoordinatorResponse;
using wire::OffsetFetchRequest;
using wire::OffsetFetchResponse;

using GroupList = std::vector<GroupWork*>;  // by name

/// Calls, each with the groups it asks for.
template <class Request>
struct Batches {
  Calls<Request> calls{};
  std::vector<GroupList> groups{};  ///< parallel to calls
};

/// Cuts the list into pieces and makes a request of each.
template <class Request, class Make>
void AddBatches(Batches<Request>& batches, int32_t broker, const GroupList& list, size_t size,
                Make make) {
  for (size_t begin = 0; begin < list.size(); begin += size) {
    const size_t end = std::min(list.size(), begin + size);
    GroupList part(list.begin() + static_cast<std::ptrdiff_t>(begin),
                   list.begin() + static_cast<std::ptrdiff_t>(end));
    Add(batches.calls, broker, make(part));
    batches.groups.push_back(std::move(part));
  }
}

DescribeGroupsRequest AskDescription(const GroupList& groups) {
  DescribeGroupsRequest request;
  for (const GroupWork* group : groups) {
    request.groups.push_back(group->facts.entity->name);
  }
  return request;
}

OffsetFetchRequest AskCommits(const GroupList& groups) {
  OffsetFetchRequest request;
  request.groups.clear();
  for (const GroupWork* group : groups) {
    request.groups.push_back({.id = group->facts.entity->name});
  }
  return request;
}

/// Brokers answer in an order of their own.
GroupWork* Find(const GroupList& groups, std::string_view name) {
  const auto found = std::lower_bound(
      groups.begin(), groups.end(), name,
      [](const GroupWork* group, std::string_view b) { return group->facts.entity->name < b; });
  return found != groups.end() && (*found)->facts.entity->name == name ? *found : nullptr;
}

Error LeftOut(int32_t broker) {
  return {Reason::kBadAnswer, BrokerName(broker) + " left the group out of its answer"};
}

/// How the groups of an answer are taken: `told` marks those that the answer held, `carry` keeps
/// what was known of the others.
template <class Part>
struct Taking {
  bool GroupWork::* told = nullptr;
  void (*take)(Round&, GroupWork&, Part&&, const AnswerRef&) = nullptr;
  void (*carry)(Round&, GroupWork&, const Error&) = nullptr;
};

template <class Part>
void TakeAnswer(Round& round, const GroupList& groups, std::vector<Part>& parts,
                const AnswerRef& answer, const Taking<Part>& taking) {
  for (GroupWork* group : groups) {
    group->*taking.told = false;
  }
  // Old versions ask for one group, and the answer does not name it.
  const bool unnamed = groups.size() == 1 && parts.size() == 1 && parts[0].id.empty();
  for (Part& part : parts) {
    if (GroupWork* group = unnamed ? groups[0] : Find(groups, part.id)) {
      group->*taking.told = true;
      taking.take(round, *group, std::move(part), answer);
    }
  }
}

template <class Request, class Part>
void TakeAll(Round& round, Batches<Request>& batches, const Taking<Part>& taking) {
  for (size_t i = 0; i < batches.calls.size(); ++i) {
    auto& call = *batches.calls[i];
    const GroupList& groups = batches.groups[i];
    Error missing = LeftOut(call.broker());
    if (call.response()) {
      TakeAnswer(round, groups, call.response()->groups, round.AnswerTo(call), taking);
    } else {
      missing = call.response().error();
      round.BrokerFailed(call.broker(), missing);
    }
    for (GroupWork* group : groups) {
      if (!call.response() || !(group->*taking.told)) {
        taking.carry(round, *group, missing);
      }
    }
  }
}

/// How many groups one OffsetFetch to this broker may ask for.
size_t FetchSize(Round& round, int32_t broker) {
  const std::optional<int16_t> version =
      round.client().VersionAt(broker, wire::ApiKey::kOffsetFetch, OffsetFetchRequest::kVersions);
  return version && *version < OffsetFetchRequest::kManyGroupsSince ? 1 : kGroupsPerRequest;
}

void AskCoordinators(Round& round, const GroupList& groups) {
  std::map<int32_t, GroupList> to_describe;
  std::map<int32_t, GroupList> to_fetch;
  for (GroupWork* group : groups) {
    group->moved = false;
    const GroupFacts& facts = group->facts;
    if (facts.kind == GroupKind::kClassic) {
      to_describe[facts.coordinator].push_back(group);
    }
    if (facts.kind != GroupKind::kShare) {  // share groups commit nothing
      to_fetch[facts.coordinator].push_back(group);
    }
  }
  Batches<DescribeGroupsRequest> describe;
  for (const auto& [broker, list] : to_describe) {
    AddBatches(describe, broker, list, kGroupsPerRequest, AskDescription);
  }
  Batches<OffsetFetchRequest> fetch;
  for (const auto& [broker, list] : to_fetch) {
    AddBatches(fetch, broker, list, FetchSize(round, broker), AskCommits);
  }
  round.Exchange(describe.calls, fetch.calls);
  TakeAll(round, describe,
          Taking<DescribeGroupsResponse::Group>{
              .told = &GroupWork::described, .take = TakeDescription, .carry = CarryDescription});
  TakeAll(round, fetch,
          Taking<OffsetFetchResponse::Group>{
              .told = &GroupWork::fetched, .take = TakeCommits, .carry = CarryCommits});
}

FindCoordinatorRequest AskWhere(const GroupList& groups) {
  FindCoordinatorRequest request;
  request.keys.clear();
  for (const GroupWork* group : groups) {
    request.keys.push_back(group->facts.entity->name);
  }
  return request;
}

/// Adds to `relocated` the groups of `asked` that are coordinated elsewhere than we thought.
void TakeCoordinators(const GroupList& asked, bool named, const FindCoordinatorResponse& response,
                      GroupList& relocated) {
  for (const auto& found : response.coordinators) {
    GroupWork* group = named ? Find(asked, found.key) : asked[0];
    if (group != nullptr && found.error_code == wire::ErrorCode::kNone && found.node_id >= 0 &&
        found.node_id != group->facts.coordinator) {
      group->facts.coordinator = found.node_id;
      relocated.push_back(group);
    }
  }
}

/// Learns where the groups are coordinated now. Returns those for which that is another broker.
GroupList Relocate(Round& round, const GroupList& groups) {
  const std::optional<int16_t> version = round.client().VersionAt(
      kafka::kAnyBroker, wire::ApiKey::kFindCoordinator, FindCoordinatorRequest::kVersions);
  const bool many = !version || *version >= FindCoordinatorRequest::kManyKeysSince;
  Batches<FindCoordinatorRequest> batches;
  AddBatches(batches, kafka::kAnyBroker, groups, many ? kGroupsPerRequest : 1, AskWhere);
  round.Exchange(batches.calls);
  GroupList relocated;
  for (size_t i = 0; i < batches.calls.size(); ++i) {
    if (const auto& response = batches.calls[i]->response()) {
      TakeCoordinators(batches.groups[i], many, *response, relocated);
    }
  }
  std::sort(relocated.begin(), relocated.end(), [](const GroupWork* a, const GroupWork* b) {
    return a->facts.entity->name < b->facts.entity->name;
  });
  return relocated;
}

GroupList Moved(const GroupList& groups) {
  GroupList moved;
  std::copy_if(groups.begin(), groups.end(), std::back_inserter(moved),
               [](const GroupWork* group) { return group->moved; });
  return moved;
}

}  // namespace

void ReadGroups(Round& round, std::vector<GroupWork>& groups) {
  GroupList asked;
  for (GroupWork& group : groups) {
    if (group.ask) {
      asked.push_back(&group);
    }
  }
  AskCoordinators(round, asked);
  if (const GroupList moved = Moved(asked); !moved.empty()) {
    AskCoordinators(round, Relocate(round, moved));
  }
  for (GroupWork* group : Moved(asked)) {
    const Error error = ErrorOf(wire::ErrorCode::kNotCoordinator, group->facts.coordinator);
    round.AddGroupProblem(group->facts.entity->name, error);
    CarryDescription(round, *group, error);
    CarryCommits(round, *group, error);
  }
  for (GroupWork* group : asked) {
    JudgeKind(*group);
  }
}

}  // namespace klaxon::kafka_collector
