#include "exporters/api/documents.h"
#include "exporters/api/json.h"

namespace klaxon::api {
namespace {

Json Topic(const SchemaRegistryFacts& facts, const Instant& now) {
  const RegistryTopicFacts& topic = facts.topic;
  return topic.name.empty()
             ? Json(nullptr)
             : Json{{"topic", Text(topic.name)},
                    {"wanted", topic.followed},
                    {"followed", facts.from_topic && IsFresh(topic.tailed, now)},
                    {"as_of", AsOf(topic.tailed, now)},
                    {"records", IfFresh(topic.tailed, now, [&] { return topic.records; })},
                    {"unreadable_records",
                     IfFresh(topic.tailed, now, [&] { return topic.unreadable; })},
                    {"cleanup_policy",
                     IfFresh(topic.policy, now, [&] { return Text(topic.cleanup_policy); })}};
}

Json Leader(const SchemaRegistryPart& part, const Instant& now) {
  const auto& leader = part.derived.leader;
  return leader && IsFresh(part.derived.led, now) ? Json{{"group", Text(leader->group)},
                                                         {"url", TextOrNull(leader->url)},
                                                         {"members", leader->members},
                                                         {"as_of", AsOf(part.derived.led, now)}}
                                                  : Json(nullptr);
}

Json Node(const RegistryNodeFacts& node, const SchemaRegistryPart& part, const Instant& now) {
  const bool known = node.state != RegistryNodeState::kUnknown && IsFresh(node.polled, now);
  const bool serves = node.Serves(now);
  const std::optional<bool> leads = Leads(part.facts, part.derived, node, now);
  Json differences = Json::array();
  for (const std::string& word : node.comparison.words) {
    differences.push_back(Text(word));
  }
  return {{"node", Text(node.entity->name)},
          {"state", known ? Json(Name(node.state)) : Json(nullptr)},
          {"why", TextOrNull(node.why)},
          {"as_of", AsOf(node.told, now)},
          {"latency_seconds", serves ? Json(node.latency_seconds) : Json(nullptr)},
          {"leads", leads ? Json(*leads) : Json(nullptr)},
          {"tells_subjects", node.entity->name == part.facts.listed_from},
          {"compare_failed", TextOrNull(node.compare_failed)},
          {"differences", IfFresh(node.compared, now, [&] { return differences; })}};
}

/// Of the subject whose level and mode were read longest ago; null: not all were read yet.
Json SettingsAge(const SchemaRegistryFacts& facts, const Instant& now) {
  return facts.subject_settings_at
             ? Json(std::chrono::duration<double>(now.mono - facts.subject_settings_at->mono)
                        .count())
             : Json(nullptr);
}

Json Unreadable(const SchemaRegistryFacts& facts) {
  static const UnreadableSubjects none;
  const UnreadableSubjects& all = facts.unreadable == nullptr ? none : *facts.unreadable;
  Json subjects = Json::array();
  for (const UnreadableSubject& subject : all.subjects) {
    subjects.push_back(
        {{"subject", Text(subject.name)},
         {"part", Name(subject.part)},
         {"why", Text(subject.why)},
         {"since", subject.since ? Json(FormatWallTime(subject.since->wall)) : Json(nullptr)}});
  }
  return {{"versions", all.Count(UnreadablePart::kVersions)},
          {"settings", all.Count(UnreadablePart::kSettings)},
          {"left_out", all.Count(UnreadablePart::kLeftOut)},
          {"subjects", std::move(subjects)}};
}

Json Violations(const SchemaRegistryDerived& derived) {
  Json violations = Json::array();
  for (const IntegrityViolation& violation : derived.violations) {
    violations.push_back({{"kind", Name(violation.kind)},
                          {"at", FormatWallTime(violation.at.wall)},
                          {"first", FormatWallTime(violation.first.wall)},
                          {"times", violation.times},
                          {"what", Text(violation.what)}});
  }
  return violations;
}

Json Registry(const SchemaRegistryPart& part, const Instant& now) {
  const SchemaRegistryFacts& facts = part.facts;
  Json nodes = Json::array();
  for (const RegistryNodeFacts& node : facts.nodes) {
    nodes.push_back(Node(node, part, now));
  }
  Json orphans = nullptr;
  if (part.derived.orphans) {
    orphans = Json::array();
    for (const std::string& name : *part.derived.orphans) {
      orphans.push_back(Text(name));
    }
  }
  return {{"cluster", Text(part.section.cluster)},
          {"registry", Text(part.section.instance)},
          {"implementation", Name(facts.kind)},
          {"version", TextOrNull(facts.version)},
          {"compatibility",
           IfFresh(facts.settings, now, [&] { return TextOrNull(facts.compatibility); })},
          {"mode", IfFresh(facts.mode_told, now, [&] { return TextOrNull(facts.mode); })},
          {"whole", facts.whole},
          {"stuck", TextOrNull(facts.stuck)},
          {"unreadable", Unreadable(facts)},
          {"max_id", IfFresh(facts.max_id_answer, now,
                             [&] { return facts.max_id ? Json(*facts.max_id) : Json(nullptr); })},
          {"as_of", AsOf(facts.listed, now)},
          {"leader", Leader(part, now)},
          {"topic", Topic(facts, now)},
          {"subject_settings_age_seconds", SettingsAge(facts, now)},
          {"orphan_subjects", std::move(orphans)},
          {"violations", Violations(part.derived)},
          {"nodes", std::move(nodes)}};
}

Json Versions(const SubjectFacts& subject) {
  Json versions = Json::array();
  for (const SchemaVersionFacts& version : subject.versions) {
    versions.push_back({{"version", version.version},
                        {"id", version.schema->id},
                        {"type", Text(version.schema->type)},
                        {"hash", ToString(version.schema->hash)},
                        {"deleted", version.deleted}});
  }
  return versions;
}

Json SubjectJson(const SchemaRegistryPart& part, const SubjectFacts& subject, const Instant& now) {
  const auto setting = [](const std::optional<std::string>& own, const std::string& general) {
    return !own ? Json(nullptr) : TextOrNull(own->empty() ? general : *own);
  };
  const AnswerRef& listed = part.facts.listed;
  const std::string mode = IsFresh(part.facts.mode_told, now) ? part.facts.mode : "";
  return {{"cluster", Text(part.section.cluster)},
          {"registry", Text(part.section.instance)},
          {"subject", Text(subject.entity->name)},
          {"deleted", IfFresh(listed, now, [&] { return subject.deleted(); })},
          {"compatibility", setting(subject.compatibility, part.facts.compatibility)},
          {"own_compatibility", setting(subject.compatibility, "")},
          {"mode", setting(subject.mode, mode)},
          {"versions", IfFresh(listed, now, [&] { return Versions(subject); })}};
}

}  // namespace

std::string SubjectsDocument(const View& view, const Instant& now,
                             const std::optional<std::string>& cluster) {
  const std::vector<PlatformLink> links = PlatformLinksOf(view, now);
  Json registries = Json::array();
  Json subjects = Json::array();
  for (const SchemaRegistryPart& part : SchemaRegistryParts(view)) {
    if (cluster && *cluster != part.section.cluster) {
      continue;
    }
    registries.push_back(Registry(part, now));
    registries.back()["kafka_cluster"] = KafkaOf(links, part.section);
    if (part.facts.inventory != nullptr) {
      for (const SubjectRef& subject : part.facts.inventory->subjects) {
        subjects.push_back(SubjectJson(part, *subject, now));
      }
    }
  }
  return Dump({{"registries", std::move(registries)}, {"subjects", std::move(subjects)}});
}

}  // namespace klaxon::api
