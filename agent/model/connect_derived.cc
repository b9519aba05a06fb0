#include "agent/model/connect_derived.h"

#include <cstdlib>

namespace klaxon {

std::string_view Name(ConnectFault fault) {
  switch (fault) {
    case ConnectFault::kFailed:
      return "failed";
    case ConnectFault::kNoStatus:
      return "no_status";
    case ConnectFault::kGhost:
      return "ghost";
    case ConnectFault::kZeroTasks:
      return "zero_tasks";
    case ConnectFault::kStuckUnassigned:
      return "stuck_unassigned";
    case ConnectFault::kStuckRestarting:
      return "stuck_restarting";
    case ConnectFault::kZombie:
      return "zombie";
    case ConnectFault::kDisagreement:
      return "disagreement";
    case ConnectFault::kDeadLetters:
      return "dead_letters";
    case ConnectFault::kFlapping:
      return "flapping";
  }
  std::abort();
}

std::string WorkerIdOf(std::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme != std::string_view::npos) {
    url.remove_prefix(scheme + 3);
  }
  const std::string_view authority = url.substr(0, url.find('/'));
  const size_t user = authority.rfind('@');
  return std::string(user == std::string_view::npos ? authority : authority.substr(user + 1));
}

ConnectLoad LoadOf(const ConnectMemberFacts& member) {
  ConnectLoad load;
  for (const ConnectWork& work : member.carries) {
    load.connectors += work.instance ? 1U : 0U;
    load.tasks += work.tasks.size();
  }
  return load;
}

}  // namespace klaxon
