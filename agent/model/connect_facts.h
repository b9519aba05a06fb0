#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/base/result.h"
#include "agent/model/answer.h"
#include "agent/model/entity.h"
#include "agent/model/section.h"

/// What a Kafka Connect cluster says of itself over REST. Secrets are masked in every text: in
/// configurations, traces and URLs. Since when something is so is no fact of a poll: analysis
/// knows.
namespace klaxon {

/// What the stack trace of a failed connector or task comes down to: its deepest cause.
struct ConnectFailure {
  std::string exception{};  ///< Java class, "java.net.ConnectException"; empty: it names none
  std::string message{};    ///< what the exception says; one line, may be empty
  /// The topmost call in the connector's own code: of its class's package, else the topmost that is
  /// not Kafka's or Java's; "klaxon.test.FaultySink$Task.put(FaultySink.java:61)"; empty: none.
  std::string frame{};
  /// The exceptions that it is the cause of, outermost first, "class: message"; at most 7.
  std::vector<std::string> around{};
  /// The same for the same kind of failure, whatever numbers and ids its words hold (every word
  /// with a digit in it counts as one and the same); survives restarts of Klaxon. 0 is not used.
  uint64_t fingerprint = 0;

  friend bool operator==(const ConnectFailure&, const ConnectFailure&) = default;
};

using ConnectFailureRef = std::shared_ptr<const ConnectFailure>;

struct ConnectTaskFacts {
  int32_t id = 0;
  std::string state{};          ///< "RUNNING", "FAILED", ...; Connect's own word
  std::string worker{};         ///< "host:port" it was last seen on
  std::string root_cause{};     ///< one line out of its stack trace; empty unless it failed
  ConnectFailureRef failure{};  ///< the same in its parts; null without a trace
};

/// What a connector is meant to do.
enum class ConnectIntent : uint8_t {
  kUnknown,  ///< cannot be told from its states: UNASSIGNED, or all of it FAILED
  kRunning,
  kPaused,
  kStopped,
};

/// "unknown", "running", "paused", "stopped".
std::string_view Name(ConnectIntent intent);

/// What of a connector's configuration may be kept: never a secret.
struct ConnectorConfig {
  static constexpr size_t kMostTopics = 1000;  ///< that `topics` may hold: there may be more

  /// Of all keys and values in any order, secrets included, so that a changed password is seen as a
  /// change. Survives restarts of Klaxon. Not for showing. 0: the configuration was not told.
  uint64_t hash = 0;
  /// The same for the same `hash` within this process, by a secret key: it may be shown, and nobody
  /// can try out with it which password a configuration holds. 0: not told.
  uint64_t mark = 0;
  std::optional<int32_t> tasks_max{};  ///< tasks.max; empty: not set (1), or a placeholder
  /// Keys that explain what it does, sorted, values masked and cut to 200 bytes.
  std::vector<std::pair<std::string, std::string>> essentials{};
  std::vector<std::string> topics{};  ///< `topics` of a sink, in its order
  std::string topics_regex{};         ///< `topics.regex` of a sink
  std::string dead_letter_topic{};    ///< errors.deadletterqueue.topic.name; empty: none
  /// consumer.override.group.id of a sink, else "connect-<name>"; empty for sources.
  std::string consumer_group{};
  /// What it says of its own recovery: keys that begin with "klaxon.recovery", sorted; at most 30.
  std::vector<std::pair<std::string, std::string>> recovery{};
};

/// One entry of `GET /connectors/{name}/offsets`: JSON as Connect writes it, on one line.
struct ConnectOffset {
  std::string partition{};  ///< R"({"filename":"/tmp/in.txt"})"
  std::string offset{};     ///< R"({"position":4711})"; "null": none

  friend bool operator==(const ConnectOffset&, const ConnectOffset&) = default;
};

struct ConnectorFacts {
  EntityRef entity{};
  std::string type{};             ///< "source" or "sink"
  std::string connector_class{};  ///< the Java class; empty: not told
  /// "RUNNING", "FAILED", ...; empty: configured, but Connect tells no status of it.
  std::string state{};
  std::string worker{};
  std::string root_cause{};
  std::vector<ConnectTaskFacts> tasks{};  ///< by id

  std::string kind{};            ///< friendly, "JDBC source", "Debezium PostgreSQL"; empty: unknown
  std::string plugin_version{};  ///< of the connector's class; Connect 4.1 and later
  ConnectFailureRef failure{};   ///< of the connector itself, not of a task; null without a trace
  ConnectIntent intent = ConnectIntent::kUnknown;
  ConnectorConfig config{};
  /// False: its name cannot be put into a REST path of that worker (Kafka 4.0 and later refuse
  /// encoded '/', '\' and '%'): it can be watched, never restarted.
  bool addressable = true;

