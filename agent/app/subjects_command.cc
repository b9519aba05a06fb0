#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "agent/app/commands.h"
#include "agent/app/poll_once.h"
#include "agent/base/text.h"
#include "exporters/api/documents.h"

namespace klaxon::app {
namespace {

/// One line of the table.
struct SubjectRow {
  std::string subject{};
  std::string versions{};
  std::string latest{};
  std::string id{};
  std::string type{};
  std::string compatibility{};
  std::string mode{};
};

std::string Setting(const std::optional<std::string>& own, const std::string& general) {
  // The registry's own is in brackets, because it changes with the registry's.
  return !own           ? "unknown"
         : own->empty() ? (general.empty() ? "-" : fmt::format("({})", Printable(general, 40)))
                        : Printable(*own, 40);
}

/// Names are other people's: what a terminal would obey stays out of it.
SubjectRow SubjectRowOf(const SubjectFacts& subject, const SchemaRegistryFacts& facts) {
  const auto deleted = std::ranges::count(subject.versions, true, &SchemaVersionFacts::deleted);
  const SchemaVersionFacts& last = subject.versions.back();
  return {.subject = Printable(subject.entity->name),
          .versions = deleted == 0
                          ? fmt::format("{}", subject.versions.size())
                          : fmt::format("{}, {} deleted", subject.versions.size(), deleted),
          .latest = fmt::format("{}", last.version),
          .id = fmt::format("{}", last.schema->id),
          .type = Printable(last.schema->type, 40),
          .compatibility = Setting(subject.compatibility, facts.compatibility),
          .mode = Setting(subject.mode, facts.mode)};
}

std::string RegistryMode(const SchemaRegistryFacts& facts, const Instant& now) {
  if (!IsFresh(facts.mode_told, now)) {
    return "unknown";
  }
  return facts.mode.empty() ? "none" : Printable(facts.mode, 40);
}

/// "node http://r1:8081: serving, leads" for each.
void PrintNodes(const SchemaRegistryPart& part, const Instant& now) {
  const auto& leader = part.derived.leader;
  for (const RegistryNodeFacts& node : part.facts.nodes) {
    const bool leads = Leads(part.facts, part.derived, node, now).value_or(false);
    fmt::print("node {}: {}{}\n", node.entity->name, Name(node.state), leads ? ", leads" : "");
  }
  if (leader && !leader->node) {
    fmt::print("{} leads, as group {} says\n",
               leader->url.empty() ? "nobody" : Printable(leader->url), Printable(leader->group));
  }
}

void PrintSubjects(const SchemaRegistryPart& part, const Instant& now) {
  const SchemaRegistryFacts& facts = part.facts;
  fmt::print("registry {}/{}: {}{}{}, {} subjects, {} versions, compatibility {}, mode {}\n",
             part.section.cluster, part.section.instance, Name(facts.kind),
             facts.version.empty() ? "" : " ", facts.version, part.derived.counts.subjects,
             part.derived.counts.versions, Printable(facts.compatibility, 40),
             RegistryMode(facts, now));
  PrintNodes(part, now);
  std::vector<SubjectRow> rows{
      {"SUBJECT", "VERSIONS", "LATEST", "ID", "TYPE", "COMPATIBILITY", "MODE"}};
  for (const SubjectRef& subject : facts.inventory->subjects) {
    rows.push_back(SubjectRowOf(*subject, facts));
  }
  size_t name = 0;
  size_t versions = 0;
  for (const SubjectRow& row : rows) {
    name = std::max(name, row.subject.size());
    versions = std::max(versions, row.versions.size());
  }
  for (const SubjectRow& row : rows) {
    fmt::print("{:<{}}  {:<{}}  {:>6}  {:>8}  {:<8}  {:<21}  {}\n", row.subject, name, row.versions,
               versions, row.latest, row.id, row.type, row.compatibility, row.mode);
  }
}

/// Kafka tells which node leads, and which topics there are.
bool TellsOfRegistry(const Source& source, const AgentConfig& config) {
  return source.place().collector == "kafka" &&
         std::ranges::any_of(config.sources, [&](const SourceRef& other) {
           return other->place().collector == "schema_registry" &&
                  other->place().cluster == source.place().cluster;
         });
}

}  // namespace

ExitCode Subjects(const RunOptions& options, bool json) {
  const std::optional<AgentConfig> config = ConfigOrComplaint(options);
  if (!config) {
    return kUsage;
  }
  Onlooker onlooker(*config);
  const View& view = onlooker.Look([&](const Source& source) {
    return source.place().collector == "schema_registry" || TellsOfRegistry(source, *config);
  });
  if (std::ranges::none_of(view.parts, [](const ViewPart& part) {
        return part.section->collector == "schema_registry";
      })) {
    fmt::print(stderr, "klaxon: there is no schema registry to look at; give --registry URL\n");
    return kUsage;
  }
  bool whole = PrintProblems(view);
  const std::vector<SchemaRegistryPart> parts = SchemaRegistryParts(view);
  for (const SchemaRegistryPart& part : parts) {
    whole = whole && part.facts.whole;
    if (!part.facts.whole) {
      fmt::print(stderr, "klaxon: {}: not every subject could be read in time\n",
                 part.section.Title());
    }
    if (!json && part.facts.inventory != nullptr) {
      PrintSubjects(part, view.now);
    }
  }
  if (json) {
    fmt::print("{}", api::SubjectsDocument(view, view.now, std::nullopt));
  }
  return whole ? kOk : kFailed;
}

}  // namespace klaxon::app
