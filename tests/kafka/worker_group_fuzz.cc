// Hostile bytes in what the members of a worker group leave with their coordinator. The first byte
// chooses Connect or a registry, the second where metadata ends and assignment begins.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "agent/kafka/worker_group.h"

namespace klaxon::kafka {
namespace {

/// What is kept of a group must be bounded by what was sent.
constexpr size_t kPerByte = 8;
constexpr size_t kFree = 1'000;

size_t Kept(const ConnectGroupFacts& facts) {
  size_t items = 0;
  for (const ConnectMemberFacts& member : facts.members) {
    for (const auto* works : {&member.carries, &member.revoked}) {
      for (const ConnectWork& work : *works) {
        items += 1 + work.connector.size() + work.tasks.size();
        if (!std::ranges::is_sorted(work.tasks)) {
          std::abort();
        }
      }
    }
  }
  return items;
}

void One(std::string_view bytes) {
  if (bytes.size() < 2) {
    return;
  }
  const bool connect = bytes[0] % 2 == 0;
  const std::string_view body = bytes.substr(2);
  const size_t middle = std::min(body.size(), size_t{static_cast<uint8_t>(bytes[1])});
  wire::DescribeGroupsResponse::Group group;
  group.members.push_back({.metadata = {std::string(body.substr(0, middle))},
                           .assignment = {std::string(body.substr(middle))}});
  if (connect) {
    if (Kept(ReadConnectGroup(group)) > kFree + kPerByte * bytes.size()) {
      std::abort();
    }
  } else if (ReadRegistryGroup(group).members.size() != 1) {
    std::abort();
  }
}

}  // namespace
}  // namespace klaxon::kafka

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  klaxon::kafka::One({reinterpret_cast<const char*>(data), size});
  return 0;
}
