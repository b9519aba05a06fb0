#include <fmt/format.h>

#include "agent/base/duration.h"
#include "agent/base/text.h"
#include "agent/model/connect_configs.h"
#include "exporters/api/documents.h"
#include "exporters/api/json.h"

namespace klaxon::api {
namespace {

Json TruthOrNull(Truth truth) {
  return truth == Truth::kUnknown ? Json(nullptr) : Json(truth == Truth::kYes);
}

/// Null: no state was ever told.
Json Since(const ConnectStateAge& age) {
  if (age.since == Instant{}) {
    return nullptr;
  }
  return {{"since", FormatWallTime(age.since.wall)},
          {"seen_to_change", age.seen},
          {"failures", age.failures}};
}

Json Failure(const ConnectFailureRef& failure) {
  if (failure == nullptr) {
    return nullptr;
  }
  return {{"exception", TextOrNull(failure->exception)},
          {"message", TextOrNull(failure->message)},
          {"frame", TextOrNull(failure->frame)},
          {"fingerprint", fmt::format("{:016x}", failure->fingerprint)}};
}

/// A connector with what analysis made of it.
struct Subject {
  const ConnectPart& part;
  const ConnectorFacts& facts;
  const ConnectorDerived& derived;
};

Json Gates(const RecoveryDecision& decision) {
  Json gates = Json::array();
  for (const RecoveryGate& gate : decision.gates) {
    gates.push_back({{"gate", gate.name},
                     {"open", gate.seen || gate.open ? Json(gate.open) : Json(nullptr)},
                     {"value", Text(gate.value)}});
  }
  return gates;
}

Json LastRestart(const RecoveryDecision& decision) {
  if (!decision.last_restart) {
    return nullptr;
  }
  const RestartReport& report = *decision.last_restart;
  return {{"at", FormatWallTime(report.sent_at.wall)},
          {"outcome", Name(report.outcome)},
          {"words", TextOrNull(report.words)},
          {"verdict", Name(report.verdict)},
          {"evidence", TextOrNull(report.evidence)},
          {"recovered_after_seconds", report.took ? Json(Seconds(*report.took)) : Json(nullptr)}};
}

/// Null: nothing was decided yet. What was decided by an answer that is too old is told as such.
Json Decision(const ConnectPart& part, const std::string& connector, const Instant& now) {
  const RecoveryDecision* decision = DecisionFor(part.recovery, connector);
  if (decision == nullptr) {
    return nullptr;
  }
  const bool failed = !decision->failed.empty();
  return {{"fresh", IsFresh(part.recovery->planned, now)},
          {"mode", Name(decision->mode)},
          {"action", Name(decision->action)},
          {"why", TextOrNull(decision->why)},
          {"way_out", TextOrNull(decision->way_out)},
          {"due", decision->due ? Json(FormatWallTime(decision->due->wall)) : Json(nullptr)},
          {"failure_class", failed ? Json(Name(decision->failure)) : Json(nullptr)},
          {"failed_tasks", decision->failed},
          {"attempts", decision->attempts},
          {"attempts_allowed", decision->attempts_allowed},
          {"last_restart", LastRestart(*decision)},
          {"gates", Gates(*decision)}};
}

Json Pauses(const RecoveryFacts& recovery) {
  Json pauses = Json::array();
  for (const RecoveryPause& pause : recovery.pauses) {
    pauses.push_back({{"connector", TextOrNull(pause.connector)},
                      {"who", Text(pause.who)},
                      {"why", Text(pause.why)}});
  }
  return pauses;
}

Json RecoveryOf(const RecoveryFacts* recovery, const Instant& now) {
  if (recovery == nullptr) {
    return nullptr;
  }
  return {{"fresh", IsFresh(recovery->planned, now)},
          {"mode", Name(recovery->mode)},
          {"acts", recovery->acts},
          {"hindrance", TextOrNull(recovery->hindrance)},
          {"pauses", Pauses(*recovery)},
          {"budget_left", recovery->budget_left},
          {"breaker", Name(recovery->breaker)},
          {"breaker_why", TextOrNull(recovery->breaker_why)}};
}

Json Tasks(const Subject& subject) {
  Json tasks = Json::array();
  for (size_t i = 0; i < subject.facts.tasks.size(); ++i) {
    const ConnectTaskFacts& task = subject.facts.tasks[i];
    const ConnectTaskDerived& derived = subject.derived.tasks[i];
    tasks.push_back({{"id", task.id},
                     {"state", Text(task.state)},
                     {"worker", TextOrNull(task.worker)},
                     {"root_cause", TextOrNull(task.root_cause)},
                     {"failure", Failure(task.failure)},
                     {"in_state", Since(derived.age)},
                     {"ghost", TruthOrNull(derived.ghost)},
                     {"zombie", TruthOrNull(derived.zombie)}});
  }
  return tasks;
}

Json Problems(const ConnectorDerived& derived) {
  Json problems = Json::array();
  for (const ConnectVerdict& verdict : derived.verdicts) {
    problems.push_back({{"problem", Name(verdict.fault)},
                        {"task", verdict.task < 0 ? Json(nullptr) : Json(verdict.task)},
                        {"since", FormatWallTime(verdict.since.wall)},
                        {"why", Text(verdict.why)}});
  }
  return problems;
}

Json Progress(const ConnectorDerived& derived) {
  return {{"consumer_group", derived.group == nullptr ? Json(nullptr) : Text(derived.group->name)},
          {"lag", derived.lag ? Json(*derived.lag) : Json(nullptr)},
          {"moved_at", derived.moved ? Json(FormatWallTime(derived.moved->wall)) : Json(nullptr)},
          {"known_by", TextOrNull(derived.progress)},
          {"dead_letters", derived.dead_letters ? Json(*derived.dead_letters) : Json(nullptr)}};
}

Json Connector(const Subject& subject, const Instant& now) {
  const ConnectorFacts& facts = subject.facts;
  const ConnectorDerived& derived = subject.derived;
  const AnswerRef& told = StateAnswer(subject.part.facts, facts);
  const auto fresh = [&](auto value) { return IfFresh(told, now, value); };
  return {{"cluster", Text(subject.part.section.cluster)},
          {"connect", Text(subject.part.section.instance)},
          {"connector", Text(facts.entity->name)},
          {"type", TextOrNull(facts.type)},
          {"kind", TextOrNull(facts.kind)},
          {"class", TextOrNull(facts.connector_class)},
          {"as_of", AsOf(told, now)},
          {"why_unknown", facts.untold ? Text(facts.untold->message()) : Json(nullptr)},
          {"state", fresh([&] { return TextOrNull(facts.state); })},
          {"intent", fresh([&] { return Json(Name(facts.intent)); })},
          {"worker", fresh([&] { return TextOrNull(facts.worker); })},
          {"root_cause", fresh([&] { return TextOrNull(facts.root_cause); })},
          {"failure", fresh([&] { return Failure(facts.failure); })},
          {"in_state", fresh([&] { return Since(derived.age); })},
          {"ghost", fresh([&] { return TruthOrNull(derived.ghost); })},
          {"zombie", fresh([&] { return TruthOrNull(derived.zombie); })},
          {"problems", fresh([&] { return Problems(derived); })},
          {"progress", fresh([&] { return Progress(derived); })},
          {"tasks", fresh([&] { return Tasks(subject); })},
          {"tasks_running", fresh([&] { return Json(RunningTasks(facts)); })},
          {"tasks_max", facts.config.tasks_max ? Json(*facts.config.tasks_max) : Json(nullptr)},
          {"config_hash", facts.config.mark == 0 ? Json(nullptr)
                                                 : Json(fmt::format("{:016x}", facts.config.mark))},
          {"recovery", Decision(subject.part, facts.entity->name, now)}};
}

Json Members(const ConnectGroupFacts& group) {
  Json members = Json::array();
  for (const ConnectMemberFacts& member : group.members) {
    const ConnectLoad load = LoadOf(member);
    members.push_back({{"worker", TextOrNull(WorkerIdOf(member.url))},
                       {"leader", member.member_id == group.leader},
                       {"connectors", load.connectors},
                       {"tasks", load.tasks}});
  }
  return members;
}

Json Workers(const ConnectFacts& facts, const Instant& now) {
  Json workers = Json::array();
  for (const ConnectWorkerFacts& worker : facts.workers) {
    workers.push_back(
        {{"url", Text(worker.entity->name)},
         {"as_of", AsOf(worker.polled, now)},
         {"alive", IfFresh(worker.polled, now, [&] { return Json(worker.alive); })},
         {"why", TextOrNull(worker.why)},
         {"version", TextOrNull(worker.version)},
         {"health", IfFresh(worker.health_told, now, [&] { return Json(Name(worker.health)); })}});
  }
  return workers;
}

Json ConfigChanges(const ConnectFacts& facts) {
  if (facts.configs == nullptr) {
    return nullptr;
  }
  Json changes = Json::array();
  for (const ConnectChange& change : facts.configs->changes) {
    Json lines = Json::array();
    for (const std::string_view line : Split(change.detail, '\n')) {
      lines.push_back(Text(line));
    }
    changes.push_back(
        {{"connector", Text(change.connector)},
         {"change", Name(change.kind)},
         {"at", change.written ? Json(FormatWallTime(*change.written)) : Json(nullptr)},
         {"seen_to_happen", change.seen},
         {"detail", std::move(lines)}});
  }
  return changes;
}

Json Cluster(const ConnectPart& part, const Instant& now) {
  const ConnectWorkersGroup& workers = part.derived.workers;
  const bool known = workers.facts != nullptr && IsFresh(workers.described, now);
  return {{"cluster", Text(part.section.cluster)},
          {"connect", Text(part.section.instance)},
          {"kafka", TextOrNull(workers.kafka)},
          {"group", workers.entity == nullptr ? Json(nullptr) : Text(workers.entity->name)},
          {"group_unknown", TextOrNull(workers.unknown)},
          {"as_of", AsOf(workers.described, now)},
          {"state", known ? TextOrNull(workers.state) : Json(nullptr)},
          {"rebalance_delay_seconds", known ? Json(Seconds(workers.facts->delay)) : Json(nullptr)},
          {"members", known ? Members(*workers.facts) : Json(nullptr)},
          {"workers", Workers(part.facts, now)},
          {"configured_as_of", AsOf(part.facts.configured, now)},
          {"config_changes", ConfigChanges(part.facts)},
          {"recovery", RecoveryOf(part.recovery, now)}};
}

}  // namespace

std::string ConnectorsDocument(const View& view, const Instant& now,
                               const std::optional<std::string>& cluster) {
  const std::vector<PlatformLink> links = PlatformLinksOf(view, now);
  Json clusters = Json::array();
  Json connectors = Json::array();
  for (const ConnectPart& part : ConnectParts(view)) {
    if (cluster && *cluster != part.section.cluster) {
      continue;
    }
    clusters.push_back(Cluster(part, now));
    clusters.back()["kafka_cluster"] = KafkaOf(links, part.section);
    for (size_t i = 0; i < part.facts.connectors.size(); ++i) {
      connectors.push_back(
          Connector({part, part.facts.connectors[i], part.derived.connectors[i]}, now));
    }
  }
  return Dump({{"connectors", std::move(connectors)}, {"connect_clusters", std::move(clusters)}});
}

}  // namespace klaxon::api
