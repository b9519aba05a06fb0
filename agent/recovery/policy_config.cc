#include "agent/recovery/policy_config.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "agent/recovery/pattern.h"

namespace klaxon::recovery {
namespace {

using config::Named;
using config::YamlMap;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::array<Named<RecoveryMode>, 3> kModes{{{"off", RecoveryMode::kOff},
                                                     {"observe", RecoveryMode::kObserve},
                                                     {"act", RecoveryMode::kAct}}};
constexpr std::array<Named<BackoffPreset>, 2> kPresets{
    {{"exponential", BackoffPreset::kExponential}, {"strimzi", BackoffPreset::kStrimzi}}};
constexpr std::array<Named<bool>, 2> kZombies{{{"alert", false}, {"restart", true}}};
constexpr std::array<Named<ClassAction>, 3> kActions{{{"restart", ClassAction::kRestart},
                                                      {"once", ClassAction::kOnce},
                                                      {"never", ClassAction::kNever}}};
constexpr std::array<std::string_view, 7> kDays{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

/// A pattern that compiles; empty, and a mistake, otherwise.
std::string ReadPattern(YamlMap& yaml, std::string_view key) {
  std::string expression = yaml.RequiredString(key);
  if (expression.empty()) {
    return expression;
  }
  if (const Result<Pattern> pattern = Pattern::Make(expression); !pattern) {
    yaml.Complain(key,
                  fmt::format("is no regular expression of RE2: {}", pattern.error().message()));
    return "";
  }
  return expression;
}

void ReadClassActions(YamlMap& yaml, Settings& settings) {
  for (size_t i = 0; i < kFailureClasses; ++i) {
    const std::string key = fmt::format("on.{}", Name(static_cast<FailureClass>(i)));
    settings.on.at(i) = yaml.Enum<ClassAction>(key, settings.on.at(i), kActions);
  }
}

/// "22:30"; empty when it is none.
std::optional<minutes> TimeOfDay(std::string_view text) {
  constexpr size_t kLength = 5;
  int hour = -1;
  int minute = -1;
  if (text.size() != kLength || text[2] != ':') {
    return std::nullopt;
  }
  const char* const begin = text.data();
  const bool read = std::from_chars(begin, begin + 2, hour).ptr == begin + 2 &&
                    std::from_chars(begin + 3, begin + kLength, minute).ptr == begin + kLength;
  if (!read || hour < 0 || hour > 23 || minute < 0 || minute > 59) {
    return std::nullopt;
  }
  return hours{hour} + minutes{minute};
}

minutes ReadTimeOfDay(YamlMap& yaml, std::string_view key) {
  const std::string text = yaml.RequiredString(key);
  const std::optional<minutes> time = TimeOfDay(text);
  if (!text.empty() && !time) {
    yaml.ComplainOfValue(key, "expected a time of the day in UTC such as \"22:30\"");
  }
  return time.value_or(minutes{});
}

std::bitset<7> ReadDays(YamlMap& yaml) {
  std::vector<std::string> all(kDays.begin(), kDays.end());
  std::bitset<7> days;
  const std::vector<std::string> words = yaml.StringList("days", all);
  if (words.empty()) {
    yaml.Complain("days", "names no day: the window would never open");
  }
  for (const std::string& word : words) {
    size_t day = 0;
    while (day < kDays.size() && kDays.at(day) != word) {
      ++day;
    }
    if (day == kDays.size()) {
      yaml.Complain("days", fmt::format("\"{}\" is none of sun, mon, tue, wed, thu, fri, sat",
                                        Printable(word, 20)));
      continue;
    }
    days.set(day);
  }
  return days;
}

std::vector<MaintenanceWindow> ReadMaintenance(YamlMap& yaml) {
  std::vector<MaintenanceWindow> windows;
  for (YamlMap& entry : yaml.Maps("maintenance")) {
    MaintenanceWindow window;
    window.days = ReadDays(entry);
    window.from = ReadTimeOfDay(entry, "from");
    window.to = ReadTimeOfDay(entry, "to");
    entry.Finish();
    windows.push_back(window);
  }
  return windows;
}

std::bitset<kWaivable> ReadWaived(YamlMap& yaml) {
  std::bitset<kWaivable> waived;
  for (const std::string& word : yaml.StringList("waive")) {
    size_t gate = 0;
    while (gate < kWaivable && Name(static_cast<Gate>(gate)) != word) {
      ++gate;
    }
    if (gate == kWaivable) {
      yaml.Complain("waive", fmt::format("\"{}\" is none of worker_group, owner, dependencies",
                                         Printable(word, 40)));
      continue;
    }
    waived.set(gate);
  }
  return waived;
}

std::vector<CustomPattern> ReadPatterns(YamlMap& yaml) {
  std::array<Named<FailureClass>, kFailureClasses> names{};
  for (size_t i = 0; i < kFailureClasses; ++i) {
    names.at(i) = {Name(static_cast<FailureClass>(i)), static_cast<FailureClass>(i)};
  }
  std::vector<CustomPattern> patterns;
  for (YamlMap& entry : yaml.Maps("patterns")) {
    CustomPattern pattern;
    pattern.match = ReadPattern(entry, "match");
    entry.Require("class");
    pattern.failure = entry.Enum<FailureClass>("class", pattern.failure, names);
    entry.Finish();
    patterns.push_back(std::move(pattern));
  }
  return patterns;
}

}  // namespace

bool MayAct(const Policy& policy) {
  return policy.settings.mode == RecoveryMode::kAct ||
         std::ranges::any_of(policy.overrides, [](const Override& differs) {
           return differs.settings.mode == RecoveryMode::kAct;
         });
}

std::string_view Name(Gate gate) {
  switch (gate) {
    case Gate::kWorkerGroup:
      return "worker_group";
    case Gate::kOwner:
      return "owner";
    case Gate::kDependencies:
      return "dependencies";
  }
  std::abort();
}

Settings ReadSettings(YamlMap& yaml, Settings settings) {
  constexpr config::DurationRange kWait{seconds{1}, hours{24}};
  settings.mode = yaml.Enum<RecoveryMode>("mode", settings.mode, kModes);
  settings.debounce_polls = yaml.Integer("debounce.polls", settings.debounce_polls, {1, 100});
  settings.debounce_time = yaml.Duration("debounce.time", settings.debounce_time, kWait);
  settings.preset = yaml.Enum<BackoffPreset>("backoff.preset", settings.preset, kPresets);
  settings.backoff_base = yaml.Duration("backoff.base", settings.backoff_base, kWait);
  settings.backoff_cap = yaml.Duration("backoff.cap", settings.backoff_cap, kWait);
  if (settings.backoff_cap < settings.backoff_base) {
    yaml.Complain("backoff.cap", fmt::format("must not be below backoff.base ({})",
                                             FormatDuration(settings.backoff_base)));
  }
  settings.jitter_percent = yaml.Integer("backoff.jitter", settings.jitter_percent, {0, 50});
  settings.attempts = yaml.Integer("attempts", settings.attempts, {1, 1000});
  settings.verify_timeout = yaml.Duration("verify.timeout", settings.verify_timeout, kWait);
  settings.soak = yaml.Duration("soak", settings.soak, kWait);
  settings.restart_zombies = yaml.Enum<bool>("zombies", settings.restart_zombies, kZombies);
  ReadClassActions(yaml, settings);
  return settings;
}

Policy ReadPolicy(YamlMap& yaml) {
  Policy policy;
  policy.settings = ReadSettings(yaml, policy.settings);
  for (YamlMap& entry : yaml.Maps("connectors")) {
    Override differs;
    differs.match = ReadPattern(entry, "match");
    differs.settings = ReadSettings(entry, policy.settings);
    entry.Finish();
    policy.overrides.push_back(std::move(differs));
  }
  policy.patterns = ReadPatterns(yaml);
  policy.waived = ReadWaived(yaml);
  policy.maintenance = ReadMaintenance(yaml);
  policy.quiet_polls = yaml.Integer("quiet_start.polls", policy.quiet_polls, {2, 1000});
  policy.budget_a_minute = yaml.Integer("budget.per_minute", policy.budget_a_minute, {1, 600});
  policy.in_flight_a_worker = yaml.Integer("budget.per_worker", policy.in_flight_a_worker, {1, 20});
  policy.breaker_percent = yaml.Integer("breaker.percent", policy.breaker_percent, {1, 100});
  policy.breaker_least = yaml.Integer("breaker.least", policy.breaker_least, {2, 100'000});
  policy.breaker_hold = yaml.Duration("breaker.hold", policy.breaker_hold, {seconds{1}, hours{24}});
  policy.breaker_spread =
      yaml.Duration("breaker.spread", policy.breaker_spread, {seconds{1}, hours{1}});
  return policy;
}

}  // namespace klaxon::recovery
