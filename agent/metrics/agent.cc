#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "agent/base/duration.h"
#include "agent/metrics/rows.h"

/// How the polling itself goes. These are known at any time: what they say is when, how often and
/// why not. `name` is the source's name in the configuration where a cluster has several of a kind.
namespace klaxon::metrics {
namespace {

constexpr std::array<std::string_view, 3> kCollector{"cluster", "collector", "name"};
constexpr std::array<std::string_view, 4> kCollectorReason{"cluster", "collector", "name",
                                                           "reason"};
constexpr std::array<std::string_view, 5> kProblem{"cluster", "collector", "name", "scope",
                                                   "reason"};
constexpr std::array<std::string_view, 4> kAnswer{"cluster", "collector", "name", "source"};
constexpr std::array<std::string_view, 5> kAnswerReason{"cluster", "collector", "name", "source",
                                                        "reason"};

constexpr int kReasons = static_cast<int>(Reason::kInternal) + 1;

using EmitSection = void (*)(const Section&, Emitter&);

template <EmitSection kEmit>
void EachSection(const View& view, Emitter& emitter) {
  for (const ViewPart& part : view.parts) {
    kEmit(*part.section, emitter);
  }
}

void EmitUp(const Section& section, Emitter& emitter) {
  const PollStatus& status = section.status;
  const bool up = status.last_answered.has_value() && *status.last_answered == status.finished_at;
  emitter.Sample({section.cluster, section.collector, section.instance}, up ? 1 : 0);
}

/// A row with one number a collector.
template <double (*kValue)(const PollStatus&)>
void EmitStatus(const Section& section, Emitter& emitter) {
  emitter.Sample({section.cluster, section.collector, section.instance}, kValue(section.status));
}

double Interval(const PollStatus& status) {
  return Seconds(status.interval);
}

double Took(const PollStatus& status) {
  return Seconds(status.took);
}

double Polls(const PollStatus& status) {
  return static_cast<double>(status.polls);
}

double Missed(const PollStatus& status) {
  return static_cast<double>(status.missed);
}

/// All reasons, those that never happened too: a counter that appears with its first failure hides
/// that failure from rate().
void EmitFailures(const Section& section, Emitter& emitter) {
  for (int i = 0; i < kReasons; ++i) {
    const auto reason = static_cast<Reason>(i);
    const auto found = section.status.failures.find(reason);
    const uint64_t count = found == section.status.failures.end() ? 0 : found->second;
    emitter.Sample({section.cluster, section.collector, section.instance, Name(reason)},
                   static_cast<double>(count));
  }
}

void EmitLastSuccess(const Section& section, Emitter& emitter) {
  if (section.status.last_answered) {
    emitter.Sample({section.cluster, section.collector, section.instance},
                   UnixSeconds(section.status.last_answered->wall));
  }
}

/// A scope and reason that came up several times in a poll is one series.
void EmitProblems(const Section& section, Emitter& emitter) {
  std::set<std::pair<std::string_view, std::string_view>> problems;
  for (const Problem& problem : section.status.problems) {
    problems.emplace(problem.scope, Name(problem.error.reason()));
  }
  for (const auto& [scope, reason] : problems) {
    emitter.Sample({section.cluster, section.collector, section.instance, scope, reason}, 1);
  }
}

/// The answers of one source name, of which there may be several (requests are made in chunks, and
/// an old answer stays as long as one of its values is not replaced): the oldest speaks for all.
struct Source {
  Instant oldest{};
  bool fresh = true;
  std::set<std::string_view> reasons{};  ///< why the newest attempt brought nothing
};

std::map<std::string_view, Source> SourcesOf(const Section& section, const Instant& now) {
  std::map<std::string_view, Source> sources;
  if (section.facts == nullptr) {
    return sources;
  }
  for (const AnswerRef& answer : section.facts->answers) {
    if (answer == nullptr) {
      continue;
    }
    const auto [place, is_new] = sources.try_emplace(answer->source);
    Source& source = place->second;
    if (is_new || answer->taken_at.mono < source.oldest.mono) {
      source.oldest = answer->taken_at;
    }
    source.fresh = source.fresh && IsFresh(answer, now);
    if (answer->error) {
      source.reasons.insert(Name(answer->error->reason()));
    }
  }
  return sources;
}

/// A row with one number a source of answers.
template <double (*kValue)(const Source&)>
void EmitSources(const Section& section, Emitter& emitter) {
  for (const auto& [name, source] : SourcesOf(section, emitter.now())) {
    emitter.Sample({section.cluster, section.collector, section.instance, name}, kValue(source));
  }
}

double Fresh(const Source& source) {
  return source.fresh ? 1 : 0;
}

double TakenAt(const Source& source) {
  return UnixSeconds(source.oldest.wall);
}

void EmitSourceErrors(const Section& section, Emitter& emitter) {
  for (const auto& [name, source] : SourcesOf(section, emitter.now())) {
    for (const std::string_view reason : source.reasons) {
      emitter.Sample({section.cluster, section.collector, section.instance, name, reason}, 1);
    }
  }
}

constexpr std::string_view kAlways = "Klaxon itself";

constexpr Metric Row(MetricInfo info, void (*emit)(const View&, Emitter&)) {
  info.source = kAlways;
  return {.info = info, .emit = emit};
}

constexpr std::array kRows{
    Row({.name = "klaxon_collector_up",
         .help = "1 if the last poll of a source brought something, 0 if nothing answered",
         .labels = kCollector},
        EachSection<EmitUp>),
    Row({.name = "klaxon_collector_interval_seconds",
         .help = "Time from the start of one poll to the start of the next",
         .unit = "seconds",
         .labels = kCollector},
        EachSection<EmitStatus<Interval>>),
    Row({.name = "klaxon_collector_poll_duration_seconds",
         .help = "Time that the last poll took",
         .unit = "seconds",
         .labels = kCollector},
        EachSection<EmitStatus<Took>>),
    Row({.name = "klaxon_collector_polls_total",
         .help = "Polls that ended, good or bad",
         .type = MetricType::kCounter,
         .labels = kCollector},
        EachSection<EmitStatus<Polls>>),
    Row({.name = "klaxon_collector_missed_polls_total",
         .help = "Polls that were left out because the one before had not ended",
         .type = MetricType::kCounter,
         .labels = kCollector},
        EachSection<EmitStatus<Missed>>),
    Row({.name = "klaxon_collector_failures_total",
         .help = "Parts of polls that failed, by reason",
         .type = MetricType::kCounter,
         .labels = kCollectorReason},
        EachSection<EmitFailures>),
    Row({.name = "klaxon_collector_last_success_timestamp_seconds",
         .help = "Unix time at which the last poll that brought something ended; no series before "
                 "the first",
         .unit = "seconds",
         .labels = kCollector},
        EachSection<EmitLastSuccess>),
    Row({.name = "klaxon_collector_problem",
         .help = "1 for each part of the last poll that failed: what it concerns and why",
         .labels = kProblem},
        EachSection<EmitProblems>),
    Row({.name = "klaxon_collector_answer_fresh",
         .help = "1 if the answers of a source are new enough to be exported; 0: the metrics made "
                 "of them are absent",
         .labels = kAnswer},
        EachSection<EmitSources<Fresh>>),
    Row({.name = "klaxon_collector_answer_timestamp_seconds",
         .help = "Unix time of the oldest answer of a source that is still in use",
         .unit = "seconds",
         .labels = kAnswer},
        EachSection<EmitSources<TakenAt>>),
    Row({.name = "klaxon_collector_answer_problem",
         .help = "1 for each reason why the newest attempt to renew the answers of a source failed",
         .labels = kAnswerReason},
        EachSection<EmitSourceErrors>),
};

}  // namespace

Table AgentTable() {
  return kRows;
}

}  // namespace klaxon::metrics
