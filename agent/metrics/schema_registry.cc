#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/metrics/rows.h"

/// The schema registry, its nodes and subjects. `registry` is its name in the configuration.
namespace klaxon::metrics {
namespace {

using Part = SchemaRegistryPart;

constexpr std::array<std::string_view, 2> kRegistry{"cluster", "registry"};
constexpr std::array<std::string_view, 4> kInfo{"cluster", "registry", "implementation", "version"};
constexpr std::array<std::string_view, 3> kNode{"cluster", "registry", "node"};
constexpr std::array<std::string_view, 4> kNodeState{"cluster", "registry", "node", "state"};
constexpr std::array<std::string_view, 3> kMode{"cluster", "registry", "mode"};
constexpr std::array<std::string_view, 3> kLevel{"cluster", "registry", "level"};
constexpr std::array<std::string_view, 3> kType{"cluster", "registry", "type"};
constexpr std::array<std::string_view, 4> kSubjectMode{"cluster", "registry", "subject", "mode"};
constexpr std::array<std::string_view, 3> kSubject{"cluster", "registry", "subject"};
constexpr std::array<std::string_view, 3> kPart{"cluster", "registry", "part"};
constexpr std::array<std::string_view, 3> kKind{"cluster", "registry", "kind"};

// Mode.java and CompatibilityLevel.java of confluentinc/schema-registry; READONLY_OVERRIDE is of
// old.
constexpr std::array<std::string_view, 4> kModes{"READWRITE", "READONLY", "IMPORT", "FORWARD"};
constexpr std::array<std::string_view, 7> kLevels{
    "NONE", "BACKWARD",       "BACKWARD_TRANSITIVE", "FORWARD", "FORWARD_TRANSITIVE",
    "FULL", "FULL_TRANSITIVE"};
constexpr std::array<std::string_view, 3> kNodeStates{"serving", "not_serving", "unreachable"};

void EmitInfo(const Part& part, Emitter& emitter) {
  if (emitter.Known(part.facts.settings, {part.section.cluster, part.section.instance})) {
    emitter.Sample(
        {part.section.cluster, part.section.instance, Name(part.facts.kind), part.facts.version},
        1);
  }
}

void EmitUp(const Part& part, Emitter& emitter) {
  for (const RegistryNodeFacts& node : part.facts.nodes) {
    const std::string& name = node.entity->name;
    if (emitter.Known(node.polled, {part.section.cluster, part.section.instance, name})) {
      emitter.Sample({part.section.cluster, part.section.instance, name},
                     node.state == RegistryNodeState::kServing ? 1 : 0);
    }
  }
}

void EmitNodeState(const Part& part, Emitter& emitter) {
  const Section& section = part.section;
  for (const RegistryNodeFacts& node : part.facts.nodes) {
    const std::string& name = node.entity->name;
    if (!emitter.Known(node.polled, {section.cluster, section.instance, name})) {
      continue;
    }
    if (node.state == RegistryNodeState::kUnknown) {
      emitter.Unknown(node.polled, {section.cluster, section.instance, name});
      continue;
    }
    EmitStates(kNodeStates, Name(node.state), [&](std::string_view state, double value) {
      emitter.Sample({section.cluster, section.instance, name, state}, value);
    });
  }
}

void EmitLatency(const Part& part, Emitter& emitter) {
  for (const RegistryNodeFacts& node : part.facts.nodes) {
    const std::string& name = node.entity->name;
    if (node.state != RegistryNodeState::kServing) {
      emitter.Unknown(node.told, {part.section.cluster, part.section.instance, name});
    } else if (emitter.Known(node.told, {part.section.cluster, part.section.instance, name})) {
      emitter.Sample({part.section.cluster, part.section.instance, name}, node.latency_seconds);
    }
  }
}

/// What nodes say themselves; of those that do not serve now, or never said while the group did, it
/// is not known.
void EmitPrimary(const Part& part, Emitter& emitter) {
  const Section& section = part.section;
  const std::optional<std::string>& before = part.derived.last_leader;
  bool is_configured = false;
  for (const RegistryNodeFacts& node : part.facts.nodes) {
    const std::string& name = node.entity->name;
    is_configured = is_configured || before == name;
    if (node.primary && node.Serves(emitter.now())) {
      emitter.Sample({section.cluster, section.instance, name}, *node.primary ? 1 : 0);
    } else if (node.primary) {
      emitter.Unknown(node.polled, {section.cluster, section.instance, name});
    } else if (before) {
      emitter.Unknown(part.derived.led, {section.cluster, section.instance, name});
    }
  }
  if (before && !before->empty() && !is_configured) {
    emitter.Unknown(part.derived.led, {section.cluster, section.instance, *before});
  }
}

/// As the nodes' group says; where it is not known, as they say themselves.
void EmitLeader(const Part& part, Emitter& emitter) {
  const Section& section = part.section;
  if (!part.derived.leader || !IsFresh(part.derived.led, emitter.now())) {
    EmitPrimary(part, emitter);
    return;
  }
  const RegistryLeader& leader = *part.derived.leader;
  for (size_t i = 0; i < part.facts.nodes.size(); ++i) {
    emitter.Sample({section.cluster, section.instance, part.facts.nodes[i].entity->name},
                   leader.node == i ? 1 : 0);
  }
  if (!leader.node && !leader.url.empty()) {
    emitter.Sample({section.cluster, section.instance, leader.url}, 1);
  }
}

void EmitDivergence(const Part& part, Emitter& emitter) {
  for (const RegistryNodeFacts& node : part.facts.nodes) {
    const std::string& name = node.entity->name;
    if (node.compared == nullptr) {
      continue;  // it tells the others' measure, or its turn is still to come
    }
    if (emitter.Known(node.compared, {part.section.cluster, part.section.instance, name})) {
      emitter.Sample(
          {part.section.cluster, part.section.instance, name},
          node.comparison.in_a_row > 1 ? static_cast<double>(node.comparison.differences) : 0);
    }
  }
}

void EmitMode(const Part& part, Emitter& emitter) {
  const Section& section = part.section;
  if (part.facts.mode.empty() && IsFresh(part.facts.mode_told, emitter.now())) {
    return;  // it has no modes
  }
  if (emitter.Known(part.facts.mode_told, {section.cluster, section.instance})) {
    EmitStates(kModes, part.facts.mode, [&](std::string_view mode, double value) {
      emitter.Sample({section.cluster, section.instance, mode}, value);
    });
  }
}

void EmitCompatibility(const Part& part, Emitter& emitter) {
  const Section& section = part.section;
  if (emitter.Known(part.facts.settings, {section.cluster, section.instance})) {
    EmitStates(kLevels, part.facts.compatibility, [&](std::string_view level, double value) {
      emitter.Sample({section.cluster, section.instance, level}, value);
    });
  }
}

/// Whether numbers of the inventory may be emitted: it was read once as a whole.
bool CountsKnown(const Part& part, Emitter& emitter) {
  const auto scope = {std::string_view(part.section.cluster),
                      std::string_view(part.section.instance)};
  if (!part.facts.whole || !part.facts.incomplete.empty()) {
    emitter.Unknown(part.facts.listed, scope);
    return false;
  }
  return emitter.Known(part.facts.listed, scope);
}

void EmitSettingsAge(const Part& part, Emitter& emitter) {
  if (CountsKnown(part, emitter) && part.facts.subject_settings_at) {
    const Duration age = emitter.now().mono - part.facts.subject_settings_at->mono;
    emitter.Sample({part.section.cluster, part.section.instance},
                   std::chrono::duration<double>(age).count());
  }
}

template <size_t RegistryCounts::* kMember>
void EmitCount(const Part& part, Emitter& emitter) {
  if (CountsKnown(part, emitter)) {
    emitter.Sample({part.section.cluster, part.section.instance},
                   static_cast<double>(part.derived.counts.*kMember));
  }
}

/// Of what is deleted softly: not known while subjects left the list and may be deleted for good.
template <size_t RegistryCounts::* kMember>
void EmitDeleted(const Part& part, Emitter& emitter) {
  if (part.derived.counts.vanished > 0) {
    emitter.Unknown(part.facts.listed, {part.section.cluster, part.section.instance});
  } else {
    EmitCount<kMember>(part, emitter);
  }
}

template <std::map<std::string, size_t> RegistryCounts::* kMember>
void EmitCounts(const Part& part, Emitter& emitter) {
  if (CountsKnown(part, emitter)) {
    for (const auto& [word, count] : part.derived.counts.*kMember) {
      emitter.Sample({part.section.cluster, part.section.instance, word},
                     static_cast<double>(count));
    }
  }
}

void EmitSubjectMode(const Part& part, Emitter& emitter) {
  if (!CountsKnown(part, emitter)) {
    return;
  }
  for (const SubjectRef& subject : part.facts.inventory->subjects) {
    if (subject->mode && !subject->mode->empty()) {
      emitter.Sample(
          {part.section.cluster, part.section.instance, subject->entity->name, *subject->mode}, 1);
    }
  }
}

void EmitSubjectVersions(const Part& part, Emitter& emitter) {
  if (!CountsKnown(part, emitter)) {
    return;
  }
  for (const SubjectRef& subject : part.facts.inventory->subjects) {
    const auto active = std::ranges::count(subject->versions, false, &SchemaVersionFacts::deleted);
    emitter.Sample({part.section.cluster, part.section.instance, subject->entity->name},
                   static_cast<double>(active));
  }
}

constexpr std::array kParts{UnreadablePart::kVersions, UnreadablePart::kSettings,
                            UnreadablePart::kLeftOut};

void EmitUnreadable(const Part& part, Emitter& emitter) {
  const Section& section = part.section;
  if (!emitter.Known(part.facts.listed, {section.cluster, section.instance})) {
    return;
  }
  const UnreadableSubjects* all = part.facts.unreadable.get();
  for (const UnreadablePart each : kParts) {
    emitter.Sample({section.cluster, section.instance, Name(each)},
                   all == nullptr ? 0 : static_cast<double>(all->Count(each)));
  }
}

void EmitMaxId(const Part& part, Emitter& emitter) {
  const Section& section = part.section;
  if (part.facts.max_id && part.facts.whole &&
      emitter.Known(part.facts.max_id_answer, {section.cluster, section.instance})) {
    emitter.Sample({section.cluster, section.instance}, *part.facts.max_id);
  }
}

void EmitOrphans(const Part& part, Emitter& emitter) {
  if (!CountsKnown(part, emitter)) {
    return;
  }
  if (!part.derived.orphans) {
    emitter.Unknown(part.facts.listed, {part.section.cluster, part.section.instance});
    return;
  }
  emitter.Sample({part.section.cluster, part.section.instance},
                 static_cast<double>(part.derived.orphans->size()));
}

void EmitIntegrity(const Part& part, Emitter& emitter) {
  for (size_t i = 0; i < kIntegrityKinds; ++i) {
    const auto kind = static_cast<IntegrityKind>(i);
    emitter.Sample({part.section.cluster, part.section.instance, Name(kind)},
                   static_cast<double>(part.derived.violation_totals.at(i)));
  }
}

void EmitRegistered(const Part& part, Emitter& emitter) {
  emitter.Sample({part.section.cluster, part.section.instance},
                 static_cast<double>(part.derived.registered_total));
}

constexpr std::string_view kConfig = "GET /config";
constexpr std::string_view kPolled = "every poll";
constexpr std::string_view kSubjects = "GET /subjects, /schemas";
constexpr std::string_view kAnalysis = "what changed since the start";

/// A row with a series a registry.
constexpr Metric Of(std::string_view name, std::string_view help,
                    std::span<const std::string_view> labels, std::string_view source,
                    void (*emit)(const View&, Emitter&)) {
  return {.info = {.name = name, .help = help, .labels = labels, .source = source}, .emit = emit};
}

constexpr std::array kRows{
    Of("kafka_schema_registry_info",
       "Implementation and version of a schema registry, as far as it tells; always 1", kInfo,
       kConfig, Each<EmitInfo>),
    Of("kafka_schema_registry_up",
       "1 if the node answered GET /config in the last poll as a schema registry does", kNode,
       kPolled, Each<EmitUp>),
    Of("kafka_schema_registry_node_state",
       "1 for the state a node is in, 0 for the others; not_serving: it answers with an error of "
       "its own",
       kNodeState, kPolled, Each<EmitNodeState>),
    Metric{.info = {.name = "kafka_schema_registry_latency_seconds",
                    .help = "Time that GET /config took in the last poll",
                    .unit = "seconds",
                    .labels = kNode,
                    .source = kConfig},
           .emit = Each<EmitLatency>},
    Of("kafka_schema_registry_leader",
       "1 for the node that takes writes, 0 for the others: as the nodes' group in Kafka says, or "
       "Karapace's nodes themselves; no series where neither is known",
       kNode, "DescribeGroups, GET /_health", Each<EmitLeader>),
    Of("kafka_schema_registry_node_divergence",
       "Subjects and ids found different from those of the node that tells the others' values, in "
       "two comparisons in a row; a sample of ids is compared each time",
       kNode, "GET /subjects, /schemas/ids", Each<EmitDivergence>),
    Of("kafka_schema_registry_mode",
       "1 for the mode of the whole registry, 0 for the others; no series where it has no modes",
       kMode, "GET /mode", Each<EmitMode>),
    Of("kafka_schema_registry_compatibility",
       "1 for the compatibility level of the whole registry, 0 for the others", kLevel, kConfig,
       Each<EmitCompatibility>),
    Of("kafka_schema_registry_subjects", "Subjects with a version that is not deleted", kRegistry,
       kSubjects, Each<EmitCount<&RegistryCounts::subjects>>),
    Of("kafka_schema_registry_unreadable_subjects",
       "Subjects that the registry lists and of which something could not be read: versions (they "
       "are in no other count if they never could be), settings (level and mode), or left_out (its "
       "name is odd, or there is too much)",
       kPart, "GET /subjects/SUBJECT, /config/SUBJECT", Each<EmitUnreadable>),
    Of("kafka_schema_registry_deleted_subjects", "Subjects that are deleted softly", kRegistry,
       kSubjects, Each<EmitDeleted<&RegistryCounts::deleted_subjects>>),
    Of("kafka_schema_registry_versions", "Versions of all subjects that are not deleted", kRegistry,
       kSubjects, Each<EmitCount<&RegistryCounts::versions>>),
    Of("kafka_schema_registry_deleted_versions", "Versions that are deleted softly", kRegistry,
       kSubjects, Each<EmitDeleted<&RegistryCounts::deleted_versions>>),
    Of("kafka_schema_registry_schemas", "Ids in use, by the type of their schema", kType, kSubjects,
       Each<EmitCounts<&RegistryCounts::types>>),
    Of("kafka_schema_registry_compatibility_subjects",
       "Subjects by the compatibility level that holds for them, their own or the registry's; "
       "those "
       "whose own was not read yet are left out",
       kLevel, "GET /config/SUBJECT", Each<EmitCounts<&RegistryCounts::levels>>),
    Of("kafka_schema_registry_subject_mode", "Mode of a subject that has one of its own; always 1",
       kSubjectMode, "GET /mode/SUBJECT", Each<EmitSubjectMode>),
    Metric{.info = {.name = "kafka_schema_registry_subject_settings_age_seconds",
                    .help = "Since the level and mode of the subject were read whose turn was "
                            "longest ago; absent until all were read once",
                    .unit = "seconds",
                    .labels = kRegistry,
                    .source = "GET /config/SUBJECT, /mode/SUBJECT"},
           .emit = Each<EmitSettingsAge>},
    Of("kafka_schema_registry_unused_ids",
       "Ids of the default context below the highest in use that no version has: deleted for good, "
       "lost, or never given out",
       kRegistry, kSubjects, Each<EmitCount<&RegistryCounts::unused_ids>>),
    Of("kafka_schema_registry_subject_versions", "Versions of a subject that are not deleted",
       kSubject, kSubjects, Each<EmitSubjectVersions>),
    Of("kafka_schema_registry_max_id",
       "The highest id given out in the default context: as the registry says, or the highest seen",
       kRegistry, "GET /schemas/ids", Each<EmitMaxId>),
    Of("kafka_schema_registry_dangling_references",
       "References to versions that are deleted or not there", kRegistry, kSubjects,
       Each<EmitCount<&RegistryCounts::dangling>>),
    Of("kafka_schema_registry_orphan_subjects",
       "Subjects named TOPIC-key or TOPIC-value without such a topic; absent without Kafka's "
       "topics",
       kRegistry, "GET /subjects, Metadata", Each<EmitOrphans>),
    Metric{.info = {.name = "kafka_schema_registry_registered_versions_total",
                    .help = "Versions that appeared since Klaxon started",
                    .type = MetricType::kCounter,
                    .labels = kRegistry,
                    .source = kAnalysis},
           .emit = Each<EmitRegistered>},
    Metric{.info = {.name = "kafka_schema_registry_integrity_violations_total",
                    .help = "What must never happen to a registry, counted since Klaxon started",
                    .type = MetricType::kCounter,
                    .labels = kKind,
                    .source = kAnalysis},
           .emit = Each<EmitIntegrity>},
};

}  // namespace

Table SchemaRegistryTable() {
  static const std::vector<Metric> all = [] {
    std::vector<Metric> rows(kRows.begin(), kRows.end());
    const Table topic = SchemaRegistryTopicRows();
    rows.insert(rows.end(), topic.begin(), topic.end());
    return rows;
  }();
  return all;
}

}  // namespace klaxon::metrics
