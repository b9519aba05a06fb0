#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/app/agent_config.h"
#include "agent/app/exit_code.h"
#include "agent/model/recovery_order.h"

/// What the program can be asked to do. Each returns its exit code and speaks to people: results on
/// standard output, what went wrong on standard error.
namespace klaxon::app {

struct RunOptions {
  std::string config_file{};  ///< empty: `quick` says all
  QuickStart quick{};
  std::optional<std::string> web_config{};  ///< overrides the file
  std::optional<std::string> listen{};      ///< overrides the file
  std::optional<std::string> log_level{};   ///< overrides the file
};

/// Watches clusters until SIGINT or SIGTERM; reloads the file on SIGHUP.
ExitCode Run(const RunOptions& options);

/// The same against a simulated estate on loopback.
ExitCode Demo(const RunOptions& options);

/// Whether a configuration file is right.
ExitCode Check(const std::string& file);

/// Polls every source once and prints the lag of all groups as a table.
ExitCode Lag(const RunOptions& options);

/// Reads every schema registry once and prints its subjects as a table, or as the API's document.
ExitCode Subjects(const RunOptions& options, bool json);

struct ConnectorsOptions {
  std::vector<std::string> connectors{};  ///< only these; empty: all
  bool problems = false;                  ///< only those with problems
  bool json = false;                      ///< the document of /api/klaxon/v1/connectors, whole
};

/// Polls Kafka and Connect twice, a second apart, and prints every connector with what is wrong
/// with it. kFailed: one of those shown has a problem, or something was not read.
ExitCode Connectors(const RunOptions& options, const ConnectorsOptions& chosen);

struct RecoveryOptions {
  std::string config_file{};  ///< names the state directory ...
  std::string state{};        ///< ... unless this does
  std::string connector{};    ///< only this one; empty: all
  int limit = 100;            ///< lines, the newest
  bool explain = false;       ///< the last decision about the connector first, gate by gate
};

/// Prints what recovery did and decided, as its journal tells, also while a Klaxon writes it.
/// kFailed: it cannot be read, or nothing is known of the connector to explain.
ExitCode RecoveryJournal(const RecoveryOptions& options);

struct SimulateOptions {
  std::string facts_file{};   ///< what /api/klaxon/v1/connectors answered
  std::string config_file{};  ///< whose policies; empty: the defaults
  int seconds = 60;           ///< so long the facts are told
  bool gates = false;         ///< open ones, too
};

/// Prints what recovery would decide about kept facts. kUsage: they cannot be read.
ExitCode Simulate(const SimulateOptions& options);

/// A Klaxon that runs, and who asks it.
struct AgentAccess {
  std::string url = "http://127.0.0.1:9308";
  std::string user{};
  std::string password_file{};  ///< empty: KLAXON_PASSWORD in the environment
  std::string ca_file{};        ///< PEM; empty: the system's authorities
};

struct OrderOptions {
  RecoveryOrder order{};  ///< `who` and `address` are not looked at
  AgentAccess agent{};
};

/// Asks a Klaxon that runs for something that recovery does. kFailed: it was not done.
ExitCode Order(const OrderOptions& options);

struct RulesOptions {
  std::vector<std::string> files{};
  bool lint = false;  ///< rules that write the same series are a failure
  bool ignore_unknown_fields = false;
  bool prometheus2 = false;        ///< of tests: look back as far as Prometheus 2 did
  std::vector<std::string> run{};  ///< of tests: only those with these names
};

/// Judges files of Prometheus' rules as promtool does. kFailed: one is wrong.
ExitCode CheckRules(const RulesOptions& options);

/// Runs promtool's unit tests of rules. kFailed: one failed, or could not be read.
ExitCode TestRules(const RulesOptions& options);

struct ExplainOptions {
  std::string rule{};
  AgentAccess agent{};
};

/// Asks a Klaxon that runs what a rule sees now, and why its alerts fire or do not. kFailed: it
/// does not answer, or has no such rule.
ExitCode ExplainRules(const ExplainOptions& options);

/// Looks at every Kafka cluster as a client of it would, and says what is wrong and what to try.
/// kFailed: something is bad.
ExitCode Doctor(const RunOptions& options, bool json);

struct DecodeOptions {
  std::string name{};  ///< of the cluster in the file; empty: it has one
  std::string topic{};
  std::optional<int32_t> partition{};  ///< empty: any; the newest record of all
  std::optional<int64_t> offset{};     ///< empty: the newest record
  std::string registry{};              ///< URL; empty: ids are not looked up
  bool json = false;
};

/// Shows how the first bytes of a record's key and value were read, what is wrong with them, and
/// their schemas. kFailed: no such record, nobody answers, or the registry's deserializer fails on
/// it.
ExitCode Decode(const RunOptions& run, const DecodeOptions& options);

struct SilenceOptions {
  std::vector<std::string> matchers{};  ///< each as Alertmanager writes it; a bare word: its name
  std::string comment{};
  std::string author{};  ///< empty: the user, or $USER
  std::string duration = "1h";
  std::string start{};  ///< RFC 3339; empty: now
  std::string end{};    ///< likewise; empty: after `duration`
  bool expired = false;
  bool json = false;
  std::vector<std::string> ids{};
  AgentAccess agent{};
};

/// Sets a silence in a Klaxon that runs and prints its id. kFailed: it was not set.
ExitCode SilenceAdd(const SilenceOptions& options);

/// Prints its silences.
ExitCode SilenceList(const SilenceOptions& options);

/// Ends silences now. kFailed: one was not ended, the others were.
ExitCode SilenceExpire(const SilenceOptions& options);

enum class CatalogueFormat { kTable, kMarkdown, kJson };

struct NotifyTestOptions {
  std::string config_file{};
  std::string receiver{};  ///< its name, or that of one of its integrations, e.g. "ops/slack[0]"
};

/// Sends an alert to a receiver and prints what came back. kFailed: it was not accepted.
ExitCode NotifyTest(const NotifyTestOptions& options);

/// Every metric that Klaxon exports.
ExitCode Metrics(CatalogueFormat format);

}  // namespace klaxon::app
