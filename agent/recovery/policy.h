#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "agent/base/clock.h"
#include "agent/model/recovery_facts.h"

/// What may be done for the connectors of one Connect cluster, as configured.
namespace klaxon::recovery {

/// What a class of failure allows, the mildest first.
enum class ClassAction : uint8_t {
  kRestart,  ///< as often as `attempts` says
  kOnce,     ///< one restart; then quarantine
  kNever,    ///< quarantine at once
};

/// How the wait between two restarts grows.
enum class BackoffPreset : uint8_t {
  kExponential,  ///< base, twice that, ... up to the cap
  kStrimzi,      ///< n * n + n minutes after the n-th, 60 at most: 2, 6, 12, 20, ...
};

/// What may differ from connector to connector.
struct Settings {
  RecoveryMode mode = RecoveryMode::kObserve;
  int64_t debounce_polls = 2;  ///< a failure counts when it was seen so often ...
  Duration debounce_time = std::chrono::seconds{30};  ///< ... or has lasted so long
  BackoffPreset preset = BackoffPreset::kExponential;
  Duration backoff_base = std::chrono::seconds{15};
  Duration backoff_cap = std::chrono::minutes{30};
  int64_t jitter_percent = 20;  ///< every wait is longer or shorter by up to this
  int64_t attempts = 5;
  Duration verify_timeout = std::chrono::seconds{90};  ///< a restart must be over by then
  /// So long a connector must run until its failures are forgotten; never less than the next wait.
  Duration soak = std::chrono::minutes{2};
  std::array<ClassAction, kFailureClasses> on{
      ClassAction::kRestart,  // unknown
      ClassAction::kRestart,  // transient
      ClassAction::kRestart,  // dependency
      ClassAction::kOnce,     // configuration
      ClassAction::kOnce,     // authorization
      ClassAction::kOnce,     // poison_record
      ClassAction::kNever,    // data_loss_risk
      ClassAction::kOnce,     // out_of_memory
      ClassAction::kOnce,     // plugin_missing
  };
  bool restart_zombies = false;  ///< also what claims to run and moves no data

  friend bool operator==(const Settings&, const Settings&) = default;
};

/// Settings for connectors by name.
struct Override {
  std::string match{};  ///< RE2, of the whole name
  Settings settings{};

  friend bool operator==(const Override&, const Override&) = default;
};

/// A pattern of the configuration, asked before the built-in ones.
struct CustomPattern {
  std::string match{};  ///< RE2, anywhere in a line of the trace: "exception: message"
  FailureClass failure = FailureClass::kUnknown;

  friend bool operator==(const CustomPattern&, const CustomPattern&) = default;
};

/// A time of the week in which nothing is restarted. UTC.
struct MaintenanceWindow {
  std::bitset<7> days{0x7f};    ///< on which it begins; 0: Sunday
  std::chrono::minutes from{};  ///< of the day
  std::chrono::minutes to{};    ///< not after `from`: it ends on the next day

  friend bool operator==(const MaintenanceWindow&, const MaintenanceWindow&) = default;
};

/// A condition that may be waived because it cannot be seen, or is known not to matter.
enum class Gate : uint8_t {
  kWorkerGroup,   ///< the workers' group is known, at rest, and nothing waits for a lost worker
  kOwner,         ///< the worker of what failed is in that group
  kDependencies,  ///< brokers and registries answer, and the topics that it uses have leaders
};

constexpr size_t kWaivable = 3;

std::string_view Name(Gate gate);  ///< "worker_group", "owner", "dependencies"

struct Policy {
  Settings settings{};
  std::vector<Override> overrides{};  ///< the first that matches holds
  std::vector<CustomPattern> patterns{};
  std::bitset<kWaivable> waived{};
  std::vector<MaintenanceWindow> maintenance{};
  int64_t quiet_polls = 2;         ///< after the start, nothing is restarted for so many polls
  int64_t budget_a_minute = 6;     ///< restarts of the whole cluster
  int64_t in_flight_a_worker = 1;  ///< restarts under way that concern one worker
  int64_t breaker_percent = 30;    ///< of the connectors failing at once ...
  int64_t breaker_least = 5;       ///< ... and at least so many of them: all restarts stop
  Duration breaker_hold = std::chrono::minutes{1};     ///< after it is calm, until the canary
  Duration breaker_spread = std::chrono::seconds{10};  ///< between restarts after the canary

  friend bool operator==(const Policy&, const Policy&) = default;
};

/// Whether some connector may be restarted by the configuration; a connector's own can say so, too.
bool MayAct(const Policy& policy);

}  // namespace klaxon::recovery
