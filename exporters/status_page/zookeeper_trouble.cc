#include <fmt/format.h>

#include "agent/base/duration.h"
#include "exporters/status_page/html.h"
#include "exporters/status_page/zookeeper_section.h"

namespace klaxon::status_page {
namespace {

/// The newest answer of any server, for the age of what is said of all.
AnswerRef NewestOf(const ZookeeperFacts& facts) {
  AnswerRef newest;
  for (const ZookeeperServerFacts& server : facts.servers) {
    if (newest == nullptr ||
        (server.polled != nullptr && server.polled->taken_at.mono > newest->taken_at.mono)) {
      newest = server.polled;
    }
  }
  return newest;
}

Trouble Make(const ZookeeperPart& part, Severity severity, std::string what, std::string why) {
  return {.severity = severity,
          .where = part.section.cluster,
          .what = std::move(what),
          .why = std::move(why),
          .answer = NewestOf(part.facts)};
}

/// "; nobody leads since 3 min", if that is what is wrong.
std::string Leaderless(const ZookeeperPart& part, const Instant& now) {
  const std::optional<Instant>& since = part.derived.leaderless_at;
  return since ? fmt::format("; nobody has led for {}", FormatAge(now.mono - since->mono)) : "";
}

/// "3 servers answer, none serves writers".
std::string WhoServes(const ZookeeperEnsemble& ensemble) {
  const size_t answer = ensemble.serving + ensemble.not_serving;
  return fmt::format("{} {}, none serves{}", Counted(answer, "server"),
                     answer == 1 ? "answers" : "answer", ensemble.serving > 0 ? " writers" : "");
}

void AddServers(const ZookeeperPart& part, const Instant& now, std::vector<Trouble>& troubles) {
  for (const ZookeeperServerFacts& server : part.facts.servers) {
    if (server.state == ZookeeperState::kNotServing && IsFresh(server.polled, now)) {
      Trouble trouble =
          Make(part, Severity::kAtRisk,
               fmt::format("ZooKeeper server {} does not serve", server.entity->name), server.why);
      trouble.answer = server.polled;
      troubles.push_back(std::move(trouble));
    }
  }
}

/// An ensemble that decides, but could not without one more.
void AddMargin(const ZookeeperPart& part, const ZookeeperEnsemble& ensemble,
               std::vector<Trouble>& troubles) {
  if (ensemble.voters > 1 && ensemble.in_sync < ensemble.voters) {
    const bool last = ensemble.in_sync <= ensemble.Quorum();
    troubles.push_back(
        Make(part, Severity::kAtRisk,
             fmt::format("{} of {} ZooKeeper servers in sync", ensemble.in_sync, ensemble.voters),
             last ? "one more lost, and ZooKeeper stops" : ""));
  }
}

/// Each server with its own limits: what clients get depends on whom they reach.
void AddSettings(const ZookeeperPart& part, const Instant& now, std::vector<Trouble>& troubles) {
  const std::vector<std::string> lines = DifferingSettings(part.facts, now);
  if (!lines.empty()) {
    troubles.push_back(Make(part, Severity::kAtRisk,
                            "the servers of ZooKeeper are configured differently",
                            fmt::format("{}", fmt::join(lines, "; "))));
  }
}

void AddReadOnly(const ZookeeperPart& part, const Instant& now, std::vector<Trouble>& troubles) {
  for (const ZookeeperServerFacts& server : part.facts.servers) {
    if (server.Serves(now) && server.read_only.value_or(false)) {
      Trouble trouble = Make(
          part, Severity::kAtRisk,
          fmt::format("ZooKeeper server {} serves readers only", server.entity->name),
          "it is cut off from its quorum; whoever reads there may read what is no longer true");
      trouble.answer = server.polled;
      troubles.push_back(std::move(trouble));
    }
  }
}

}  // namespace

std::vector<Trouble> ZookeeperTroubles(const ZookeeperPart& part, const Instant& now) {
  std::vector<Trouble> troubles;
  const ZookeeperEnsemble ensemble = EnsembleOf(part.facts, part.derived, now);
  switch (ensemble.state) {
    case EnsembleState::kUnknown:
    case EnsembleState::kStandalone:
      break;
    case EnsembleState::kLed:
      AddMargin(part, ensemble, troubles);
      break;
    case EnsembleState::kLeaderUnseen:
      troubles.push_back(Make(part, Severity::kUnknown, "the leader of ZooKeeper is not seen",
                              "followers serve, so there is one: silent, or not in `servers`"));
      break;
    case EnsembleState::kNotServing:
      troubles.push_back(
          Make(part, Severity::kBroken,
               ensemble.serving > 0 ? "ZooKeeper serves readers only" : "ZooKeeper does not serve",
               WhoServes(ensemble) + Leaderless(part, now)));
      AddReadOnly(part, now, troubles);
      return troubles;
    case EnsembleState::kDisagreeing:
      troubles.push_back(Make(part, Severity::kBroken, "the servers of ZooKeeper disagree",
                              part.derived.disagreement));
      break;
  }
  AddServers(part, now, troubles);
  AddReadOnly(part, now, troubles);
  AddSettings(part, now, troubles);
  return troubles;
}

}  // namespace klaxon::status_page
