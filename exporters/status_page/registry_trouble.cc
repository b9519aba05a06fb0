#include <algorithm>
#include <map>
#include <memory>

#include <fmt/format.h>

#include "agent/base/duration.h"
#include "exporters/status_page/html.h"
#include "exporters/status_page/registry_section.h"

namespace klaxon::status_page {
namespace {

constexpr size_t kManyVersions = 1'000;          // of one subject: every registration compares them
constexpr size_t kExplosion = 20;                // new versions of one subject within an hour
constexpr std::string_view kUnchecked = "NONE";  // CompatibilityLevel.java
constexpr Duration kShownFor = std::chrono::hours{24};  // a violation, since it was seen

/// For the age of what was seen once and stays true.
AnswerRef SeenAt(const Instant& at) {
  return std::make_shared<const Answer>(Answer{.source = "what changed in the registry",
                                               .taken_at = at,
                                               .good_for = kShownFor,
                                               .error = {}});
}

class Collecting {
 public:
  explicit Collecting(const SchemaRegistryPart& part, const Instant& now)
      : part_(part), now_(now) {}

  std::vector<Trouble> Run() {
    Violations();
    Replaced();
    Topic(part_.facts.topic);
    Nodes();
    if (part_.derived.leader && IsFresh(part_.derived.led, now_)) {
      Leader(*part_.derived.leader);
    }
    if (IsFresh(part_.facts.mode_told, now_)) {
      Mode();
    }
    if (IsFresh(part_.facts.settings, now_) && part_.facts.compatibility == kUnchecked) {
      Add(Severity::kAtRisk, "the schema registry checks no compatibility",
          "its level is NONE: any schema can be registered, also one that consumers cannot read",
          part_.facts.settings);
    }
    if (part_.facts.whole && IsFresh(part_.facts.listed, now_)) {
      Subjects();
      Explosions();
    }
    return std::move(troubles_);
  }

 private:
  void Add(Severity severity, std::string what, std::string why, AnswerRef answer) {
    troubles_.push_back({.severity = severity,
                         .where = part_.section.cluster + " / " + part_.section.instance,
                         .what = std::move(what),
                         .why = std::move(why),
                         .answer = std::move(answer)});
  }

  void Violations() {
    for (const IntegrityViolation& violation : part_.derived.violations) {
      if (now_.mono - violation.at.mono <= kShownFor) {
        Add(Severity::kBroken, "the schema registry is damaged",
            violation.times == 1
                ? violation.what
                : fmt::format("{}; {} times, first {} ago", violation.what, violation.times,
                              FormatAge(now_.mono - violation.first.mono)),
            SeenAt(violation.at));
      }
    }
  }

  void Replaced() {
    if (!part_.derived.replaced.empty() &&
        now_.mono - part_.derived.replaced_at.mono <= kShownFor) {
      Add(Severity::kAtRisk, "another schema registry answers", part_.derived.replaced,
          SeenAt(part_.derived.replaced_at));
    }
  }

  void Nodes() {
    for (const RegistryNodeFacts& node : part_.facts.nodes) {
      if (node.comparison.in_a_row > 1 && IsFresh(node.compared, now_)) {
        Add(Severity::kBroken,
            fmt::format("schema registry node {} differs from {}", node.entity->name,
                        part_.facts.listed_from),
            node.comparison.words.empty() ? "" : node.comparison.words.front(), node.compared);
      }
    }
  }

  void Topic(const RegistryTopicFacts& topic) {
    if (!topic.cleanup_policy.empty() && !topic.compacted() && IsFresh(topic.policy, now_)) {
      Add(Severity::kBroken,
          fmt::format("topic {} has cleanup.policy {}", topic.name, topic.cleanup_policy),
          "schemas vanish when their records are old, and the registry with the next restart; "
          "set it to compact",
          topic.policy);
    }
    if (part_.derived.topic_begins.value_or(0) > 0) {
      Add(Severity::kAtRisk,
          fmt::format("the first records of topic {} are gone, up to offset {}", topic.name,
                      *part_.derived.topic_begins),
          "compaction alone does not do that: was it deleted from, or not compacted once?",
          topic.tailed);
    }
    if (topic.unreadable > 0 && IsFresh(topic.tailed, now_)) {
      Add(Severity::kAtRisk,
          fmt::format("{} of topic {} are none of a schema registry's",
                      Counted(static_cast<size_t>(topic.unreadable), "record"), topic.name),
          "does something else write to it?", topic.tailed);
    }
  }

