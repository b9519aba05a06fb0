#include "collectors/kafka/permissions.h"

#include <fmt/format.h>

#include "agent/kafka/permissions.h"

namespace klaxon::kafka_collector {
namespace {

using kafka::Permission;
using kafka::PermissionQuestions;

constexpr Duration kCadence = std::chrono::minutes{1};

/// What of it a poll cannot show, and says so: what is missing from a list leaves no other trace.
/// (What is refused one by one, each group says for itself.)
std::vector<Problem> ProblemsOf(const PermissionQuestions& questions) {
  std::vector<Problem> problems;
  if (questions.Held(Permission::kDescribeTopics) == false) {
    problems.push_back(
        {.scope = "permissions: topics",
         .error = Error(Reason::kUnauthorized, fmt::format("{}; to see all of them grant {}",
                                                           Loss(Permission::kDescribeTopics),
                                                           Name(Permission::kDescribeTopics)))});
  }
  // Whoever may describe the cluster gets every group listed.
  if (questions.Held(Permission::kDescribeCluster) == false &&
      questions.Held(Permission::kDescribeGroups) == false) {
    problems.push_back(
        {.scope = "permissions: groups",
         .error = Error(
             Reason::kUnauthorized,
             fmt::format("groups that we may not describe are missing without a trace; "
                         "to see all of them grant {} and {}",
                         Name(Permission::kDescribeCluster), Name(Permission::kDescribeGroups)))});
  }
  return problems;
}

void Ask(Round& round) {
  PermissionQuestions questions;
  round.Exchange(questions.calls());
  if (questions.answered()) {  // else what was known stays, and the next poll asks again
    round.memory().permissions_read_at = round.Now().mono;
    round.memory().permissions = ProblemsOf(questions);
  }
}

/// Whether a list has become shorter, or longer while we know that something is left out.
bool MayHaveChanged(Round& round) {
  const KafkaFacts& now = round.facts();
  const KafkaFacts& before = round.old();
  return round.memory().permissions.empty()
             ? now.topics.size() < before.topics.size() || now.groups.size() < before.groups.size()
             : now.topics.size() > before.topics.size() || now.groups.size() > before.groups.size();
}

}  // namespace

void ReadPermissions(Round& round) {
  const std::optional<MonoTime>& read_at = round.memory().permissions_read_at;
  if (!read_at || round.Now().mono - *read_at >= kCadence || MayHaveChanged(round)) {
    Ask(round);
  }
  for (const Problem& problem : round.memory().permissions) {
    round.AddProblem(problem.scope, problem.error);
  }
}

}  // namespace klaxon::kafka_collector
