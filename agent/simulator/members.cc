#include <fmt/format.h>

#include "agent/simulator/answers.h"
#include "agent/simulator/random.h"

namespace klaxon::simulator {
namespace {

Member MakeMember(const ClusterState& state, const Group& group, int index) {
  const uint64_t number = Scatter(state.seed + static_cast<uint64_t>(index), group.name);
  Member member;
  member.client_id = group.client_prefix.empty() ? fmt::format("{}-{}", group.name, index + 1)
                                                 : fmt::format("{}{}", group.client_prefix, index);
  member.id = fmt::format("{}-{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}", member.client_id,
                          number & 0xFFFFFFFFU, (number >> 32U) & 0xFFFFU, number >> 52U,
                          Mix(number) & 0xFFFU, Mix(number) >> 16U);
  member.host = fmt::format("/10.0.{}.{}", number % 8, 10 + (number >> 8U) % 200);
  return member;
}

}  // namespace

std::vector<Member> MembersOf(const ClusterState& state, const Group& group) {
  std::vector<Member> members;
  const size_t count = static_cast<size_t>(group.members);
  const size_t partitions = group.partitions.size();
  for (size_t index = 0; index < count; ++index) {
    members.push_back(MakeMember(state, group, static_cast<int>(index)));
    for (size_t at = index * partitions / count; at < (index + 1) * partitions / count; ++at) {
      members.back().assigned.push_back(&group.partitions[at]);
    }
  }
  return members;
}

}  // namespace klaxon::simulator
