#include "agent/analysis/registry_leader.h"

#include <algorithm>
#include <cctype>

namespace klaxon::analysis {
namespace {

/// "registry-1:8081" of "http://registry-1:8081/path".
std::string_view ServerIn(std::string_view url) {
  const size_t scheme = url.find("://");
  url.remove_prefix(scheme == std::string_view::npos ? 0 : scheme + 3);
  return url.substr(0, url.find('/'));
}

std::optional<size_t> NodeAt(const SchemaRegistryFacts& facts, std::string_view url) {
  const auto found = std::ranges::find_if(facts.nodes, [&](const RegistryNodeFacts& node) {
    return SameServer(node.entity->name, url);
  });
  return found == facts.nodes.end()
             ? std::nullopt
             : std::optional(static_cast<size_t>(found - facts.nodes.begin()));
}

bool HasNodeOf(const RegistryGroupFacts& group, const SchemaRegistryFacts& facts) {
  return std::ranges::any_of(group.members, [&](const RegistryMemberFacts& member) {
    return NodeAt(facts, member.url).has_value();
  });
}

}  // namespace

bool SameServer(std::string_view one, std::string_view two) {
  return !one.empty() && std::ranges::equal(ServerIn(one), ServerIn(two), [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) ==
           std::tolower(static_cast<unsigned char>(b));
  });
}

const GroupFacts* RegistryGroupOf(const SchemaRegistryFacts& facts, const KafkaFacts& kafka) {
  const GroupFacts* only = nullptr;
  size_t count = 0;
  for (const GroupFacts& group : kafka.groups) {
    if (group.registry == nullptr) {
      continue;
    }
    if (HasNodeOf(*group.registry, facts)) {
      return &group;
    }
    only = &group;
    ++count;
  }
  return count == 1 ? only : nullptr;
}

RegistryLeader RegistryLeaderOf(const GroupFacts& group, const SchemaRegistryFacts& facts) {
  const RegistryGroupFacts& told = *group.registry;
  RegistryLeader leader{.group = group.entity->name,
                        .url = told.leader_url,
                        .members = told.members.size(),
                        .same_address = told.error == 1};
  leader.node = told.leader_url.empty() ? std::nullopt : NodeAt(facts, told.leader_url);
  const auto member = std::ranges::find(told.members, told.leader, &RegistryMemberFacts::member_id);
  leader.eligible = member == told.members.end() || member->eligible;
  leader.settled = group.state == "Stable";
  return leader;
}

}  // namespace klaxon::analysis