  void Leader(const RegistryLeader& leader) {
    const std::string group =
        fmt::format("group {}, {}", leader.group, Counted(leader.members, "node"));
    if (leader.same_address) {
      Add(Severity::kBroken, "two schema registry nodes advertise the same address",
          group + ": none leads; set host.name of each", part_.derived.led);
    } else if (leader.settled && leader.members > 0 && (leader.url.empty() || !leader.eligible)) {
      Add(Severity::kBroken, "no schema registry node leads",
          group + ": no schema can be registered; is leader.eligibility off everywhere?",
          part_.derived.led);
    }
  }

  void Mode() {
    const SchemaRegistryFacts& facts = part_.facts;
    if (!facts.mode.empty() && facts.mode != "READWRITE") {
      Add(Severity::kAtRisk, fmt::format("the schema registry is in mode {}", facts.mode),
          "producers cannot register schemas", facts.mode_told);
    }
  }

  void Subjects() {
    size_t with_mode = 0;
    size_t unchecked = 0;
    std::string example;
    std::string unchecked_example;
    // Apicurio answers NONE for every subject that has no level of its own.
    const bool tells = part_.facts.kind != RegistryKind::kApicurio;
    for (const SubjectRef& subject : part_.facts.inventory->subjects) {
      if (subject->versions.size() >= kManyVersions) {
        Add(Severity::kAtRisk,
            fmt::format("subject {} has {} versions", subject->entity->name,
                        subject->versions.size()),
            "every registration is compared with them; does a producer make schemas?",
            part_.facts.listed);
      }
      if (!subject->deleted() && subject->mode && subject->mode->starts_with("READONLY")) {
        example = with_mode++ == 0 ? subject->entity->name : example;
      }
      if (tells && !subject->deleted() && subject->compatibility == kUnchecked) {
        unchecked_example = unchecked++ == 0 ? subject->entity->name : unchecked_example;
      }
    }
    if (with_mode > 0) {
      Add(Severity::kAtRisk, fmt::format("{} read-only", Counted(with_mode, "subject")),
          "no schema can be registered, e.g. in " + example, part_.facts.listed);
    }
    if (unchecked > 0) {
      Add(Severity::kAtRisk,
          fmt::format("{} with no compatibility checks", Counted(unchecked, "subject")),
          "level NONE: any schema can be registered, e.g. in " + unchecked_example,
          part_.facts.listed);
    }
    if (part_.derived.counts.dangling > 0) {
      Add(Severity::kAtRisk,
          fmt::format("{} to schemas that are deleted",
                      Counted(part_.derived.counts.dangling, "reference")),
          part_.derived.dangling.empty() ? "" : part_.derived.dangling.front(), part_.facts.listed);
    }
  }

  void Explosions() {
    std::map<std::string_view, size_t> counts;
    for (const auto& [at, subject] : part_.derived.registered) {
      counts[subject->name] += now_.mono - at <= std::chrono::hours{1} ? 1U : 0U;
    }
    for (const auto& [subject, count] : counts) {
      if (count >= kExplosion) {
        Add(Severity::kAtRisk,
            fmt::format("subject {} got {} versions within an hour", subject, count),
            "does a producer register a schema of its own for each record?", part_.facts.listed);
      }
    }
  }

  const SchemaRegistryPart& part_;
  const Instant now_;
  std::vector<Trouble> troubles_{};
};

}  // namespace

std::vector<Trouble> RegistryTroubles(const SchemaRegistryPart& part, const Instant& now) {
  return Collecting(part, now).Run();
}

}  // namespace klaxon::status_page
