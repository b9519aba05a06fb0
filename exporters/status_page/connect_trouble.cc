#include <cstdlib>

#include <fmt/format.h>

#include "agent/base/duration.h"
#include "agent/base/text.h"
#include "exporters/status_page/connect_section.h"
#include "exporters/status_page/html.h"

namespace klaxon::status_page {
namespace {

using Troubles = std::vector<Trouble>;

std::string Where(const ConnectPart& part) {
  return part.section.cluster + " / " + part.section.instance;
}

std::string TasksInWords(const std::vector<int32_t>& tasks) {
  std::string words = tasks.size() == 1 ? "task " : "tasks ";
  for (size_t i = 0; i < tasks.size(); ++i) {
    words += fmt::format("{}{}", i == 0 ? "" : ", ", tasks[i]);
  }
  return words;
}

Severity SeverityOf(ConnectFault fault) {
  const bool stands_still = fault != ConnectFault::kDisagreement &&
                            fault != ConnectFault::kDeadLetters && fault != ConnectFault::kFlapping;
  return stands_still ? Severity::kBroken : Severity::kAtRisk;
}

/// All verdicts of one fault, as one line: what it is, and the first one's reason.
struct Line {
  bool itself = false;
  std::vector<int32_t> tasks{};
  std::string why{};

  std::string What(std::string_view word) const {
    const std::string of_tasks =
        tasks.empty() ? "" : fmt::format("{} {}", TasksInWords(tasks), word);
    return fmt::format("{}{}{}", itself ? word : "", itself && !tasks.empty() ? ", " : "",
                       of_tasks);
  }
};

Line LineOf(const ConnectorDerived& derived, ConnectFault fault) {
  Line line;
  for (const ConnectVerdict& verdict : derived.verdicts) {
    if (verdict.fault != fault) {
      continue;
    }
    line.itself = line.itself || verdict.task < 0;
    if (verdict.task >= 0) {
      line.tasks.push_back(verdict.task);
    }
    line.why = line.why.empty() ? verdict.why : line.why;
  }
  return line;
}

void AddConnector(const ConnectPart& part, size_t index, Troubles& troubles) {
  const ConnectorFacts& connector = part.facts.connectors[index];
  const ConnectorDerived& derived = part.derived.connectors[index];
  for (size_t i = 0; i < derived.verdicts.size(); ++i) {
    const ConnectFault fault = derived.verdicts[i].fault;
    if (i > 0 && derived.verdicts[i - 1].fault == fault) {
      continue;
    }
    const Line line = LineOf(derived, fault);
    troubles.push_back(
        {.severity = SeverityOf(fault),
         .where = Where(part),
         .what = fmt::format("connector {}: {}", connector.entity->name, line.What(InWords(fault))),
         .why = line.why,
         .answer = StateAnswer(part.facts, connector)});
  }
}

void AddWorkers(const ConnectPart& part, const Instant& now, Troubles& troubles) {
  for (const ConnectWorkerFacts& worker : part.facts.workers) {
    if (worker.health == ConnectHealth::kUnhealthy && IsFresh(worker.health_told, now)) {
      troubles.push_back({.severity = Severity::kAtRisk,
                          .where = Where(part),
                          .what = fmt::format("worker {} is stuck", worker.entity->name),
                          .why = worker.health_words,
                          .answer = worker.health_told});
    }
  }
}

void AddGroup(const ConnectPart& part, const Instant& now, Troubles& troubles) {
  const ConnectWorkersGroup& workers = part.derived.workers;
  if (workers.facts == nullptr || !IsFresh(workers.described, now)) {
    return;
  }
  const std::string name = fmt::format("group {}", workers.entity->name);
  if (workers.facts->members.empty()) {
    troubles.push_back({.severity = Severity::kBroken,
                        .where = Where(part),
                        .what = name + " has no workers",
                        .why = "nothing of this Connect cluster runs",
                        .answer = workers.described});
  }
  if (workers.facts->delay > Duration{}) {
    troubles.push_back(
        {.severity = Severity::kAtRisk,
         .where = Where(part),
         .what = name + " lost a worker",
         .why = fmt::format("its work is kept for it for {} in all, then dealt out anew",
                            FormatDuration(workers.facts->delay)),
         .answer = workers.described});
  }
}

/// Somebody counts on its restarting what fails.
void AddHindrance(const ConnectPart& part, Troubles& troubles) {
  if (part.recovery != nullptr && !part.recovery->hindrance.empty()) {
    troubles.push_back({.severity = Severity::kAtRisk,
                        .where = Where(part),
                        .what = "recovery may act, and only observes",
                        .why = part.recovery->hindrance,
                        .answer = part.recovery->planned});
  }
  if (part.recovery == nullptr) {
    return;
  }
  for (const RecoveryPause& pause : part.recovery->pauses) {
    troubles.push_back({.severity = Severity::kAtRisk,
                        .where = Where(part),
                        .what = fmt::format(
                            "recovery of {} is paused by {}",
                            pause.connector.empty() ? "all connectors" : Printable(pause.connector),
                            Printable(pause.who)),
                        .why = pause.why,
                        .answer = part.recovery->planned});
  }
}

}  // namespace

std::string_view InWords(ConnectFault fault) {
  switch (fault) {
    case ConnectFault::kFailed:
      return "FAILED";
    case ConnectFault::kNoStatus:
      return "without a status";
    case ConnectFault::kGhost:
      return "on a lost worker";
    case ConnectFault::kZeroTasks:
      return "without tasks";
    case ConnectFault::kStuckUnassigned:
      return "on no worker";
    case ConnectFault::kStuckRestarting:
      return "stuck in a restart";
    case ConnectFault::kZombie:
      return "RUNNING, but no data moves";
    case ConnectFault::kDisagreement:
      return "told differently by workers";
    case ConnectFault::kDeadLetters:
      return "dead letters";
    case ConnectFault::kFlapping:
      return "fails again and again";
  }
  std::abort();
}

std::vector<Trouble> ConnectTroubles(const ConnectPart& part, const Instant& now) {
  Troubles troubles;
  AddHindrance(part, troubles);
  AddGroup(part, now, troubles);
  AddWorkers(part, now, troubles);
  if (IsFresh(part.facts.listed, now)) {
    for (size_t i = 0; i < part.facts.connectors.size(); ++i) {
      AddConnector(part, i, troubles);
    }
  }
  return troubles;
}

}  // namespace klaxon::status_page
