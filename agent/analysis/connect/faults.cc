#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "agent/analysis/connect/case.h"
#include "agent/base/duration.h"

namespace klaxon::analysis {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr Duration kSettle = seconds{30};     // of what usually passes within seconds
constexpr Duration kRestart = seconds{90};    // Connect's own limit of a REST request
constexpr Duration kRebalance = minutes{2};   // twice the workers' rebalance.timeout.ms
constexpr Duration kBlindDelay = minutes{6};  // scheduled.rebalance.max.delay.ms is 5 by default
constexpr Duration kDisagree = minutes{2};    // status is only in the end the same everywhere
constexpr size_t kFlaps = 3;
constexpr std::string_view kMirror = "org.apache.kafka.connect.mirror.Mirror";

/// The connector itself or one of its tasks.
struct Item {
  int32_t task = -1;
  const std::string& state;
  const std::string& worker;
  const std::string& cause;
  const ConnectStateAge& age;
};

bool ClaimsToRun(const std::string& state) {
  return state == "RUNNING" || state == "PAUSED" || state == "RESTARTING";
}

/// The older of the answers of REST and of the group.
Instant Both(const ConnectCase& subject) {
  const Instant& listed = subject.observed();
  const AnswerRef& described = subject.ground.workers.described;
  return described != nullptr && described->taken_at.mono < listed.mono ? described->taken_at
                                                                        : listed;
}

void JudgeFailed(ConnectCase& subject, const Item& item) {
  const bool failed = item.state == "FAILED";
  if (subject.Weigh({.fault = ConnectFault::kFailed,
                     .task = item.task,
                     .truth = failed               ? Truth::kYes
                              : item.state.empty() ? Truth::kUnknown
                                                   : Truth::kNo,
                     .observed = item.age.since,
                     .why = item.cause.empty() ? "FAILED; Connect tells no cause" : item.cause})) {
    subject.derived.verdicts.back().since = item.age.since;
  }
}

Truth IsGhost(const ConnectCase& subject, const Item& item) {
  const ConnectGround& ground = subject.ground;
  if (!ClaimsToRun(item.state)) {
    return item.state.empty() ? Truth::kUnknown : Truth::kNo;
  }
  if (ground.workers.facts == nullptr || item.worker.empty()) {
    return Truth::kUnknown;
  }
  if (ground.alive.contains(item.worker)) {
    return Truth::kNo;
  }
  return ground.joining ? Truth::kUnknown : Truth::kYes;
}

Truth JudgeGhost(ConnectCase& subject, const Item& item) {
  const Truth truth = IsGhost(subject, item);
  const ConnectWorkersGroup& workers = subject.ground.workers;
  ConnectCondition condition{.fault = ConnectFault::kGhost,
                             .task = item.task,
                             .truth = truth,
                             .observed = Both(subject),
                             .grace = kTwoAnswers};
  if (truth == Truth::kYes) {
    condition.why =
        fmt::format("{} on {}, which is not among the {} workers of group {}", item.state,
                    item.worker, workers.facts->members.size(), workers.entity->name);
    if (workers.facts->delay > Duration{}) {
      condition.why += fmt::format("; its work waits up to {} for it to come back",
                                   FormatDuration(workers.facts->delay));
    }
  }
  const bool sure = subject.Weigh(condition);
  const Truth judged = truth != Truth::kYes || sure ? truth : Truth::kUnknown;
  subject.Tell(ConnectFault::kGhost, judged);
  return judged;
}

/// How long an item may stay without a worker, and what that is called.
struct Wait {
  Duration grace{};
  std::string why{};
};

Wait WaitOf(const ConnectCase& subject, const Item& item) {
  const ConnectWorkersGroup& workers = subject.ground.workers;
  const std::string state = item.state == "UNASSIGNED" ? "UNASSIGNED" : "carried by no worker";
  if (workers.facts == nullptr) {
    return {kBlindDelay, fmt::format("{}, and nobody took it over; {}", state, workers.unknown)};
  }
  if (workers.state != "Stable") {
    return {kRebalance,
            fmt::format("{} while group {} is {}", state, workers.entity->name, workers.state)};
  }
  if (workers.facts->delay > Duration{}) {
    return {workers.facts->delay + kSettle,
            fmt::format("{} for longer than the {} that lost work is kept for its worker", state,
                        FormatDuration(workers.facts->delay))};
  }
  return {kSettle, fmt::format("{} though group {} is Stable and nothing waits; a restart does not "
                               "help, a change of its configuration or of the workers does",
                               state, workers.entity->name)};
}

void JudgeUnassigned(ConnectCase& subject, const Item& item, Truth ghost) {
  const ConnectGround& ground = subject.ground;
  Truth truth = item.state.empty() || ghost == Truth::kYes ? Truth::kUnknown : Truth::kNo;
  if (item.state == "UNASSIGNED") {
    truth = Truth::kYes;
  } else if (ClaimsToRun(item.state) && ghost == Truth::kNo && ground.workers.Stable(ground.now)) {
    const bool carried = ground.carried.contains({subject.facts.entity->name, item.task});
    truth = carried ? Truth::kNo : Truth::kYes;
  }
  const Wait wait = WaitOf(subject, item);
  subject.Weigh({.fault = ConnectFault::kStuckUnassigned,
                 .task = item.task,
                 .truth = truth,
                 .observed = Both(subject),
                 .grace = wait.grace,
                 .why = wait.why});
}

void JudgeRestarting(ConnectCase& subject, const Item& item) {
  const bool restarting = item.state == "RESTARTING";
  subject.Weigh({.fault = ConnectFault::kStuckRestarting,
                 .task = item.task,
                 .truth = restarting           ? Truth::kYes
                          : item.state.empty() ? Truth::kUnknown
                                               : Truth::kNo,
                 .observed = subject.observed(),
                 .grace = kRestart,
                 .why = fmt::format("RESTARTING on {} for longer than a restart takes",
                                    item.worker.empty() ? "an unnamed worker" : item.worker)});
}

/// All that is asked of a connector and of each of its tasks alike; whether it is a ghost.
Truth JudgeItem(ConnectCase& subject, const Item& item) {
  JudgeFailed(subject, item);
  const Truth ghost = JudgeGhost(subject, item);
  JudgeUnassigned(subject, item, ghost);
  JudgeRestarting(subject, item);
  return ghost;
}

void JudgeNoStatus(ConnectCase& subject) {
  subject.Weigh({.fault = ConnectFault::kNoStatus,
                 .truth = subject.facts.state.empty() ? Truth::kYes : Truth::kNo,
                 .observed = subject.observed(),
                 .grace = kSettle,
                 .why = "it is configured, but Connect tells no status: its start hangs, or no "
                        "worker has taken it"});
}

/// MirrorMaker 2 has connectors that make no tasks when there is nothing for them to do.
bool MayHaveNoTasks(const ConnectorFacts& facts) {
  return facts.connector_class.starts_with(kMirror);
}

void JudgeZeroTasks(ConnectCase& subject) {
  const ConnectorFacts& facts = subject.facts;
  const bool meant = facts.state == "RUNNING" && facts.intent != ConnectIntent::kPaused &&
                     facts.intent != ConnectIntent::kStopped;
  const bool without = meant && facts.tasks.empty() && !MayHaveNoTasks(facts);
  subject.Weigh({.fault = ConnectFault::kZeroTasks,
                 .truth = facts.state.empty() ? Truth::kUnknown
                          : without           ? Truth::kYes
                                              : Truth::kNo,
                 .observed = subject.observed(),
                 .grace = kSettle,
                 .why = fmt::format("RUNNING without a task: it gave no task configurations, or "
                                    "making them fails, which only the log of {} tells",
                                    facts.worker.empty() ? "its worker" : facts.worker)});
}

std::string Told(const ConnectFacts& facts, const ConnectDisagreement& disagreement) {
  std::string words;
  for (size_t i = 0; i < disagreement.states.size() && i < facts.workers.size(); ++i) {
    const std::string& state = disagreement.states[i];
    words +=
        fmt::format("{}{} says {}", words.empty() ? "" : ", ",
                    WorkerIdOf(facts.workers[i].entity->name), state.empty() ? "nothing" : state);
  }
  return words;
}

void JudgeDisagreement(ConnectCase& subject) {
  const ConnectFacts& facts = subject.ground.facts;
  if (!IsFresh(facts.compared, subject.ground.now)) {
    if (facts.workers.size() > 1) {
      subject.Tell(ConnectFault::kDisagreement, Truth::kUnknown);
    }
    return;
  }
  subject.Tell(ConnectFault::kDisagreement, Truth::kNo);
  std::set<int32_t> disputed;
  for (const ConnectDisagreement& disagreement : facts.disagreements) {
    if (disagreement.connector->name == subject.facts.entity->name) {
      disputed.insert(disagreement.task);
      subject.Weigh({.fault = ConnectFault::kDisagreement,
                     .task = disagreement.task,
                     .truth = Truth::kYes,
                     .observed = facts.compared->taken_at,
                     .grace = kDisagree,
                     .why = Told(facts, disagreement)});
    }
  }
  std::erase_if(subject.history.held, [&](const auto& held) {
    return held.first.first == ConnectFault::kDisagreement && !disputed.contains(held.first.second);
  });
}

void JudgeFlapping(ConnectCase& subject) {
  const size_t failures = subject.history.failures.size();
  subject.Weigh({.fault = ConnectFault::kFlapping,
                 .truth = failures >= kFlaps ? Truth::kYes : Truth::kNo,
                 .observed = subject.observed(),
                 .why = fmt::format("failed {} times within an hour", failures)});
}

}  // namespace

void JudgeFaults(ConnectCase& subject) {
  const ConnectorFacts& facts = subject.facts;
  ConnectorDerived& derived = subject.derived;
  JudgeNoStatus(subject);
  derived.ghost = JudgeItem(subject, {.state = facts.state,
                                      .worker = facts.worker,
                                      .cause = facts.root_cause,
                                      .age = derived.age});
  for (size_t i = 0; i < facts.tasks.size(); ++i) {
    const ConnectTaskFacts& task = facts.tasks[i];
    derived.tasks[i].ghost = JudgeItem(subject, {.task = task.id,
                                                 .state = task.state,
                                                 .worker = task.worker,
                                                 .cause = task.root_cause,
                                                 .age = derived.tasks[i].age});
  }
  JudgeZeroTasks(subject);
  JudgeDisagreement(subject);
  JudgeFlapping(subject);
}

}  // namespace klaxon::analysis