  /// Topics it really read or wrote since its topics were last reset, sorted. Connect 2.5 and
  /// later; asked one connector after the other, each about every ten minutes.
  std::vector<std::string> active_topics{};
  AnswerRef topics_told{};  ///< of active_topics; null: never asked, or not to be had

  /// Where it is. Asked of one running source after the other, only with `offsets.interval` in the
  /// configuration, because it costs the herder's thread. Connect 3.5 and later.
  std::vector<ConnectOffset> offsets{};
  AnswerRef offsets_told{};  ///< of offsets; null: never asked, or not to be had

  /// Why it did not tell its state in the newest poll, when each was asked by itself (Connect
  /// before 2.3); empty: it did.
  std::optional<Error> untold{};
  /// With `untold`: of its state and tasks, which are those of then while this is fresh and empty
  /// later; null: it never told.
  AnswerRef told_before{};
};

/// What `GET /health` of a worker says (Kafka 3.9 and later).
enum class ConnectHealth : uint8_t {
  kUnknown,    ///< never told: older, or no answer
  kHealthy,    ///< its herder's thread goes round
  kStarting,   ///< it is not ready yet
  kUnhealthy,  ///< the herder's thread is stuck: requests that change things will time out
};

/// "unknown", "healthy", "starting", "unhealthy".
std::string_view Name(ConnectHealth health);

/// One worker address of the configuration. A load balancer in front of workers is one address.
struct ConnectWorkerFacts {
  EntityRef entity{};              ///< its URL as configured; never holds credentials
  bool alive = false;              ///< it answered GET / in the last poll as Connect does
  std::string why{};               ///< one line, unless alive
  AnswerRef polled{};              ///< of `alive`: every poll brings one
  double latency = 0;              ///< seconds that GET / took when it last answered
  std::string version{};           ///< "4.3.1"
  std::string kafka_cluster_id{};  ///< empty: not told
  AnswerRef told{};                ///< of latency, version and cluster id; null: never answered

  ConnectHealth health = ConnectHealth::kUnknown;
  std::string health_words{};  ///< Connect's own, e.g. what the herder does and since when
  AnswerRef health_told{};     ///< of health; null: never told
};

/// Workers that tell different states of the same thing. Only with `compare: true`.
struct ConnectDisagreement {
  EntityRef connector{};
  int32_t task = -1;  ///< -1: the connector itself
  /// As each worker tells it, parallel to ConnectFacts::workers; "": it does not know it, or was
  /// not heard.
  std::vector<std::string> states{};
};

struct ConnectPlugin {
  std::string java_class{};
  std::string type{};     ///< "source", "sink", "converter", ...
  std::string version{};  ///< empty: not told

  friend bool operator==(const ConnectPlugin&, const ConnectPlugin&) = default;
};

struct ConnectStatusRow;  // connect_status.h
struct ConnectConfigs;    // connect_configs.h

struct ConnectFacts final : Facts {
  std::string url{};      ///< the worker that answered; without credentials
  std::string version{};  ///< of the worker, e.g. "4.3.1"
  std::string kafka_cluster_id{};
  AnswerRef root{};  ///< of version and cluster id

  std::vector<ConnectorFacts> connectors{};  ///< by name
  AnswerRef listed{};  ///< of connectors, and of their states and tasks (but see StateAnswer)

  std::vector<ConnectWorkerFacts> workers{};  ///< in the order of the configuration

  std::vector<ConnectDisagreement> disagreements{};  ///< by connector and task
  AnswerRef compared{};  ///< of disagreements; null: not compared, or fewer than two workers answer

  std::vector<ConnectPlugin> plugins{};  ///< of the worker that answered, as it lists them
  AnswerRef plugins_told{};              ///< of plugins; asked about every ten minutes

  /// The status topic's table that the states are of; null: they are REST's.
  std::shared_ptr<const std::map<std::string, ConnectStatusRow, std::less<>>> states_of{};

  std::shared_ptr<const ConnectConfigs> configs{};  ///< null: the config topic is not followed
  AnswerRef configured{};                           ///< of configs
};

/// Tasks that Connect says are RUNNING.
size_t RunningTasks(const ConnectorFacts& connector);

/// "3/4": how many run of those there are; "3/4 of 8" where tasks.max allows more, or fewer.
std::string TasksInWords(const ConnectorFacts& connector);

/// What a connector's state and tasks are of; null: it never told.
inline const AnswerRef& StateAnswer(const ConnectFacts& facts, const ConnectorFacts& connector) {
  return connector.untold ? connector.told_before : facts.listed;
}

}  // namespace klaxon
