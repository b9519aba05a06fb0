#include "agent/metrics/rules.h"

#include <array>
#include <string>

#include "agent/base/duration.h"

namespace klaxon::metrics {
namespace {

constexpr std::string_view kEvaluation = "the evaluation of rules";
constexpr std::array<std::string_view, 1> kGroup{"rule_group"};
constexpr std::array<std::string_view, 1> kType{"type"};
constexpr std::array<std::string_view, 1> kPhase{"alertstate"};

constexpr MetricInfo kRuleCount{.name = "klaxon_rules",
                                .help = "Rules in force, by type",
                                .labels = kType,
                                .source = kEvaluation};
constexpr MetricInfo kAlertCount{.name = "klaxon_alerts",
                                 .help =
                                     "Alerts that are pending or firing, and of these, those "
                                     "that are held because their facts are unknown",
                                 .labels = kPhase,
                                 .source = kEvaluation};
constexpr MetricInfo kDuration{
    .name = "klaxon_rule_evaluation_duration_seconds",
    .help = "Time that the last evaluation of a group took, all its rules together",
    .unit = "seconds",
    .labels = kGroup,
    .source = kEvaluation};
constexpr MetricInfo kLast{.name = "klaxon_rule_group_last_evaluation_timestamp_seconds",
                           .help = "Unix time of the last evaluation of a group",
                           .unit = "seconds",
                           .labels = kGroup,
                           .source = kEvaluation};
constexpr MetricInfo kInterval{.name = "klaxon_rule_group_interval_seconds",
                               .help = "Time between two evaluations of a group",
                               .unit = "seconds",
                               .labels = kGroup,
                               .source = kEvaluation};
constexpr MetricInfo kEvaluations{.name = "klaxon_rule_evaluations_total",
                                  .help = "Evaluations of rules, by group",
                                  .type = MetricType::kCounter,
                                  .labels = kGroup,
                                  .source = kEvaluation};
constexpr MetricInfo kFailures{.name = "klaxon_rule_evaluation_failures_total",
                               .help = "Evaluations of rules that failed, by group",
                               .type = MetricType::kCounter,
                               .labels = kGroup,
                               .source = kEvaluation};
constexpr MetricInfo kMissed{.name = "klaxon_rule_group_iterations_missed_total",
                             .help =
                                 "Evaluations of a group that were left out because the one "
                                 "before took too long",
                             .type = MetricType::kCounter,
                             .labels = kGroup,
                             .source = kEvaluation};
constexpr MetricInfo kFault{.name = "klaxon_rules_outdated",
                            .help =
                                "Whether the rules in force are not those of the newest files, "
                                "because the last reload failed",
                            .source = kEvaluation};
constexpr std::array kRuleInfos{kRuleCount,   kAlertCount, kDuration, kLast, kInterval,
                                kEvaluations, kFailures,   kMissed,   kFault};

/// "kafka.yaml;brokers", as Prometheus names a group.
std::string NameOf(const BoardGroup& group) {
  return group.file + ";" + group.name;
}

template <class ValueOf>
void EmitGroups(const MetricInfo& info, const RuleBoard& board, MetricWriter& writer,
                ValueOf value_of) {
  writer.BeginFamily(info);
  for (const BoardGroup& group : board.groups) {
    const std::string name = NameOf(group);
    const std::string_view value = name;
    writer.Sample({&value, 1}, value_of(group));
  }
}

double SumOf(const BoardGroup& group, uint64_t BoardRule::* count) {
  uint64_t sum = 0;
  for (const BoardRule& rule : group.rules) {
    sum += rule.*count;
  }
  return static_cast<double>(sum);
}

/// Alerts and rules, counted over all groups.
struct Counts {
  size_t alerting = 0;
  size_t recording = 0;
  size_t pending = 0;
  size_t firing = 0;
  size_t unknown = 0;
};

Counts CountsOf(const RuleBoard& board) {
  Counts counts;
  for (const BoardGroup& group : board.groups) {
    for (const BoardRule& rule : group.rules) {
      ++(rule.alerts ? counts.alerting : counts.recording);
      for (const BoardAlert& alert : rule.active) {
        counts.pending += alert.phase == "pending" ? 1U : 0U;
        counts.firing += alert.phase == "firing" ? 1U : 0U;
        counts.unknown += alert.unknown_since ? 1U : 0U;
      }
    }
  }
  return counts;
}

void EmitNamed(std::string_view name, size_t count, MetricWriter& writer) {
  writer.Sample({&name, 1}, static_cast<double>(count));
}

}  // namespace

void EmitRules(const RuleBoard& board, MetricWriter& writer) {
  const Counts counts = CountsOf(board);
  writer.BeginFamily(kRuleCount);
  EmitNamed("alerting", counts.alerting, writer);
  EmitNamed("recording", counts.recording, writer);
  writer.BeginFamily(kAlertCount);
  EmitNamed("firing", counts.firing, writer);
  EmitNamed("pending", counts.pending, writer);
  EmitNamed("unknown", counts.unknown, writer);
  EmitGroups(kDuration, board, writer, [](const BoardGroup& group) { return Seconds(group.took); });
  EmitGroups(kLast, board, writer, [](const BoardGroup& group) {
    return group.evaluated_at ? UnixSeconds(*group.evaluated_at) : 0;
  });
  EmitGroups(kInterval, board, writer,
             [](const BoardGroup& group) { return Seconds(group.interval); });
  EmitGroups(kEvaluations, board, writer,
             [](const BoardGroup& group) { return SumOf(group, &BoardRule::evaluations); });
  EmitGroups(kFailures, board, writer,
             [](const BoardGroup& group) { return SumOf(group, &BoardRule::failures); });
  EmitGroups(kMissed, board, writer,
             [](const BoardGroup& group) { return static_cast<double>(group.missed); });
  writer.BeginFamily(kFault);
  writer.Sample({}, board.fault.empty() ? 0 : 1);
}

std::span<const MetricInfo> RuleInfos() {
  return kRuleInfos;
}

}  // namespace klaxon::metrics
