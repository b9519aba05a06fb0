#include "exporters/status_page/connect_section.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "agent/base/duration.h"
#include "agent/base/text.h"
#include "agent/model/connect_configs.h"
#include "exporters/status_page/html.h"
#include "exporters/status_page/links.h"

namespace klaxon::status_page {
namespace {

std::string_view KindOf(std::string_view state) {
  return state == "RUNNING"                        ? "good"
         : state == "FAILED"                       ? "bad"
         : state == "PAUSED" || state == "STOPPED" ? "plain"
                                                   : "warn";
}

/// One connector in the table.
struct Item {
  const ConnectorFacts& facts;
  const ConnectorDerived& derived;
  const AnswerRef& told;                       ///< of its state
  const RecoveryDecision* decision = nullptr;  ///< null: none was made
};

/// "3 RUNNING, 1 FAILED", each state as a badge.
std::string TaskStates(const ConnectorFacts& connector) {
  std::map<std::string, size_t> counts;
  for (const ConnectTaskFacts& task : connector.tasks) {
    ++counts[task.state];
  }
  std::string html;
  for (const auto& [state, count] : counts) {
    html += Badge(KindOf(state), fmt::format("{} {}", count, state)) + " ";
  }
  const std::optional<int32_t>& most = connector.config.tasks_max;
  if (most && static_cast<size_t>(*most) != connector.tasks.size()) {
    html += fmt::format(R"(<span class="quiet">{}tasks.max is {}</span>)",
                        connector.tasks.empty() ? "no tasks, " : "", *most);
  }
  return html.empty() ? R"(<span class="quiet">no tasks</span>)" : "<span>" + html + "</span>";
}

/// The topmost call in the connector's own code that a failure came through; empty: not known.
std::string FrameOf(const ConnectorFacts& facts, const ConnectVerdict& verdict) {
  const ConnectFailure* failure = facts.failure.get();
  for (const ConnectTaskFacts& task : facts.tasks) {
    failure = task.id == verdict.task ? task.failure.get() : failure;
  }
  const bool told = verdict.fault == ConnectFault::kFailed && failure != nullptr;
  return told && !failure->frame.empty() ? " at " + failure->frame : "";
}

/// Every verdict as a line, of a failure with the code it comes from.
std::string Verdicts(const Item& item) {
  std::string html;
  for (const ConnectVerdict& verdict : item.derived.verdicts) {
    const std::string who = verdict.task < 0 ? "" : fmt::format("task {} ", verdict.task);
    html += fmt::format("<div class=\"why\"><strong>{}{}</strong>: {}{}</div>", who,
                        InWords(verdict.fault), Escape(verdict.why),
                        Escape(FrameOf(item.facts, verdict)));
  }
  return html;
}

/// What would be done about it and what a person may do; the gates in the tooltip.
std::string RecoveryLine(const Item& item, const Instant& now) {
  const RecoveryDecision* decision = item.decision;
  if (decision == nullptr) {
    return "";
  }
  const std::string done =
      decision->last_restart ? Escape(InWords(*decision->last_restart, now)) : "";
  if (decision->action == RecoveryAction::kNothing) {
    return done.empty()
               ? ""
               : fmt::format("<div class=\"why quiet\"><strong>recovery</strong>: {}</div>", done);
  }
  std::string gates;
  for (const RecoveryGate& gate : decision->gates) {
    gates += fmt::format("{}{}: {}", gates.empty() ? "" : "; ", gate.name, gate.value);
  }
  const std::string kind =
      decision->failed.empty() ? "" : fmt::format("{}; ", Name(decision->failure));
  return fmt::format(
      "<div class=\"why\" title=\"{}\"><strong>recovery</strong>: {}{}{}{}</div>", Escape(gates),
      kind, Escape(InWords(*decision)), done.empty() ? "" : "; " + done,
      decision->way_out.empty()
          ? ""
          : fmt::format("; <span class=\"quiet\">{}</span>", Escape(decision->way_out)));
}

std::string Where(const ConnectorFacts& connector) {
  std::set<std::string> workers{connector.worker};
  for (const ConnectTaskFacts& task : connector.tasks) {
    workers.insert(task.worker);
  }
  workers.erase("");
  std::string words;
  for (const std::string& worker : workers) {
    words += (words.empty() ? "" : "<br>") + Escape(worker);
  }
  return words.empty() ? "\u2013" : words;
}

std::string DataCell(const Item& item, const Instant& now) {
  const ConnectorDerived& derived = item.derived;
  std::string html;
  if (derived.lag) {
    html = fmt::format("{} behind ", Grouped(*derived.lag));
  }
  if (derived.moved) {
    html += fmt::format("<span class=\"age\" title=\"{}\">moved {} ago</span>",
                        Escape(derived.progress), FormatAge(now.mono - derived.moved->mono));
  } else if (derived.zombie == Truth::kUnknown) {
    html += UnknownValue(derived.progress);
  } else if (html.empty()) {
    html = "\u2013";
  }
  return "<span>" + html + "</span>";
}

std::string SinceCell(const Item& item, const Instant& now) {
  const ConnectStateAge& age = item.derived.age;
  return item.facts.state.empty()
             ? "\u2013"
             : fmt::format("<span title=\"{}\">{}{}</span>", FormatWallTime(age.since.wall),
                           age.seen ? "" : "at least ", FormatAge(now.mono - age.since.mono));
}

std::string Row(const Item& item, const Instant& now) {
  const ConnectorFacts& facts = item.facts;
  const bool fresh = IsFresh(item.told, now);
  const std::string state = facts.state.empty()
                                ? UnknownValue("configured, but Connect tells no status of it")
                                : Badge(KindOf(facts.state), facts.state);
  const std::string unknown =
      facts.untold ? UnknownValue(facts.untold->message()) : UnknownValue(item.told);
  return fmt::format("<tr id=\"{}\">", AnchorOf(facts.entity)) +
         Cell("Connector", fmt::format("<code>{}</code> <span class=\"quiet\">{}</span>",
                                       Escape(facts.entity->name),
                                       Escape(facts.kind.empty() ? facts.type : facts.kind))) +
         Cell("State", fresh ? state + Verdicts(item) + RecoveryLine(item, now) : unknown) +
         Cell("Tasks", fresh ? TaskStates(facts) : unknown) +
         Cell("Worker", fresh ? Where(facts) : unknown) +
         Cell("Data", fresh ? DataCell(item, now) : unknown) +
         Cell("In this state", fresh ? SinceCell(item, now) : unknown) + "</tr>\n";
}

std::string WorkersLine(const ConnectWorkersGroup& workers, const Instant& now) {
  if (workers.facts == nullptr || !IsFresh(workers.described, now)) {
    return fmt::format("<p>Who is in the workers' group: {} <span class=\"quiet\">{}</span></p>\n",
                       UnknownValue(workers.unknown), Escape(workers.unknown));
  }
  std::string html = fmt::format("<p>Group <code>{}</code> in Kafka cluster {}: {} {}",
                                 Escape(workers.entity->name), Escape(workers.kafka),
                                 Badge(workers.state == "Stable" ? "good" : "warn", workers.state),
                                 Counted(workers.facts->members.size(), "worker"));
  if (workers.facts->delay > Duration{}) {
    html += fmt::format(", lost work waits {}", FormatDuration(workers.facts->delay));
  }
  return html + " " + AgeOf(workers.described, now) + "</p>\n";
}

std::string WorkerRow(const ConnectGroupFacts& group, const ConnectMemberFacts& member) {
  const ConnectLoad load = LoadOf(member);
  return "<tr>" +
         Cell("Worker", member.url.empty()
                            ? UnknownValue("it joins, and has not told its address yet")
                            : fmt::format("<code>{}</code>", Escape(WorkerIdOf(member.url)))) +
         Cell("Carries", fmt::format("{}, {}", Counted(load.connectors, "connector"),
                                     Counted(load.tasks, "task"))) +
         Cell("Role", member.member_id == group.leader ? "leader" : "\u2013") + "</tr>\n";
}

std::string Workers(const ConnectWorkersGroup& workers, const Instant& now) {
  std::string html = WorkersLine(workers, now);
  if (workers.facts == nullptr || !IsFresh(workers.described, now) ||
      workers.facts->members.empty()) {
    return html;
  }
  html += "<table><thead><tr><th>Worker</th><th>Carries</th><th>Role</th></tr></thead><tbody>\n";
  for (const ConnectMemberFacts& member : workers.facts->members) {
    html += WorkerRow(*workers.facts, member);
  }
  return html + "</tbody></table>\n";
}

std::string BreakerLine(const RecoveryFacts* recovery, const Instant& now) {
  if (recovery == nullptr || recovery->breaker == BreakerState::kClosed ||
      !IsFresh(recovery->planned, now)) {
    return "";
  }
  return fmt::format("<p>Recovery's breaker: {} {}</p>\n", Badge("warn", Name(recovery->breaker)),
                     Escape(recovery->breaker_why));
}

std::string Connectors(const ConnectPart& part, const Instant& now) {
  std::string html =
      "<table><thead><tr><th>Connector</th><th>State</th><th>Tasks</th><th>Worker</th>"
      "<th>Data</th><th>In this state</th></tr></thead><tbody>\n";
  std::vector<Item> order;
  order.reserve(part.facts.connectors.size());
  for (const bool troubled : {true, false}) {
    for (size_t i = 0; i < part.facts.connectors.size(); ++i) {
      const ConnectorDerived& derived = part.derived.connectors[i];
      if (derived.verdicts.empty() != troubled) {
        const ConnectorFacts& facts = part.facts.connectors[i];
        order.push_back({facts, derived, StateAnswer(part.facts, facts),
                         DecisionFor(part.recovery, facts.entity->name)});
      }
    }
  }
  for (const Item& item : order) {
    html += Row(item, now);
  }
  return html + "</tbody></table>\n";
}

constexpr size_t kChangesShown = 10;

std::string_view ChangeInWords(ConnectChangeKind kind) {
  switch (kind) {
    case ConnectChangeKind::kCreated:
      return "created";
    case ConnectChangeKind::kConfigured:
      return "configured anew";
    case ConnectChangeKind::kDeleted:
      return "deleted";
    case ConnectChangeKind::kTargetState:
      return "told another target state";
    case ConnectChangeKind::kTasks:
      return "tasks configured anew";
    case ConnectChangeKind::kRestart:
      return "restart asked for";
  }
  std::abort();
}

std::string ChangeRow(const ConnectChange& change) {
  std::string what = Escape(ChangeInWords(change.kind));
  for (const std::string_view line : Split(change.detail, '\n')) {
    what += fmt::format("<div class=\"why\">{}</div>", Escape(line));
  }
  return "<tr>" + Cell("When", change.written ? FormatWallTime(*change.written) : "\u2013") +
         Cell("Connector", fmt::format("<code>{}</code>", Escape(change.connector))) +
         Cell("What", what) + "</tr>\n";
}

/// What was changed by somebody; empty: the config topic is not followed, or tells of nothing.
std::string LastChanges(const ConnectFacts& facts, const Instant& now) {
  if (facts.configs == nullptr || facts.configs->changes.empty()) {
    return "";
  }
  std::string html = fmt::format(
      "<h3>Last changes <span class=\"quiet\">in the config topic, {}</span></h3>\n"
      "<table><thead><tr><th>When</th><th>Connector</th><th>What</th></tr></thead><tbody>\n",
      AgeOf(facts.configured, now));
  const std::vector<ConnectChange>& changes = facts.configs->changes;
  for (size_t i = 0; i < std::min(kChangesShown, changes.size()); ++i) {
    html += ChangeRow(changes[changes.size() - 1 - i]);
  }
  return html + "</tbody></table>\n";
}

}  // namespace

std::string ConnectSection(const ConnectPart& part, const PlatformLinks& links,
                           const Instant& now) {
  std::string html = fmt::format(
      "<section id=\"{}\">\n<h2>{} / {} <span class=\"quiet\">Kafka Connect {}</span></h2>\n",
      AnchorOf(part), Escape(part.section.cluster), Escape(part.section.instance),
      Escape(part.facts.version));
  html += LinksIn(links, part.section);
  html += Workers(part.derived.workers, now);
  html += BreakerLine(part.recovery, now);
  html += fmt::format("<h3>Connectors <span class=\"quiet\">{}</span></h3>\n",
                      AgeOf(part.facts.listed, now));
  if (part.facts.listed == nullptr) {
    html += "<p>" + UnknownValue("the worker has not listed its connectors yet") + "</p>\n";
  } else if (part.facts.connectors.empty()) {
    html += "<p>None.</p>\n";
  } else {
    html += Connectors(part, now);
  }
  html += LastChanges(part.facts, now);
  return html + "</section>\n";
}

}  // namespace klaxon::status_page
