#include <algorithm>

#include <fmt/format.h>

#include "agent/analysis/connect/case.h"
#include "agent/base/duration.h"

namespace klaxon::analysis {
namespace {

using std::chrono::minutes;

constexpr Duration kSourcePause = minutes{5};
constexpr int kSourcePatience = 5;  // times its longest pause: it may just have nothing to read
constexpr uint64_t kSourceMoves = 3;
constexpr Duration kLettersKept = minutes{10};

bool Runs(const ConnectorFacts& facts) {
  return facts.state == "RUNNING" && facts.intent != ConnectIntent::kPaused &&
         facts.intent != ConnectIntent::kStopped &&
         std::ranges::any_of(facts.tasks,
                             [](const ConnectTaskFacts& task) { return task.state == "RUNNING"; });
}

/// Where a source is, and how that is known; `at` is empty if it is not.
struct SourcePlace {
  std::string at{};
  Instant when{};
  std::string how{};
};

SourcePlace PlaceByTopics(const ConnectCase& subject) {
  const KafkaPart* kafka = subject.ground.kafka;
  SourcePlace place;
  int64_t sum = 0;
  for (const std::string& name : subject.facts.active_topics) {
    const TopicFacts* topic = kafka == nullptr ? nullptr : FindTopic(kafka->facts, name);
    if (topic == nullptr) {
      continue;
    }
    for (const PartitionFacts& partition : topic->partitions) {
      if (!IsFresh(partition.latest.answer, subject.ground.now)) {
        return {.how = fmt::format("the ends of topic {} were not read for too long", name)};
      }
      sum += partition.latest.offset;
      place.when = partition.latest.answer->taken_at;
      place.at = std::to_string(sum);
    }
  }
  place.how = place.at.empty() ? "where it writes to is not known; with offsets.interval its "
                                 "offsets are read"
                               : "records in the topics it writes to";
  return place;
}

SourcePlace PlaceOf(const ConnectCase& subject) {
  const ConnectorFacts& facts = subject.facts;
  if (!IsFresh(facts.offsets_told, subject.ground.now) || facts.offsets.empty()) {
    return PlaceByTopics(subject);
  }
  SourcePlace place{.when = facts.offsets_told->taken_at, .how = "its own offsets"};
  for (const ConnectOffset& offset : facts.offsets) {
    place.at += offset.partition + " " + offset.offset + "\n";
  }
  return place;
}

void JudgeSource(ConnectCase& subject) {
  SourcePlace place = PlaceOf(subject);
  ConnectProgress& progress = subject.history.source;
  subject.derived.progress = place.how;
  if (place.at.empty()) {
    return;
  }
  if (progress.moved.mono <= place.when.mono) {
    TakePlace(std::move(place.at), place.when, progress);
  }
  if (progress.moves > 0) {
    subject.derived.moved = progress.moved;
  }
  const Duration still = place.when.mono - progress.moved.mono;
  const Duration patience = std::max<Duration>(kSourcePause, kSourcePatience * progress.longest);
  const bool judged = progress.moves >= kSourceMoves;
  const Truth truth = !judged ? Truth::kUnknown : still >= patience ? Truth::kYes : Truth::kNo;
  if (subject.Weigh(
          {.fault = ConnectFault::kZombie,
           .truth = truth,
           .observed = place.when,
           .why = fmt::format("RUNNING, but {} stand still for {}; before, never longer "
                              "than {}: it is stuck, or has nothing to read",
                              place.how, FormatAge(still), FormatAge(progress.longest))})) {
    subject.derived.verdicts.back().since = progress.moved;
  }
  subject.derived.zombie = truth;
}

/// Nothing is known of one that does not run; what is remembered of its moves is no measure of the
/// next time either.
void Forget(ConnectCase& subject) {
  subject.history.partitions.clear();
  subject.history.source = {};
  std::erase_if(subject.history.held,
                [](const auto& held) { return held.first.first == ConnectFault::kZombie; });
  const bool known = !subject.facts.state.empty();
  subject.derived.zombie = known ? Truth::kNo : Truth::kUnknown;
  for (ConnectTaskDerived& task : subject.derived.tasks) {
    task.zombie = subject.derived.zombie;
  }
  subject.derived.progress = "it does not run";
}

/// Records ever written to a topic; empty: a part of it is not known.
std::optional<std::pair<int64_t, Instant>> Written(const TopicFacts& topic, const Instant& now) {
  int64_t sum = 0;
  Instant at;
  for (const PartitionFacts& partition : topic.partitions) {
    if (!IsFresh(partition.latest.answer, now)) {
      return std::nullopt;
    }
    sum += partition.latest.offset;
    at = partition.latest.answer->taken_at;
  }
  return topic.partitions.empty() ? std::nullopt : std::optional(std::pair{sum, at});
}

void JudgeDeadLetters(ConnectCase& subject) {
  const std::string& name = subject.facts.config.dead_letter_topic;
  const KafkaPart* kafka = subject.ground.kafka;
  const bool configured = subject.facts.config.hash != 0 || !name.empty();
  if (subject.facts.type == "source" || (configured && name.empty())) {
    return;  // it has no such topic
  }
  const TopicFacts* topic =
      name.empty() || kafka == nullptr ? nullptr : FindTopic(kafka->facts, name);
  const auto written = topic == nullptr ? std::nullopt : Written(*topic, subject.ground.now);
  if (!written) {
    subject.Tell(ConnectFault::kDeadLetters, Truth::kUnknown);
    return;
  }
  auto& kept = subject.history.dead_letters;
  subject.derived.dead_letters = written->first;
  if (kept.empty() || kept.back().first < written->second.mono) {
    kept.emplace_back(written->second.mono, written->first);
  }
  while (kept.size() > 1 && kept[1].first + kLettersKept <= written->second.mono) {
    kept.pop_front();
  }
  const int64_t grown = written->first - kept.front().second;
  subject.Weigh(
      {.fault = ConnectFault::kDeadLetters,
       .truth = grown > 0         ? Truth::kYes
                : kept.size() < 2 ? Truth::kUnknown  // one look tells no growth
                                  : Truth::kNo,
       .observed = written->second,
       .why = fmt::format("{} records went to its dead letter topic {} in the last {}", grown, name,
                          FormatAge(written->second.mono - kept.front().first))});
}

}  // namespace

void TakePlace(std::string at, const Instant& when, ConnectProgress& progress) {
  if (progress.first == Instant{}) {
    progress.first = progress.moved = when;
  } else if (progress.at != at) {
    // The time until the first move began before we looked: it is no pause.
    if (progress.moves > 0) {
      progress.longest = std::max(progress.longest, when.mono - progress.moved.mono);
    }
    progress.moved = when;
    ++progress.moves;
  }
  progress.at = std::move(at);
}

void JudgeProgress(ConnectCase& subject) {
  JudgeDeadLetters(subject);
  if (!Runs(subject.facts)) {
    Forget(subject);
    return;
  }
  if (subject.facts.type == "source") {
    JudgeSource(subject);
  } else if (subject.ground.kafka == nullptr) {
    subject.derived.progress = subject.ground.workers.unknown;
  } else {
    JudgeSink(subject);
  }
}

}  // namespace klaxon::analysis
