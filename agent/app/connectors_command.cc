#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "agent/app/commands.h"
#include "agent/app/poll_once.h"
#include "agent/base/duration.h"
#include "agent/base/text.h"
#include "agent/recovery/ledger.h"
#include "agent/recovery/recovery.h"
#include "agent/state/database.h"
#include "exporters/api/documents.h"

namespace klaxon::app {
namespace {

/// What is called a ghost must have been seen twice: once may be a worker that comes or goes.
constexpr Duration kBetweenLooks = std::chrono::seconds{1};
constexpr size_t kLongestWhy = 300;

/// One line of the table: a connector.
struct Row {
  std::string connector{};
  std::string kind{};
  std::string state{};
  std::string tasks{};
  std::string lag{};
  std::string worker{};
  std::vector<std::string> why{};  ///< a line each
  /// What would be done about it, or what the running Klaxon did and decided last; a line each.
  std::vector<std::string> recovery{};
};

std::string WorkersOf(const ConnectorFacts& facts) {
  std::set<std::string> workers{facts.worker};
  for (const ConnectTaskFacts& task : facts.tasks) {
    workers.insert(task.worker);
  }
  workers.erase("");
  return Printable(fmt::format("{}", fmt::join(workers, ",")));
}

std::string RecoveryOf(const RecoveryDecision* decision) {
  std::string words = decision == nullptr ? "" : InWords(*decision);
  if (words.empty() || decision->failed.empty()) {
    return words;
  }
  return fmt::format("{}; {}", Name(decision->failure), words);
}

/// What a Klaxon that runs has written down, by Connect cluster and connector.
class JournalMemory {
 public:
  explicit JournalMemory(const AgentConfig& config) {
    if (config.state_directory.empty()) {
      return;
    }
    Result<std::unique_ptr<state::Database>> database =
        state::Database::OpenToRead(config.state_directory);
    if (database) {
      database_ = *std::move(database);
    } else {
      Complain(database.error());
    }
  }

  /// Of one Connect cluster; empty: nothing is known.
  std::map<std::string, recovery::LastKnown> Of(const Section& section) const {
    if (database_ == nullptr) {
      return {};
    }
    Result<std::map<std::string, recovery::LastKnown>> last =
        recovery::ReadLast(*database_, {.cluster = section.cluster, .connect = section.instance});
    if (!last) {
      Complain(last.error());
      return {};
    }
    return *std::move(last);
  }

 private:
  static void Complain(const Error& error) {
    fmt::print(stderr, "klaxon: what recovery did before is not known: {}\n", error.message());
  }

