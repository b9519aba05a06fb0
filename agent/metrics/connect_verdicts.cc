#include <optional>
#include <string>

#include <fmt/format.h>

#include "agent/base/duration.h"
#include "agent/metrics/rows.h"

/// What is wrong with connectors, as analysis judges it, and whether their data flows. What cannot
/// be judged has no series.
namespace klaxon::metrics {
namespace {

constexpr std::array<std::string_view, 3> kConnector{"cluster", "connect", "connector"};
constexpr std::array<std::string_view, 4> kProblem{"cluster", "connect", "connector", "problem"};
constexpr std::array<std::string_view, 4> kTask{"cluster", "connect", "connector", "task"};
constexpr std::array<std::string_view, 4> kGroup{"cluster", "connect", "connector",
                                                 "consumergroup"};
constexpr std::array<std::string_view, 4> kTopic{"cluster", "connect", "connector", "topic"};
constexpr std::array<std::string_view, 6> kFailure{"cluster", "connect",   "connector",
                                                   "task",    "exception", "fingerprint"};

/// One connector of a part, with its labels.
struct Subject {
  const ConnectPart& part;
  const ConnectorFacts& facts;
  const ConnectorDerived& derived;

  const std::string& cluster() const { return part.section.cluster; }

  const std::string& connect() const { return part.section.instance; }

