#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "agent/app/commands.h"
#include "agent/app/poll_once.h"
#include "agent/base/text.h"

namespace klaxon::app {
namespace {

/// One line of the table: a group on a topic.
struct Row {
  std::string group{};
  std::string topic{};
  std::string state{};
  std::string members{};
  std::string lag{};
  std::string unknown{};
  int64_t order = 0;
};

std::string Unknowns(const std::vector<PartitionLag>& lags) {
  std::string words;
  for (const LagState state :
       {LagState::kNoCommit, LagState::kNoEndOffset, LagState::kNoTopic, LagState::kBeyondEnd}) {
    const auto count = std::ranges::count(lags, state, &PartitionLag::state);
    if (count > 0) {
      words += fmt::format("{}{} {}", words.empty() ? "" : ", ", count, Name(state));
    }
  }
  return words;
}

Row RowOf(const GroupFacts& group, const GroupTopicFacts& topic,
          const std::vector<PartitionLag>& lags) {
  int64_t sum = 0;
  bool known = false;
  for (const PartitionLag& lag : lags) {
    sum += lag.lag;
    known = known || lag.state == LagState::kKnown;
  }
  // Names are other people's: what a terminal would obey stays out of it.
  return {.group = Printable(group.entity->name),
          .topic = Printable(topic.topic->name),
          .state = group.described == nullptr ? "unknown" : Printable(group.state),
          .members = group.members_unknown || group.described == nullptr
                         ? "unknown"
                         : fmt::format("{}", group.members.size()),
          .lag = known ? fmt::format("{}", sum) : "unknown",
          .unknown = Unknowns(lags),
          .order = known ? sum : -1};
}

std::vector<Row> RowsOf(const KafkaPart& part) {
  std::vector<Row> rows;
  for (size_t g = 0; g < part.facts.groups.size(); ++g) {
    const GroupFacts& group = part.facts.groups[g];
    for (size_t t = 0; t < group.topics.size(); ++t) {
      rows.push_back(RowOf(group, group.topics[t], part.derived.groups[g].topics[t]));
    }
  }
  std::ranges::stable_sort(rows, std::greater{}, &Row::order);
  return rows;
}

void Print(const KafkaPart& part) {
  const std::vector<Row> rows = RowsOf(part);
  size_t group = 5;
  size_t topic = 5;
  for (const Row& row : rows) {
    group = std::max(group, row.group.size());
    topic = std::max(topic, row.topic.size());
  }
  const auto line = [&](const Row& row) {
    fmt::print("{:<{}}  {:<{}}  {:>12}  {:<20}  {:>7}  {}\n", row.group, group, row.topic, topic,
               row.lag, row.state, row.members, row.unknown);
  };
  fmt::print("cluster {}: {} groups\n", part.section.cluster, part.facts.groups.size());
  line({.group = "GROUP",
        .topic = "TOPIC",
        .state = "STATE",
        .members = "MEMBERS",
        .lag = "LAG",
        .unknown = "PARTITIONS UNKNOWN"});
  for (const Row& row : rows) {
    line(row);
  }
}

}  // namespace

ExitCode Lag(const RunOptions& options) {
  const std::optional<AgentConfig> config = ConfigOrComplaint(options);
  if (!config) {
    return kUsage;
  }
  Onlooker onlooker(*config);
  const View& view =
      onlooker.Look([](const Source& source) { return source.place().collector == "kafka"; });
  const bool whole = PrintProblems(view);
  for (const KafkaPart& part : KafkaParts(view)) {
    Print(part);
  }
  return whole ? kOk : kFailed;
}

}  // namespace klaxon::app
