#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "agent/base/text.h"
#include "agent/kafka/wire/decoder.h"
#include "agent/kafka/worker_group.h"

namespace klaxon::kafka {
namespace {

using wire::Decoder;
using wire::DescribeGroupsResponse;

constexpr int16_t kNoVersion = 0;
constexpr int16_t kNewest = 2;
constexpr int32_t kInstance = -1;  // CONNECTOR_TASK: the connector itself
constexpr int16_t kConfigMismatch = 1;
constexpr size_t kLongestText = 1024;

struct Work {
  std::string connector{};
  std::vector<int32_t> tasks{};

  static void Fields(auto& self, auto& io) { io(self.connector, self.tasks); }
};

/// What a worker tells when it joins.
struct WorkerState {
  int16_t version = 0;
  std::string url{};
  int64_t config_offset = -1;
  wire::Bytes allocation{};  ///< since version 1: what it carries, written as an assignment
};

/// What the leader decided for a worker. Since version 1 it holds differences only: what is carried
/// further is not in it (measured on 4.3.1).
struct Assignment {
  int16_t version = 0;
  int16_t error = 0;
  std::string leader{};
  std::string leader_url{};
  int64_t config_offset = -1;
  std::vector<Work> assigned{};
  std::vector<Work> revoked{};
  int32_t delay_ms = 0;
};

/// Empty if the bytes are what they should be.
std::string Read(const wire::Bytes& bytes, WorkerState& state) {
  Decoder decoder(bytes.data, kNoVersion, false);
  decoder(state.version, state.url, state.config_offset);
  if (state.version > 0 && decoder.left() > 0) {
    decoder(state.allocation);
  }
  return decoder.failure();
}

/// Version 0 ends after what is assigned, and writers may leave out what is empty at the end.
std::string Read(const wire::Bytes& bytes, Assignment& assignment) {
  Decoder decoder(bytes.data, kNoVersion, false);
  decoder(assignment.version);
  if (!decoder.failed() && (assignment.version < 0 || assignment.version > kNewest)) {
    return fmt::format("version {}, known are 0 to {}", assignment.version, kNewest);
  }
  decoder(assignment.error, assignment.leader, assignment.leader_url, assignment.config_offset,
          assignment.assigned);
  if (decoder.left() > 0) {
    decoder(assignment.revoked);
  }
  if (decoder.left() > 0) {
    decoder(assignment.delay_ms);
  }
  if (!decoder.failed() && decoder.left() > 0) {
    return fmt::format("{} bytes too many", decoder.left());
  }
  return decoder.failure();
}

using Load = std::map<std::string, std::set<int32_t>>;

void Add(const std::vector<Work>& works, Load& load) {
  for (const Work& work : works) {
    load[work.connector].insert(work.tasks.begin(), work.tasks.end());
  }
}

void Remove(const std::vector<Work>& works, Load& load) {
  for (const Work& work : works) {
    const auto found = load.find(work.connector);
    if (found == load.end()) {
      continue;
    }
    for (const int32_t task : work.tasks) {
      found->second.erase(task);
    }
    if (found->second.empty()) {
      load.erase(found);
    }
  }
}

std::vector<ConnectWork> Listed(const Load& load) {
  std::vector<ConnectWork> works;
  works.reserve(load.size());
  for (const auto& [connector, tasks] : load) {
    ConnectWork& work = works.emplace_back(ConnectWork{.connector = connector});
    work.instance = tasks.contains(kInstance);
    for (const int32_t task : tasks) {
      if (task >= 0) {
        work.tasks.push_back(task);
      }
    }
  }
  return works;
}

/// What one member left with the coordinator, taken into its facts and the group's.
class MemberReader {
 public:
  MemberReader(const DescribeGroupsResponse::Member& member, ConnectGroupFacts& group)
      : member_(member), group_(group) {}

  ConnectMemberFacts Read() {
    ConnectMemberFacts facts{.member_id = member_.member_id,
                             .client_host = Printable(member_.client_host)};
    Load load;
    ReadState(facts, load);
    ReadAssignment(facts, load);
    if (!member_.metadata.data.empty()) {  // else the half of it that is carried on is missing
      facts.carries = Listed(load);
    }
    return facts;
  }

 private:
  void ReadState(ConnectMemberFacts& facts, Load& load) {
    WorkerState state;
    if (member_.metadata.data.empty() || !Understood("metadata", member_.metadata, state)) {
      return;
    }
    facts.url = Printable(state.url, kLongestText);
    facts.config_offset = state.config_offset;
    Assignment carried;
    if (!state.allocation.data.empty() && Understood("allocation", state.allocation, carried)) {
      Add(carried.assigned, load);
    }
  }

  void ReadAssignment(ConnectMemberFacts& facts, Load& load) {
    Assignment assignment;
    if (member_.assignment.data.empty() ||
        !Understood("assignment", member_.assignment, assignment)) {
      return;
    }
    Remove(assignment.revoked, load);
    Add(assignment.assigned, load);
    Load revoked;
    Add(assignment.revoked, revoked);
    facts.revoked = Listed(revoked);
    group_.leader = Printable(assignment.leader, kLongestText);
    group_.leader_url = Printable(assignment.leader_url, kLongestText);
    group_.config_mismatch = group_.config_mismatch || assignment.error == kConfigMismatch;
    const auto delay = std::chrono::milliseconds(std::max(assignment.delay_ms, 0));
    group_.delay = std::max(group_.delay, Duration(delay));
  }

  template <class Message>
  bool Understood(std::string_view what, const wire::Bytes& bytes, Message& message) {
    const std::string failure = kafka::Read(bytes, message);
    if (!failure.empty()) {
      group_.misread =
          fmt::format("{} of member {}: {}", what, Printable(member_.client_id), failure);
    }
    return failure.empty();
  }

  const DescribeGroupsResponse::Member& member_;
  ConnectGroupFacts& group_;
};

}  // namespace

ConnectGroupFacts ReadConnectGroup(const DescribeGroupsResponse::Group& group) {
  ConnectGroupFacts facts{.protocol = Printable(group.protocol)};
  facts.members.reserve(group.members.size());
  for (const DescribeGroupsResponse::Member& member : group.members) {
    facts.members.push_back(MemberReader(member, facts).Read());
  }
  std::ranges::stable_sort(facts.members, {}, &ConnectMemberFacts::url);
  return facts;
}

}  // namespace klaxon::kafka