  const std::string& name() const { return facts.entity->name; }
};

template <void (*kEmit)(const Subject&, Emitter&)>
void EachConnector(const ConnectPart& part, Emitter& emitter) {
  const Section& section = part.section;
  if (!emitter.Known(part.facts.listed, {section.cluster, section.instance})) {
    return;
  }
  for (size_t i = 0; i < part.facts.connectors.size(); ++i) {
    const ConnectorFacts& connector = part.facts.connectors[i];
    if (emitter.Known(StateAnswer(part.facts, connector),
                      {section.cluster, section.instance, connector.entity->name})) {
      kEmit({part, connector, part.derived.connectors[i]}, emitter);
    }
  }
}

void EmitProblems(const Subject& subject, Emitter& emitter) {
  for (size_t i = 0; i < kConnectFaults; ++i) {
    const std::optional<Truth>& truth = subject.derived.faults[i];
    const std::string_view fault = Name(static_cast<ConnectFault>(i));
    if (truth == Truth::kUnknown) {
      emitter.Unknown(subject.part.facts.listed,
                      {subject.cluster(), subject.connect(), subject.name(), fault});
    } else if (truth) {
      emitter.Sample({subject.cluster(), subject.connect(), subject.name(), fault},
                     truth == Truth::kYes ? 1 : 0);
    }
  }
}

template <Truth ConnectTaskDerived::* kMember>
void EmitTruth(const Subject& subject, Emitter& emitter) {
  for (size_t i = 0; i < subject.facts.tasks.size(); ++i) {
    const NumberText id(subject.facts.tasks[i].id);
    const Truth truth = subject.derived.tasks[i].*kMember;
    if (truth == Truth::kUnknown) {
      emitter.Unknown(subject.part.facts.listed,
                      {subject.cluster(), subject.connect(), subject.name(), id});
    } else {
      emitter.Sample({subject.cluster(), subject.connect(), subject.name(), id},
                     truth == Truth::kYes ? 1 : 0);
    }
  }
}

void EmitSince(const Subject& subject, Emitter& emitter) {
  if (!subject.facts.state.empty()) {
    emitter.Sample({subject.cluster(), subject.connect(), subject.name()},
                   UnixSeconds(subject.derived.age.since.wall));
  }
}

void EmitTaskSince(const Subject& subject, Emitter& emitter) {
  for (size_t i = 0; i < subject.facts.tasks.size(); ++i) {
    emitter.Sample({subject.cluster(), subject.connect(), subject.name(),
                    NumberText(subject.facts.tasks[i].id)},
                   UnixSeconds(subject.derived.tasks[i].age.since.wall));
  }
}

void EmitFailures(const Subject& subject, Emitter& emitter) {
  emitter.Sample({subject.cluster(), subject.connect(), subject.name()},
                 static_cast<double>(subject.derived.age.failures));
}

void EmitTaskFailures(const Subject& subject, Emitter& emitter) {
  for (size_t i = 0; i < subject.facts.tasks.size(); ++i) {
    emitter.Sample({subject.cluster(), subject.connect(), subject.name(),
                    NumberText(subject.facts.tasks[i].id)},
                   static_cast<double>(subject.derived.tasks[i].age.failures));
  }
}

void EmitFailure(const Subject& subject, std::string_view task, const ConnectFailure& failure,
                 Emitter& emitter) {
  emitter.Sample({subject.cluster(), subject.connect(), subject.name(), task, failure.exception,
                  fmt::format("{:016x}", failure.fingerprint)},
                 1);
}

void EmitFailureInfo(const Subject& subject, Emitter& emitter) {
  if (subject.facts.failure != nullptr && subject.facts.state == "FAILED") {
    EmitFailure(subject, "", *subject.facts.failure, emitter);
  }
  for (const ConnectTaskFacts& task : subject.facts.tasks) {
    if (task.failure != nullptr && task.state == "FAILED") {
      EmitFailure(subject, NumberText(task.id), *task.failure, emitter);
    }
  }
}

void EmitGroup(const Subject& subject, Emitter& emitter) {
  if (subject.derived.group != nullptr) {
    emitter.Sample(
        {subject.cluster(), subject.connect(), subject.name(), subject.derived.group->name}, 1);
  }
}

void EmitLag(const Subject& subject, Emitter& emitter) {
  if (subject.derived.lag) {
    emitter.Sample({subject.cluster(), subject.connect(), subject.name()},
                   static_cast<double>(*subject.derived.lag));
  }
}

void EmitMoved(const Subject& subject, Emitter& emitter) {
  if (subject.derived.moved) {
    emitter.Sample({subject.cluster(), subject.connect(), subject.name()},
                   UnixSeconds(subject.derived.moved->wall));
  }
}

void EmitDeadLetters(const Subject& subject, Emitter& emitter) {
  if (subject.derived.dead_letters) {
    emitter.Sample({subject.cluster(), subject.connect(), subject.name(),
                    subject.facts.config.dead_letter_topic},
                   static_cast<double>(*subject.derived.dead_letters));
  }
}

constexpr std::string_view kListed = "GET /connectors";
constexpr std::string_view kJoined = "GET /connectors, DescribeGroups";
constexpr std::string_view kFlow = "GET /connectors, OffsetFetch, ListOffsets";

constexpr std::array kRows{
    Metric{
        .info = {.name = "kafka_connect_connector_problem",
                 .help = "1 for each problem that a connector or one of its tasks has, 0 for the "
                         "others: failed, no_status, ghost, zero_tasks, stuck_unassigned, "
                         "stuck_restarting, zombie, disagreement, dead_letters, flapping; no "
                         "series for what it cannot have or nobody can judge",
                 .labels = kProblem,
                 .source = kFlow},
        .emit = Each<EachConnector<EmitProblems>>},
    Metric{.info = {.name = "kafka_connect_task_ghost",
                    .help = "1 if a task claims to run on a worker that is not in the workers' "
                            "group",
                    .labels = kTask,
                    .source = kJoined},
           .emit = Each<EachConnector<EmitTruth<&ConnectTaskDerived::ghost>>>},
    Metric{.info = {.name = "kafka_connect_task_zombie",
                    .help = "1 if a task claims to run, but is no member of its sink's consumer "
                            "group; no series where that cannot be told",
                    .labels = kTask,
                    .source = kJoined},
           .emit = Each<EachConnector<EmitTruth<&ConnectTaskDerived::zombie>>>},
    Metric{.info = {.name = "kafka_connect_connector_state_since_timestamp_seconds",
                    .help = "Unix time since when the connector is in its state, as far as Klaxon "
                            "has seen it",
                    .unit = "seconds",
                    .labels = kConnector,
                    .source = kListed},
           .emit = Each<EachConnector<EmitSince>>},
    Metric{.info = {.name = "kafka_connect_task_state_since_timestamp_seconds",
                    .help = "Unix time since when the task is in its state, as far as Klaxon has "
                            "seen it",
                    .unit = "seconds",
                    .labels = kTask,
                    .source = kListed},
           .emit = Each<EachConnector<EmitTaskSince>>},
    Metric{.info = {.name = "kafka_connect_connector_failures_total",
                    .help = "Times that Klaxon saw the connector itself go into FAILED",
                    .type = MetricType::kCounter,
                    .labels = kConnector,
                    .source = kListed},
           .emit = Each<EachConnector<EmitFailures>>},
    Metric{.info = {.name = "kafka_connect_task_failures_total",
                    .help = "Times that Klaxon saw the task go into FAILED",
                    .type = MetricType::kCounter,
                    .labels = kTask,
                    .source = kListed},
           .emit = Each<EachConnector<EmitTaskFailures>>},
    Metric{
        .info = {.name = "kafka_connect_failure_info",
                 .help = "Exception at the root of a failure, and a fingerprint that is the same "
                         "for the same kind of failure; task is empty for the connector itself; "
                         "always 1",
                 .labels = kFailure,
                 .source = kListed},
        .emit = Each<EachConnector<EmitFailureInfo>>},
    Metric{.info = {.name = "kafka_connect_connector_group_info",
                    .help = "Consumer group of a sink; always 1",
                    .labels = kGroup,
                    .source = kFlow},
           .emit = Each<EachConnector<EmitGroup>>},
    Metric{.info = {.name = "kafka_connect_connector_lag",
                    .help = "Records that a sink has not committed yet, over all partitions whose "
                            "lag is known",
                    .labels = kConnector,
                    .source = kFlow},
           .emit = Each<EachConnector<EmitLag>>},
    Metric{
        .info = {.name = "kafka_connect_connector_progress_timestamp_seconds",
                 .help = "Unix time at which the connector's data was last seen to move: commits "
                         "of a sink's group; offsets of a source, or its topics; no series until "
                         "then",
                 .unit = "seconds",
                 .labels = kConnector,
                 .source = kFlow},
        .emit = Each<EachConnector<EmitMoved>>},
    Metric{.info = {.name = "kafka_connect_dead_letter_records_total",
                    .help = "Records ever written to the dead letter topic of a connector, by "
                            "anybody",
                    .type = MetricType::kCounter,
                    .labels = kTopic,
                    .source = kFlow},
           .emit = Each<EachConnector<EmitDeadLetters>>},
};

}  // namespace

Table ConnectVerdictRows() {
  return kRows;
}

}  // namespace klaxon::metrics
