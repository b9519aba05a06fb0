#include "collectors/kafka/gone_groups.h"

#include <map>
#include <string_view>
#include <utility>

#include "agent/kafka/wire/messages/describe_groups.h"
#include "collectors/kafka/group_stage.h"

namespace klaxon::kafka_collector {
namespace {

using wire::DescribeGroupsRequest;
using wire::DescribeGroupsResponse;
using wire::ErrorCode;

using ByName = std::map<std::string_view, Suspect*>;

/// Whether it was doubtful in the poll before, too.
bool WasCarried(const GroupFacts& group) {
  return group.listed != nullptr && group.listed->error.has_value();
}

std::optional<Error> DoubtOf(const DescribeGroupsResponse::Group& told, const Suspect& suspect) {
  const ErrorCode code = told.error_code;
  // Versions before 6 say "Dead" of a group that is not there.
  if (code == ErrorCode::kGroupIdNotFound || (code == ErrorCode::kNone && told.state == "Dead")) {
    return std::nullopt;
  }
  if (code == ErrorCode::kNone) {
    return Error(Reason::kRefused,
                 BrokerName(suspect.coordinator) + " does not list the group, but describes it");
  }
  // Whoever coordinates it now had a whole poll's time to list it.
  if (code == ErrorCode::kNotCoordinator && WasCarried(*suspect.group)) {
    return std::nullopt;
  }
  return ErrorOf(code, suspect.coordinator);
}

void TakeAnswer(const kafka::CallOf<DescribeGroupsRequest>& call, const ByName& asked) {
  if (!call.response()) {
    return;
  }
  for (const DescribeGroupsResponse::Group& told : call.response()->groups) {
    if (const auto found = asked.find(told.id); found != asked.end()) {
      found->second->doubt = DoubtOf(told, *found->second);
    }
  }
}

}  // namespace

void ConfirmGone(Round& round, std::vector<Suspect>& suspects) {
  std::map<int32_t, DescribeGroupsRequest> open;
  Calls<DescribeGroupsRequest> calls;
  ByName asked;
  for (Suspect& suspect : suspects) {
    suspect.doubt = Error(Reason::kRefused, "its coordinator did not say whether it is gone");
    DescribeGroupsRequest& request = open[suspect.coordinator];
    request.groups.push_back(suspect.group->entity->name);
    asked.emplace(suspect.group->entity->name, &suspect);
    if (request.groups.size() == kGroupsPerRequest) {
      Add(calls, suspect.coordinator, std::exchange(request, {}));
    }
  }
  for (auto& [coordinator, request] : open) {
    if (!request.groups.empty()) {
      Add(calls, coordinator, std::move(request));
    }
  }
  round.Exchange(calls);
  for (const auto& call : calls) {
    TakeAnswer(*call, asked);
  }
}

}  // namespace klaxon::kafka_collector