  std::unique_ptr<state::Database> database_{};
};

/// The memory of a Klaxon that runs goes before this command's own two looks.
std::vector<std::string> RecoveryLines(const recovery::LastKnown& last,
                                       const RecoveryDecision* decision, WallTime now) {
  const auto line = [&](const recovery::LogEntry& entry) {
    return fmt::format(
        "{} ago: {}", FormatAge(std::chrono::duration_cast<Duration>(now - entry.at)), entry.words);
  };
  std::vector<std::string> lines;
  if (last.restart) {
    lines.push_back(line(*last.restart));
  }
  if (last.decision) {
    lines.push_back("decided " + line(*last.decision));
  } else if (const std::string own = RecoveryOf(decision); !own.empty()) {
    lines.push_back(own);
  }
  for (std::string& each : lines) {
    each = Printable(each, kLongestWhy);
  }
  return lines;
}

Row RowOf(const ConnectorFacts& facts, const ConnectorDerived& derived) {
  Row row{.connector = Printable(facts.entity->name),
          .kind = Printable(facts.kind.empty() ? facts.type : facts.kind),
          .state = !facts.state.empty() ? Printable(facts.state)
                   : facts.untold       ? "unknown"
                                        : "no status",
          .tasks = TasksInWords(facts),
          .lag = derived.lag              ? fmt::format("{}", *derived.lag)
                 : facts.type == "source" ? "-"
                                          : "unknown",
          .worker = WorkersOf(facts)};
  if (facts.untold) {
    row.why.push_back("not told: " + Printable(facts.untold->message(), kLongestWhy));
  }
  for (const ConnectVerdict& verdict : derived.verdicts) {
    row.why.push_back(fmt::format("{}{}: {}", Name(verdict.fault),
                                  verdict.task < 0 ? "" : fmt::format(", task {}", verdict.task),
                                  Printable(verdict.why, kLongestWhy)));
  }
  return row;
}

bool Chosen(const ConnectorsOptions& options, const ConnectorFacts& facts,
            const ConnectorDerived& derived) {
  const bool named =
      options.connectors.empty() ||
      std::ranges::find(options.connectors, facts.entity->name) != options.connectors.end();
  return named && (!options.problems || facts.untold || !derived.verdicts.empty());
}

/// The lines of a Connect cluster's connectors, those in trouble first.
std::vector<Row> RowsOf(const ConnectPart& part, const ConnectorsOptions& options,
                        const JournalMemory& memory, WallTime now) {
  const std::map<std::string, recovery::LastKnown> last = memory.Of(part.section);
  std::vector<Row> rows;
  for (size_t i = 0; i < part.facts.connectors.size(); ++i) {
    if (Chosen(options, part.facts.connectors[i], part.derived.connectors[i])) {
      rows.push_back(RowOf(part.facts.connectors[i], part.derived.connectors[i]));
      const std::string& name = part.facts.connectors[i].entity->name;
      const auto known = last.find(name);
      if (!rows.back().why.empty()) {
        rows.back().recovery =
            RecoveryLines(known == last.end() ? recovery::LastKnown() : known->second,
                          DecisionFor(part.recovery, name), now);
      }
    }
  }
  std::ranges::stable_partition(rows, [](const Row& row) { return !row.why.empty(); });
  return rows;
}

void PrintWorkers(const ConnectPart& part) {
  const ConnectWorkersGroup& workers = part.derived.workers;
  if (part.facts.listed == nullptr) {
    fmt::print("{}: connectors not known", part.section.Title());
  } else {
    fmt::print("{}: {} connectors", part.section.Title(), part.facts.connectors.size());
  }
  if (workers.facts == nullptr) {
    fmt::print("; workers' group unknown: {}\n", Printable(workers.unknown, kLongestWhy));
    return;
  }
  fmt::print("; group {} is {}, {} workers\n", Printable(workers.entity->name),
             Printable(workers.state), workers.facts->members.size());
}

void Print(const std::vector<Row>& rows) {
  Row head{.connector = "CONNECTOR",
           .kind = "KIND",
           .state = "STATE",
           .tasks = "TASKS",
           .lag = "LAG",
           .worker = "WORKER"};
  size_t name = head.connector.size();
  size_t kind = head.kind.size();
  for (const Row& row : rows) {
    name = std::max(name, row.connector.size());
    kind = std::max(kind, row.kind.size());
  }
  const auto line = [&](const Row& row) {
    fmt::print("{:<{}}  {:<{}}  {:<10}  {:>5}  {:>10}  {}\n", row.connector, name, row.kind, kind,
               row.state, row.tasks, row.lag, row.worker);
    for (const std::string& why : row.why) {
      fmt::print("  ! {}\n", why);
    }
    for (const std::string& advice : row.recovery) {
      fmt::print("  > recovery: {}\n", advice);
    }
  };
  line(head);
  for (const Row& row : rows) {
    line(row);
  }
}

bool AnyProblem(const View& view, const ConnectorsOptions& options) {
  for (const ConnectPart& part : ConnectParts(view)) {
    for (size_t i = 0; i < part.facts.connectors.size(); ++i) {
      const ConnectorFacts& facts = part.facts.connectors[i];
      const ConnectorDerived& derived = part.derived.connectors[i];
      if (Chosen(options, facts, derived) && (facts.untold || !derived.verdicts.empty())) {
        return true;
      }
    }
  }
  return false;
}

/// What recovery would do, after two looks: a command that ends has no quiet start.
class Adviser {
 public:
  explicit Adviser(const AgentConfig& config) {
    for (const SourceRef& source : config.sources) {
      if (const recovery::Policy* policy = source->policy(); policy != nullptr) {
        recovery::Policy at_once = *policy;
        at_once.quiet_polls = 0;
        recoveries_.emplace(std::pair(source->place().cluster, source->place().instance),
                            recovery::Recovery(at_once));
      }
    }
  }

  /// Adds what it thinks to the view.
  void Advise(View& view) {
    std::vector<ViewPart> advice;
    for (const ConnectPart& part : ConnectParts(view)) {
      const auto found = recoveries_.find({part.section.cluster, part.section.instance});
      if (found != recoveries_.end()) {
        Section section{.cluster = part.section.cluster,
                        .collector = "recovery",
                        .instance = part.section.instance,
                        .facts = found->second.Step(view, part)};
        advice.push_back({.section = std::make_shared<const Section>(std::move(section))});
      }
    }
    std::ranges::move(advice, std::back_inserter(view.parts));
  }

 private:
  std::map<std::pair<std::string, std::string>, recovery::Recovery> recoveries_{};
};

}  // namespace

ExitCode Connectors(const RunOptions& options, const ConnectorsOptions& chosen) {
  const std::optional<AgentConfig> config = ConfigOrComplaint(options);
  if (!config) {
    return kUsage;
  }
  const auto wanted = [](const Source& source) {
    return source.place().collector == "kafka" || source.place().collector == "connect";
  };
  Onlooker onlooker(*config);
  Adviser adviser(*config);
  View view = onlooker.Look(wanted);
  adviser.Advise(view);
  onlooker.Rest(kBetweenLooks);
  view = onlooker.Look(wanted);
  const bool whole = PrintProblems(view);
  adviser.Advise(view);
  const std::vector<ConnectPart> parts = ConnectParts(view);
  if (std::ranges::none_of(parts, [](const auto& part) { return part.facts.listed != nullptr; })) {
    fmt::print(stderr, "klaxon: no Connect cluster has answered; is one configured (--connect)?\n");
    return kFailed;
  }
  if (chosen.json) {
    fmt::print("{}", api::ConnectorsDocument(view, view.now, {}));
  } else {
    const JournalMemory memory(*config);
    for (const ConnectPart& part : parts) {
      PrintWorkers(part);
      Print(RowsOf(part, chosen, memory, view.now.wall));
    }
  }
  return whole && !AnyProblem(view, chosen) ? kOk : kFailed;
}

}  // namespace klaxon::app
