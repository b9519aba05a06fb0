#include <string>

#include "agent/metrics/rows.h"

/// Workers of Connect clusters: as they answer Klaxon (`worker` is the address in the
/// configuration), and as members of their group in Kafka (`worker` is host:port).
namespace klaxon::metrics {
namespace {

constexpr std::array<std::string_view, 3> kWorker{"cluster", "connect", "worker"};
constexpr std::array<std::string_view, 3> kGroup{"cluster", "connect", "consumergroup"};
constexpr std::array<std::string_view, 4> kGroupState{"cluster", "connect", "consumergroup",
                                                      "state"};

constexpr std::array<std::string_view, 5> kStates{"PreparingRebalance", "CompletingRebalance",
                                                  "Stable", "Empty", "Dead"};

template <void (*kEmit)(const ConnectPart&, const ConnectWorkerFacts&, Emitter&)>
void EachWorker(const ConnectPart& part, Emitter& emitter) {
  for (const ConnectWorkerFacts& worker : part.facts.workers) {
    kEmit(part, worker, emitter);
  }
}

void EmitUp(const ConnectPart& part, const ConnectWorkerFacts& worker, Emitter& emitter) {
  const Section& section = part.section;
  const std::string& name = worker.entity->name;
  if (emitter.Known(worker.polled, {section.cluster, section.instance, name})) {
    emitter.Sample({section.cluster, section.instance, name}, worker.alive ? 1 : 0);
  }
}

void EmitHealthy(const ConnectPart& part, const ConnectWorkerFacts& worker, Emitter& emitter) {
  const Section& section = part.section;
  const std::string& name = worker.entity->name;
  if (worker.health != ConnectHealth::kUnknown &&
      emitter.Known(worker.health_told, {section.cluster, section.instance, name})) {
    emitter.Sample({section.cluster, section.instance, name},
                   worker.health == ConnectHealth::kHealthy ? 1 : 0);
  }
}

void EmitResponse(const ConnectPart& part, const ConnectWorkerFacts& worker, Emitter& emitter) {
  const Section& section = part.section;
  const std::string& name = worker.entity->name;
  if (worker.alive && emitter.Known(worker.told, {section.cluster, section.instance, name})) {
    emitter.Sample({section.cluster, section.instance, name}, worker.latency);
  }
}

bool GroupKnown(const ConnectPart& part, Emitter& emitter) {
  const ConnectWorkersGroup& workers = part.derived.workers;
  if (workers.facts == nullptr) {
    emitter.Unknown(workers.described, {part.section.cluster, part.section.instance});
    return false;
  }
  return emitter.Known(workers.described, {part.section.cluster, part.section.instance});
}

void EmitGroupState(const ConnectPart& part, Emitter& emitter) {
  if (GroupKnown(part, emitter)) {
    const ConnectWorkersGroup& workers = part.derived.workers;
    EmitStates(kStates, workers.state, [&](std::string_view state, double value) {
      emitter.Sample({part.section.cluster, part.section.instance, workers.entity->name, state},
                     value);
    });
  }
}

void EmitMembers(const ConnectPart& part, Emitter& emitter) {
  if (GroupKnown(part, emitter)) {
    const ConnectWorkersGroup& workers = part.derived.workers;
    emitter.Sample({part.section.cluster, part.section.instance, workers.entity->name},
                   static_cast<double>(workers.facts->members.size()));
  }
}

/// What the leader dealt out is known; brokers leave it out while the group rebalances.
bool DealtOut(const ConnectPart& part, Emitter& emitter) {
  const ConnectWorkersGroup& workers = part.derived.workers;
  if (!GroupKnown(part, emitter)) {
    return false;
  }
  if (workers.facts->leader.empty() && !workers.facts->members.empty()) {
    emitter.Unknown(workers.described, {part.section.cluster, part.section.instance});
    return false;
  }
  return true;
}

void EmitDelay(const ConnectPart& part, Emitter& emitter) {
  if (DealtOut(part, emitter)) {
    const ConnectWorkersGroup& workers = part.derived.workers;
    emitter.Sample({part.section.cluster, part.section.instance, workers.entity->name},
                   std::chrono::duration<double>(workers.facts->delay).count());
  }
}

/// A row of one number a member whose address is known.
template <double (*kValue)(const ConnectGroupFacts&, const ConnectMemberFacts&),
          bool (*kIsKnown)(const ConnectPart&, Emitter&) = GroupKnown>
void EmitMember(const ConnectPart& part, Emitter& emitter) {
  if (!kIsKnown(part, emitter)) {
    return;
  }
  std::string_view last;  // two members of one address: one of them is on its way out
  for (const ConnectMemberFacts& member : part.derived.workers.facts->members) {
    if (member.url.empty() || member.url == last) {
      continue;
    }
    last = member.url;
    emitter.Sample({part.section.cluster, part.section.instance, WorkerIdOf(member.url)},
                   kValue(*part.derived.workers.facts, member));
  }
}

double Leads(const ConnectGroupFacts& group, const ConnectMemberFacts& member) {
  return group.leader == member.member_id ? 1 : 0;
}

double Connectors(const ConnectGroupFacts& /*group*/, const ConnectMemberFacts& member) {
  return static_cast<double>(LoadOf(member).connectors);
}

double Tasks(const ConnectGroupFacts& /*group*/, const ConnectMemberFacts& member) {
  return static_cast<double>(LoadOf(member).tasks);
}

constexpr std::string_view kGet = "GET /";
constexpr std::string_view kHealth = "GET /health";
constexpr std::string_view kDescribed = "DescribeGroups";

constexpr std::array kRows{
    Metric{.info = {.name = "kafka_connect_up",
                    .help = "1 if a worker address of the configuration answers as Connect does",
                    .labels = kWorker,
                    .source = kGet},
           .emit = Each<EachWorker<EmitUp>>},
    Metric{.info = {.name = "kafka_connect_worker_healthy",
                    .help = "1 if the worker says that it is healthy, 0 if it starts or its herder "
                            "is stuck; Kafka 3.9 and later",
                    .labels = kWorker,
                    .source = kHealth},
           .emit = Each<EachWorker<EmitHealthy>>},
    Metric{.info = {.name = "kafka_connect_worker_response_seconds",
                    .help = "Time that the worker took for its last short answer",
                    .unit = "seconds",
                    .labels = kWorker,
                    .source = kGet},
           .emit = Each<EachWorker<EmitResponse>>},
    Metric{.info = {.name = "kafka_connect_group_state",
                    .help = "1 for the state that the workers' group is in, 0 for the others, in "
                            "Kafka's own words",
                    .labels = kGroupState,
                    .source = kDescribed},
           .emit = Each<EmitGroupState>},
    Metric{
        .info = {.name = "kafka_connect_group_members",
                 .help = "Workers in the workers' group: those that are alive, whatever REST says",
                 .labels = kGroup,
                 .source = kDescribed},
        .emit = Each<EmitMembers>},
    Metric{
        .info = {.name = "kafka_connect_rebalance_delay_seconds",
                 .help = "How long the work of a lost worker is kept for it in all; 0 if nothing "
                         "waits (Connect tells the whole time, not the rest of it)",
                 .unit = "seconds",
                 .labels = kGroup,
                 .source = kDescribed},
        .emit = Each<EmitDelay>},
    Metric{.info = {.name = "kafka_connect_worker_is_leader",
                    .help = "1 for the worker that leads the group",
                    .labels = kWorker,
                    .source = kDescribed},
           .emit = Each<EmitMember<Leads, DealtOut>>},
    Metric{.info = {.name = "kafka_connect_worker_connectors",
                    .help = "Connectors that the group has given to a worker",
                    .labels = kWorker,
                    .source = kDescribed},
           .emit = Each<EmitMember<Connectors>>},
    Metric{.info = {.name = "kafka_connect_worker_tasks",
                    .help = "Tasks that the group has given to a worker",
                    .labels = kWorker,
                    .source = kDescribed},
           .emit = Each<EmitMember<Tasks>>},
};

}  // namespace

Table ConnectWorkerRows() {
  return kRows;
}

}  // namespace klaxon::metrics
