#include "exporters/status_page/registry_section.h"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include "agent/base/duration.h"
#include "agent/base/text.h"
#include "exporters/status_page/html.h"

namespace klaxon::status_page {
namespace {

constexpr size_t kSubjectsShown = 20;
constexpr size_t kUnreadableShown = 10;
constexpr size_t kLongestShown = 200;

std::string StateCell(const RegistryNodeFacts& node, const Instant& now) {
  if (!IsFresh(node.polled, now) || node.state == RegistryNodeState::kUnknown) {
    return UnknownValue(node.polled) +
           (node.why.empty() ? "" : fmt::format("<div class=\"why\">{}</div>", Escape(node.why)));
  }
  const bool serves = node.state == RegistryNodeState::kServing;
  const std::string_view word = serves                                         ? "serving"
                                : node.state == RegistryNodeState::kNotServing ? "not serving"
                                                                               : "unreachable";
  std::string html = Badge(serves ? "good" : "bad", word);
  if (!node.why.empty()) {
    html += fmt::format("<div class=\"why\">{}</div>", Escape(node.why));
  }
  return html;
}

std::string ComparisonCell(const RegistryNodeFacts& node, const SchemaRegistryFacts& facts,
                           const Instant& now) {
  if (node.entity->name == facts.listed_from) {
    return R"(<span class="quiet">tells what is shown here</span>)";
  }
  if (node.compared == nullptr) {
    return node.compare_failed.empty() ? R"(<span class="quiet">not compared yet</span>)"
                                       : UnknownValue(node.compare_failed);
  }
  if (!IsFresh(node.compared, now)) {
    return UnknownValue(node.compared);
  }
  const std::string since =
      node.compare_failed.empty()
          ? ""
          : fmt::format("<div class=\"why\">{}; not compared since: {}</div>",
                        AgeOf(node.compared, now), Escape(node.compare_failed));
  if (node.comparison.differences == 0) {
    return "agrees" + since;
  }
  std::string html = Badge(node.comparison.in_a_row > 1 ? "bad" : "warn",
                           Counted(node.comparison.differences, "difference"));
  for (const std::string& word : node.comparison.words) {
    html += fmt::format("<div class=\"why\">{}</div>", Escape(word));
  }
  return html + since;
}

/// With its own age where it could not be read just now.
std::string ModeCell(const RegistryNodeFacts& node, const Instant& now) {
  if (!IsFresh(node.mode_told, now)) {
    return UnknownValue(node.mode_told);
  }
  const std::string mode = node.mode.empty() ? std::string(kNone) : Escape(node.mode);
  return !node.mode_told->error
             ? mode
             : fmt::format("{}<div class=\"why\">{}; not read since: {}</div>", mode,
                           AgeOf(node.mode_told, now), Escape(node.mode_told->error->message()));
}

std::string NodeRow(const RegistryNodeFacts& node, const SchemaRegistryPart& part,
                    const Instant& now) {
  const SchemaRegistryFacts& facts = part.facts;
  constexpr double kThousand = 1000;
  const bool serves = node.Serves(now) && IsFresh(node.told, now);
  const auto told = [&](const std::string& html) {
    return serves ? html : UnknownValue(node.told);
  };
  const std::string leads =
      Leads(part.facts, part.derived, node, now).value_or(false) ? " (leads)" : "";
  return "<tr>" + Cell("Node", fmt::format("<code>{}</code>{}", Escape(node.entity->name), leads)) +
         Cell("State", StateCell(node, now)) +
         Cell("Latency", told(fmt::format("{:.3g} ms", node.latency_seconds * kThousand))) +
         Cell("Compatibility", told(Escape(node.compatibility))) +
         Cell("Mode", told(ModeCell(node, now))) +
         Cell("Compared", ComparisonCell(node, facts, now)) + Cell("Age", AgeOf(node.told, now)) +
         "</tr>\n";
}

/// A leader that is none of the configured nodes.
std::string Leader(const SchemaRegistryPart& part, const Instant& now) {
  const auto& leader = part.derived.leader;
  if (!leader || leader->node || leader->url.empty() || !IsFresh(part.derived.led, now)) {
    return "";
  }
  return fmt::format(
      "<p><code>{}</code> leads, as group <code>{}</code> says; it is not configured here</p>\n",
      Escape(leader->url), Escape(leader->group));
}

/// "topic _schemas is followed, 1 204 records, compacted".
std::string TopicLine(const SchemaRegistryPart& part, const Instant& now) {
  const RegistryTopicFacts& topic = part.facts.topic;
  if (topic.name.empty()) {
    return "";
  }
  std::string html = fmt::format("<p>topic <code>{}</code> ", Escape(topic.name));
  if (!topic.followed) {
    html += "is not followed";
  } else if (part.facts.from_topic && IsFresh(topic.tailed, now)) {
    html += fmt::format("is followed, {} records {}", Grouped(static_cast<int64_t>(topic.records)),
                        AgeOf(topic.tailed, now));
  } else {
    html += "cannot be followed now: " + UnknownValue(topic.tailed);
  }
  html += "; compacted: ";
  html += !IsFresh(topic.policy, now) ? UnknownValue(topic.policy)
          : topic.compacted()         ? "yes"
                                      : Badge("bad", "no, " + topic.cleanup_policy);
  return html + "</p>\n";
}

std::string Nodes(const SchemaRegistryPart& part, const Instant& now) {
  std::string html =
      "<table><thead><tr><th>Node</th><th>State</th><th>Latency</th><th>Compatibility</th>"
      "<th>Mode</th><th>Compared</th><th>Age</th></tr></thead><tbody>\n";
  for (const RegistryNodeFacts& node : part.facts.nodes) {
    html += NodeRow(node, part, now);
  }
  return html + "</tbody></table>\n";
}

/// "2 134 subjects, 9 871 versions, highest id 10 240", or how far the first scan is.
std::string Numbers(const SchemaRegistryPart& part, const Instant& now) {
  const SchemaRegistryFacts& facts = part.facts;
  if (facts.inventory == nullptr || !IsFresh(facts.listed, now)) {
    return UnknownValue(facts.listed);
  }
  const RegistryCounts& counts = part.derived.counts;
  const auto grouped = [](size_t count) { return Grouped(static_cast<int64_t>(count)); };
  if (!facts.whole && !facts.stuck.empty()) {
    return fmt::format("{} the first scan cannot go on: {}; {} versions read so far",
                       Badge("bad", "cannot be read"), Escape(facts.stuck),
                       grouped(counts.versions));
  }
  if (!facts.whole) {
    return fmt::format("the first scan goes on: {} versions read, {} subjects still to read",
                       grouped(counts.versions), grouped(facts.unread));
  }
  std::string html =
      fmt::format("{} subjects, {} versions", grouped(counts.subjects), grouped(counts.versions));
  if (counts.deleted_versions > 0) {
    html += fmt::format(", {} more deleted softly", grouped(counts.deleted_versions));
  }
  if (counts.vanished > 0) {
    html += fmt::format(", {} {} subjects left the list, softly deleted or for good",
                        Badge("unknown", "not known"), grouped(counts.vanished));
  }
  if (facts.max_id && IsFresh(facts.max_id_answer, now)) {
    html += fmt::format(", highest id {}", Grouped(*facts.max_id));
  }
  html += " " + AgeOf(facts.listed, now);
  if (facts.subject_settings_at) {
    html += fmt::format("; levels and modes of subjects read within the last {}",
                        FormatAge(now.mono - facts.subject_settings_at->mono));
  }
  return html;
}

std::string_view WordsOf(UnreadablePart part) {
  switch (part) {
    case UnreadablePart::kVersions:
      return "cannot be read";
    case UnreadablePart::kSettings:
      return "its level and mode cannot be read";
    case UnreadablePart::kLeftOut:
      return "left out";
  }
  std::abort();
}

/// What is listed and not shown, and why.
std::string Unreadable(const SchemaRegistryFacts& facts, const Instant& now) {
  if (facts.unreadable == nullptr || facts.inventory == nullptr) {
    return "";
  }
  const UnreadableSubjects& all = *facts.unreadable;
  std::string html = fmt::format(
      "<p>{} {} subjects cannot be read, the settings of {} cannot, and {} are left out:</p>\n<ul>",
      Badge("unknown", "not shown"), all.Count(UnreadablePart::kVersions),
      all.Count(UnreadablePart::kSettings), all.Count(UnreadablePart::kLeftOut));
  size_t shown = 0;
  for (const UnreadableSubject& subject : all.subjects) {
    if (shown++ == kUnreadableShown) {
      html += "<li>and more: <a href=\"api/klaxon/v1/subjects\">all of them</a></li>";
      break;
    }
    html += fmt::format("<li><code>{}</code> {}: {}{}</li>",
                        Escape(Printable(subject.name, kLongestShown)), WordsOf(subject.part),
                        Escape(subject.why),
                        subject.since ? ", for " + FormatAge(now.mono - subject.since->mono) : "");
  }
  return html + "</ul>\n";
}

/// Subjects with something of their own, then those with the most versions.
std::vector<const SubjectFacts*> Noteworthy(const SchemaRegistryFacts& facts) {
  std::vector<const SubjectFacts*> order;
  for (const SubjectRef& subject : facts.inventory->subjects) {
    if (!subject->deleted()) {
      order.push_back(subject.get());
    }
  }
  const auto rank = [](const SubjectFacts* subject) {
    const bool mode = subject->mode && !subject->mode->empty();
    return std::pair(!mode, -static_cast<int64_t>(subject->versions.size()));
  };
  const size_t shown = std::min(order.size(), kSubjectsShown);
  std::ranges::partial_sort(order, order.begin() + static_cast<std::ptrdiff_t>(shown), {}, rank);
  order.resize(shown);
  return order;
}

std::string SubjectRow(const SubjectFacts& subject, const SchemaRegistryFacts& facts,
                       const Instant& now) {
  const SchemaVersionFacts& last = subject.versions.back();
  const auto setting = [](const std::optional<std::string>& own, const std::string& general) {
    return !own           ? UnknownValue("not read yet")
           : own->empty() ? fmt::format("<span class=\"quiet\">{}</span>",
                                        general.empty() ? std::string(kNone) : Escape(general))
                          : Escape(*own);
  };
  const bool inherits = subject.mode && subject.mode->empty();
  const std::string mode = inherits && !IsFresh(facts.mode_told, now)
                               ? UnknownValue(facts.mode_told)
                               : setting(subject.mode, facts.mode);
  return "<tr>" + Cell("Subject", fmt::format("<code>{}</code>", Escape(subject.entity->name))) +
         Cell("Versions", fmt::format("{}", subject.versions.size())) +
         Cell("Latest", fmt::format("{} (id {})", last.version, last.schema->id)) +
         Cell("Type", Escape(last.schema->type)) +
         Cell("Compatibility", setting(subject.compatibility, facts.compatibility)) +
         Cell("Mode", mode) + Cell("Age", AgeOf(facts.listed, now)) + "</tr>\n";
}

std::string Subjects(const SchemaRegistryFacts& facts, const Instant& now) {
  const std::vector<const SubjectFacts*> subjects = Noteworthy(facts);
  if (subjects.empty()) {
    return "";
  }
  std::string html =
      "<table><thead><tr><th>Subject</th><th>Versions</th><th>Latest</th><th>Type</th>"
      "<th>Compatibility</th><th>Mode</th><th>Age</th></tr></thead><tbody>\n";
  for (const SubjectFacts* subject : subjects) {
    html += SubjectRow(*subject, facts, now);
  }
  html += "</tbody></table>\n";
  if (subjects.size() == kSubjectsShown) {
    html += fmt::format(
        "<p class=\"quiet\">The {} with a mode of their own or the most versions; all: "
        "<a href=\"api/klaxon/v1/subjects\">subjects</a></p>\n",
        kSubjectsShown);
  }
  return html;
}

}  // namespace

std::string RegistrySection(const SchemaRegistryPart& part, const PlatformLinks& links,
                            const Instant& now) {
  const SchemaRegistryFacts& facts = part.facts;
  const std::string who =
      facts.kind == RegistryKind::kUnknown ? "" : fmt::format(", {}", Name(facts.kind));
  std::string html = fmt::format(
      "{}<h2>{} / {} <span class=\"quiet\">schema registry{} {}</span></h2>\n{}<p>{}</p>\n",
      OpenSection(part.section), Escape(part.section.cluster), Escape(part.section.instance), who,
      Escape(facts.version), LinksIn(links, part.section), Numbers(part, now));
  html += TopicLine(part, now) + Leader(part, now) + Nodes(part, now);
  if (facts.inventory != nullptr && IsFresh(facts.listed, now)) {
    html += Unreadable(facts, now) + Subjects(facts, now);
  }
  return html + "</section>\n";
}

}  // namespace klaxon::status_page
