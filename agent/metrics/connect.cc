#include <string>
#include <vector>

#include "agent/metrics/rows.h"
#include "agent/model/connect_configs.h"

/// Kafka Connect, its connectors and tasks. `connect` is the name of the Connect cluster in the
/// configuration.
namespace klaxon::metrics {
namespace {

constexpr std::array<std::string_view, 2> kConnect{"cluster", "connect"};
constexpr std::array<std::string_view, 4> kWorkerInfo{"cluster", "connect", "version",
                                                      "kafka_cluster_id"};
constexpr std::array<std::string_view, 3> kConnector{"cluster", "connect", "connector"};
constexpr std::array<std::string_view, 5> kConnectorInfo{"cluster", "connect", "connector", "type",
                                                         "class"};
constexpr std::array<std::string_view, 4> kConnectorState{"cluster", "connect", "connector",
                                                          "state"};
constexpr std::array<std::string_view, 5> kTaskState{"cluster", "connect", "connector", "task",
                                                     "state"};

// AbstractStatus.State of Connect's runtime; a destroyed connector is not listed any more, and
// tasks are never STOPPED.
constexpr std::array<std::string_view, 6> kConnectorStates{"RUNNING", "PAUSED",     "STOPPED",
                                                           "FAILED",  "UNASSIGNED", "RESTARTING"};
constexpr std::array<std::string_view, 5> kTaskStates{"RUNNING", "PAUSED", "FAILED", "UNASSIGNED",
                                                      "RESTARTING"};

bool ListKnown(const ConnectPart& part, Emitter& emitter) {
  return emitter.Known(part.facts.listed, {part.section.cluster, part.section.instance});
}

void EmitWorkerInfo(const ConnectPart& part, Emitter& emitter) {
  const Section& section = part.section;
  if (emitter.Known(part.facts.root, {section.cluster, section.instance})) {
    emitter.Sample(
        {section.cluster, section.instance, part.facts.version, part.facts.kafka_cluster_id}, 1);
  }
}

void EmitConnectors(const ConnectPart& part, Emitter& emitter) {
  if (ListKnown(part, emitter)) {
    emitter.Sample({part.section.cluster, part.section.instance},
                   static_cast<double>(part.facts.connectors.size()));
  }
}

void EmitConnectorInfo(const ConnectPart& part, Emitter& emitter) {
  if (!ListKnown(part, emitter)) {
    return;
  }
  for (const ConnectorFacts& connector : part.facts.connectors) {
    emitter.Sample({part.section.cluster, part.section.instance, connector.entity->name,
                    connector.type, connector.connector_class},
                   1);
  }
}

/// Calls `emit` for every connector whose state is known, as far as it was told.
template <class EmitConnector>
void EachTold(const ConnectPart& part, Emitter& emitter, EmitConnector&& emit) {
  const Section& section = part.section;
  if (!ListKnown(part, emitter)) {
    return;
  }
  for (const ConnectorFacts& connector : part.facts.connectors) {
    if (emitter.Known(StateAnswer(part.facts, connector),
                      {section.cluster, section.instance, connector.entity->name})) {
      emit(connector, connector.entity->name);
    }
  }
}

void EmitConnectorState(const ConnectPart& part, Emitter& emitter) {
  const Section& section = part.section;
  EachTold(part, emitter, [&](const ConnectorFacts& connector, const std::string& name) {
    if (connector.state.empty()) {
      emitter.Unknown(part.facts.listed, {section.cluster, section.instance, name});
      return;
    }
    EmitStates(kConnectorStates, connector.state, [&](std::string_view state, double value) {
      emitter.Sample({section.cluster, section.instance, name, state}, value);
    });
  });
}

void EmitTasks(const ConnectPart& part, Emitter& emitter) {
  const Section& section = part.section;
  EachTold(part, emitter, [&](const ConnectorFacts& connector, const std::string& name) {
    if (connector.state.empty() && connector.tasks.empty()) {
      emitter.Unknown(part.facts.listed, {section.cluster, section.instance, name});
    } else {
      emitter.Sample({section.cluster, section.instance, name},
                     static_cast<double>(connector.tasks.size()));
    }
  });
}

void EmitTaskState(const ConnectPart& part, Emitter& emitter) {
  const Section& section = part.section;
  EachTold(part, emitter, [&](const ConnectorFacts& connector, const std::string& name) {
    for (const ConnectTaskFacts& task : connector.tasks) {
      const NumberText id(task.id);
      if (task.state.empty()) {
        emitter.Unknown(part.facts.listed, {section.cluster, section.instance, name, id});
        continue;
      }
      EmitStates(kTaskStates, task.state, [&](std::string_view state, double value) {
        emitter.Sample({section.cluster, section.instance, name, id, state}, value);
      });
    }
  });
}

void EmitConfigured(const ConnectPart& part, Emitter& emitter) {
  const Section& section = part.section;
  const ConnectConfigs* configs = part.facts.configs.get();
  if (configs == nullptr ||
      !emitter.Known(part.facts.configured, {section.cluster, section.instance})) {
    return;
  }
  for (const auto& [name, row] : configs->connectors) {
    if (row.configured) {
      emitter.Sample({section.cluster, section.instance, name},
                     std::chrono::duration<double>(row.configured->time_since_epoch()).count());
    }
  }
}

constexpr std::string_view kRoot = "GET /";
constexpr std::string_view kListed = "GET /connectors";
constexpr std::string_view kConfigTopic = "config topic";

constexpr std::array kRows{
    Metric{.info = {.name = "kafka_connect_worker_info",
                    .help = "Version of the Connect worker that answers Klaxon and the id of the "
                            "Kafka cluster behind it; always 1",
                    .labels = kWorkerInfo,
                    .source = kRoot},
           .emit = Each<EmitWorkerInfo>},
    Metric{.info = {.name = "kafka_connect_connectors",
                    .help = "Connectors of a Connect cluster",
                    .labels = kConnect,
                    .source = kListed},
           .emit = Each<EmitConnectors>},
    Metric{.info = {.name = "kafka_connect_connector_info",
                    .help = "Type (source or sink) and Java class of a connector; always 1",
                    .labels = kConnectorInfo,
                    .source = kListed},
           .emit = Each<EmitConnectorInfo>},
    Metric{.info = {.name = "kafka_connect_connector_state",
                    .help = "1 for the state a connector is in, 0 for the others, in Connect's own "
                            "words; no series while Connect tells none",
                    .labels = kConnectorState,
                    .source = kListed},
           .emit = Each<EmitConnectorState>},
    Metric{.info = {.name = "kafka_connect_connector_tasks",
                    .help = "Tasks of a connector; no series while Connect tells no status of it",
                    .labels = kConnector,
                    .source = kListed},
           .emit = Each<EmitTasks>},
    Metric{
        .info = {.name = "kafka_connect_task_state",
                 .help = "1 for the state a task is in, 0 for the others, in Connect's own words",
                 .labels = kTaskState,
                 .source = kListed},
        .emit = Each<EmitTaskState>},
    Metric{.info = {.name = "kafka_connect_connector_configured_timestamp_seconds",
                    .help = "Unix time at which the connector's configuration was written last; "
                            "only where the config topic is followed",
                    .unit = "seconds",
                    .labels = kConnector,
                    .source = kConfigTopic},
           .emit = Each<EmitConfigured>},
};

}  // namespace

Table ConnectTable() {
  static const std::vector<Metric> all = [] {
    std::vector<Metric> rows(kRows.begin(), kRows.end());
    for (const Table part : {ConnectWorkerRows(), ConnectVerdictRows()}) {
      rows.insert(rows.end(), part.begin(), part.end());
    }
    return rows;
  }();
  return all;
}

}  // namespace klaxon::metrics
