#include "exporters/status_page/kafka_section.h"

#include <algorithm>
#include <map>
#include <numeric>

#include <fmt/format.h>

#include "agent/base/duration.h"
#include "exporters/status_page/html.h"
#include "exporters/status_page/trouble.h"

namespace klaxon::status_page {
namespace {

constexpr size_t kPartitionsShown = 10;  // the tiles above tell how many there are
constexpr size_t kGroupsShown = 50;

/// "1, 2, 3", or a dash for none.
std::string Ids(const std::vector<int32_t>& ids) {
  return ids.empty() ? "\u2013" : fmt::format("{}", fmt::join(ids, ", "));
}

std::string Tile(std::string_view label, std::string_view value, std::string_view age) {
  return fmt::format("<div class=\"tile\"><dt>{}</dt><dd>{} {}</dd></div>\n", label, value, age);
}

struct Totals {
  size_t partitions = 0;
  size_t leaderless = 0;
  size_t under_replicated = 0;
};

Totals TotalsOf(const KafkaFacts& facts) {
  Totals totals;
  for (const TopicFacts& topic : facts.topics) {
    totals.partitions += topic.partitions.size();
    for (const PartitionFacts& partition : topic.partitions) {
      const PartitionHealth health = HealthOf(partition);
      totals.leaderless += health.leaderless ? 1 : 0;
      totals.under_replicated += health.under_replicated ? 1 : 0;
    }
  }
  return totals;
}

/// A count that should be 0.
std::string Bad(size_t count) {
  const std::string text = Grouped(static_cast<int64_t>(count));
  return count == 0 ? text : fmt::format(R"(<strong class="bad">{}</strong>)", text);
}

std::string Tiles(const KafkaFacts& facts, const Instant& now) {
  const Totals totals = TotalsOf(facts);
  const auto counted = [&](const AnswerRef& answer, std::string value) {
    return IsFresh(answer, now) ? std::move(value) : UnknownValue(answer);
  };
  const auto number = [](size_t count) { return Grouped(static_cast<int64_t>(count)); };
  const std::string metadata_age = AgeOf(facts.metadata, now);
  const std::string leader_age = AgeOf(facts.leadership, now);
  std::string controller =
      counted(facts.controller_answer,
              facts.controller ? fmt::format("broker {}", *facts.controller) : "none");
  std::string html = "<dl class=\"tiles\">\n";
  html += Tile("Brokers", counted(facts.metadata, number(facts.brokers.size())), metadata_age);
  html += Tile("Controller", controller, AgeOf(facts.controller_answer, now));
  html += Tile("Topics", counted(facts.metadata, number(facts.topics.size())), metadata_age);
  html += Tile("Partitions", counted(facts.metadata, number(totals.partitions)), metadata_age);
  html += Tile("Without leader", counted(facts.leadership, Bad(totals.leaderless)), leader_age);
  html += Tile("Out of sync", counted(facts.leadership, Bad(totals.under_replicated)), leader_age);
  return html + "</dl>\n";
}

std::string BrokerRow(const KafkaFacts& facts, const BrokerFacts& broker, const Instant& now) {
  std::string state = broker.error ? Badge("bad", "does not answer") : Badge("good", "answers");
  if (!IsFresh(facts.metadata, now)) {
    state = UnknownValue(facts.metadata);
  }
  std::string why = broker.error ? Escape(broker.error->message()) : "";
  return "<tr>" + Cell("Broker", fmt::format("{}", broker.id)) +
         Cell("Address", fmt::format("<code>{}:{}</code>", Escape(broker.host), broker.port)) +
         Cell("Rack", broker.rack.empty() ? "\u2013" : Escape(broker.rack)) +
         Cell("State",
              state + (why.empty() ? "" : fmt::format("<div class=\"why\">{}</div>", why))) +
         Cell("Age", AgeOf(facts.metadata, now)) + "</tr>\n";
}

std::string Brokers(const KafkaFacts& facts, const Instant& now) {
  std::string html =
      "<h3>Brokers</h3>\n<table><thead><tr><th>Broker</th><th>Address</th><th>Rack</th>"
      "<th>State</th><th>Age</th></tr></thead><tbody>\n";
  for (const BrokerFacts& broker : facts.brokers) {
    html += BrokerRow(facts, broker, now);
  }
  return html + "</tbody></table>\n";
}

std::string PartitionRow(const KafkaFacts& facts, const TopicFacts& topic,
                         const PartitionFacts& partition, const Instant& now) {
  const PartitionHealth health = HealthOf(partition);
  std::string state = health.leaderless         ? Badge("bad", "no leader")
                      : health.under_replicated ? Badge("warn", "out of sync")
                                                : Badge("warn", "offline replica");
  return "<tr>" +
         Cell("Partition", fmt::format("<code>{}</code> / {}", Escape(topic.entity->name),
                                       partition.partition)) +
         Cell("State", state) +
         Cell("Leader", partition.leader < 0 ? "none" : fmt::format("{}", partition.leader)) +
         Cell("In sync", Ids(partition.in_sync)) + Cell("Replicas", Ids(partition.replicas)) +
         Cell("Age", AgeOf(facts.leadership, now)) + "</tr>\n";
}

std::string More(size_t all, size_t shown) {
  return all <= shown ? ""
                      : fmt::format(
                            "<p class=\"more\">and {} more; all are on "
                            "<a href=\"metrics\">/metrics</a></p>\n",
                            Grouped(static_cast<int64_t>(all - shown)));
}

std::string PartitionsInTrouble(const KafkaFacts& facts, const Instant& now) {
  std::string html = "<h3>Partitions in trouble</h3>\n";
  if (!IsFresh(facts.leadership, now)) {
    return html + fmt::format("<p>{}, last read {}</p>\n", UnknownValue(facts.leadership),
                              AgeOf(facts.leadership, now));
  }
  size_t found = 0;
  std::string rows;
  for (const TopicFacts& topic : facts.topics) {
    for (const PartitionFacts& partition : topic.partitions) {
      if (InTrouble(HealthOf(partition)) && ++found <= kPartitionsShown) {
        rows += PartitionRow(facts, topic, partition, now);
      }
    }
  }
  if (found == 0) {
    return html + fmt::format("<p>None. {}</p>\n", AgeOf(facts.leadership, now));
  }
  return html +
         "<table><thead><tr><th>Partition</th><th>State</th><th>Leader</th><th>In sync</th>"
         "<th>Replicas</th><th>Age</th></tr></thead><tbody>\n" +
         rows + "</tbody></table>\n" + More(found, kPartitionsShown);
}

std::string_view InWords(LagState state) {
  switch (state) {
    case LagState::kKnown:
      return "known";
    case LagState::kNoCommit:
      return "commits not read lately";
    case LagState::kNoEndOffset:
      return "end not read lately";
    case LagState::kNoTopic:
      return "of topics that are gone";
    case LagState::kBeyondEnd:
      return "committed beyond the end (topic recreated, or data lost)";
  }
  std::abort();
}

/// "2 partitions committed beyond the end ...; 1 partition of topics that are gone".
std::string UnknownPartitions(const GroupLag& lag) {
  std::map<LagState, size_t> counts;
  for (const auto& partitions : lag.topics) {
    for (const PartitionLag& partition : partitions) {
      ++counts[partition.state];
    }
  }
  counts.erase(LagState::kKnown);
  std::string words;
  for (const auto& [state, count] : counts) {
    words += fmt::format("{}{} {}", words.empty() ? "" : "; ", Counted(count, "partition"),
                         InWords(state));
  }
  return words;
}

std::string LagCell(const GroupFacts& group, const GroupLag& lag, const Instant& now) {
  if (!IsFresh(group.committed, now)) {
    return UnknownValue(group.committed);
  }
  if (lag.known == 0 && lag.unknown == 0) {
    return R"(<span class="quiet">nothing committed</span>)";
  }
  const std::string text =
      lag.known == 0 ? UnknownValue("no partition's lag is known") : Grouped(lag.sum);
  return lag.unknown == 0
             ? text
             : fmt::format("{}<div class=\"why\">{}</div>", text, UnknownPartitions(lag));
}

std::string StateCell(const GroupFacts& group, const Instant& now) {
  if (!IsFresh(group.described, now)) {
    return UnknownValue(group.described);
  }
  const std::string_view kind = group.state == "Stable"  ? "good"
                                : group.state == "Empty" ? "plain"
                                                         : "warn";
  return Badge(kind, group.state);
}

std::string MembersCell(const GroupFacts& group, const Instant& now) {
  if (group.members_unknown) {
    return UnknownValue(group.members_unknown->message());
  }
  return IsFresh(group.described, now) ? Grouped(static_cast<int64_t>(group.members.size()))
                                       : UnknownValue(group.described);
}

std::string GroupRow(const GroupFacts& group, const GroupLag& lag, const std::string& link,
                     const Instant& now) {
  return "<tr>" +
         Cell("Group", fmt::format("<code>{}</code>{}", Escape(group.entity->name),
                                   link.empty() ? "" : "<div class=\"why\">" + link + "</div>")) +
         Cell("Lag", LagCell(group, lag, now), "number") +
         Cell("Worst partition",
              lag.known > 0 && IsFresh(group.committed, now) ? Grouped(lag.worst) : "\u2013",
              "number") +
         Cell("State", StateCell(group, now)) + Cell("Members", MembersCell(group, now), "number") +
         Cell("Kind", std::string(Name(group.kind))) + Cell("Age", AgeOf(group.committed, now)) +
         "</tr>\n";
}

std::string Groups(const KafkaPart& part, const GroupLinks& links, const Instant& now) {
  const size_t count = part.facts.groups.size();
  if (part.facts.group_lists.empty()) {
    return "<h3>Groups</h3>\n<p>" + UnknownValue("no broker has listed its groups yet") + "</p>\n";
  }
  std::vector<size_t> order(count);
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::stable_sort(order, std::greater{},
                           [&](size_t i) { return part.derived.groups[i].worst; });
  const bool known = std::ranges::all_of(part.facts.group_lists,
                                         [&](const AnswerRef& list) { return IsFresh(list, now); });
  std::string html = fmt::format(
      "<h3>Groups <span class=\"quiet\">{}, worst lag first</span></h3>\n"
      "<table><thead><tr><th>Group</th><th class=\"number\">Lag</th>"
      "<th class=\"number\">Worst partition</th><th>State</th><th class=\"number\">Members</th>"
      "<th>Kind</th><th>Age</th></tr></thead><tbody>\n",
      known ? Counted(count, "group") : "their number is unknown");
  for (size_t i = 0; i < std::min(count, kGroupsShown); ++i) {
    const GroupFacts& group = part.facts.groups[order[i]];
    const auto link = links.find(group.entity.get());
    html += GroupRow(group, part.derived.groups[order[i]], link == links.end() ? "" : link->second,
                     now);
  }
  return html + "</tbody></table>\n" + More(count, kGroupsShown);
}

std::string Proof(const KafkaFacts& facts) {
  switch (facts.proof) {
    case MetadataProof::kProven:
      return "";
    case MetadataProof::kUnproven:
      return Badge("plain", "metadata not confirmed by a quorum");
    case MetadataProof::kDoubtful:
      return Badge("unknown", "not confirmed by the quorum: leaders are not known");
  }
  std::abort();
}

}  // namespace

std::string KafkaSection(const KafkaPart& part, const GroupLinks& links,
                         const PlatformLinks& platforms, const Instant& now) {
  return OpenSection(part.section) +
         fmt::format("<h2>{} <span class=\"quiet\">Kafka {}</span> {}</h2>\n",
                     Escape(part.section.cluster), Escape(part.facts.cluster_id),
                     Proof(part.facts)) +
         LinksIn(platforms, part.section) + Tiles(part.facts, now) +
         PartitionsInTrouble(part.facts, now) + Groups(part, links, now) +
         Brokers(part.facts, now) + "</section>\n";
}

}  // namespace klaxon::status_page
