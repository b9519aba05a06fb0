#include <algorithm>
#include <array>
#include <cstdio>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "agent/app/agent_options.h"
#include "agent/app/commands.h"
#include "agent/app/version.h"
#include "agent/base/text.h"

namespace klaxon::app {
namespace {

constexpr const char* kFooter = R"(Exit status:
  0  it did what was asked
  1  it could not: the port is taken, nobody answered, ...; doctor and connectors: something is wrong
  2  the command line or the configuration is wrong
  3  its own watchdog ended it, 10 s after it was asked to stop

Examples:
  klaxon demo                                 see it work, without any Kafka
  klaxon run --bootstrap broker:9092          watch one cluster; page and /metrics on port 9308
  klaxon run --config klaxon.yaml             watch what a file names; SIGHUP reloads it
  klaxon run --bootstrap broker:9093 --command-config client.properties
                                              the same over TLS and SASL, as Kafka's own tools
  klaxon lag --bootstrap broker:9092          the lag of all groups, once
  klaxon connectors --config klaxon.yaml      which connectors are broken, and why
  klaxon doctor --config klaxon.yaml          why something cannot be read, and what to try
  klaxon decode --bootstrap broker:9092 --topic orders --registry http://registry:8081
                                              why a consumer cannot read a record

On call:
  klaxon rules explain KafkaBrokerLost        why an alert fires, or does not
  klaxon silence add KafkaBrokerLost --duration 2h --comment "planned" --user alice
                                              no notifications of it for two hours
  klaxon recovery explain orders-sink --config klaxon.yaml
                                              why a connector was restarted, or was not
  klaxon recovery pause --why "the database moves" --user alice
                                              no restarts until somebody resumes recovery
  klaxon notify test ops --config klaxon.yaml whether a receiver accepts an alert
  klaxon rules check rules/*.yaml             what is wrong with Prometheus rule files)";

void AddKafka(CLI::App& command, RunOptions& options) {
  command.add_option("--config,-c", options.config_file, "Configuration file (YAML)")
      ->type_name("FILE");
  command
      .add_option("--bootstrap,-b", options.quick.bootstrap,
                  "Kafka brokers to start from, separated by commas; instead of a file")
      ->type_name("HOST:PORT,...");
  command
      .add_option("--command-config", options.quick.command_config,
                  "A Java client's properties file: TLS, SASL and bootstrap.servers are read")
      ->type_name("FILE");
}

void AddSources(CLI::App& command, RunOptions& options) {
  AddKafka(command, options);
  command
      .add_option("--connect", options.quick.connect,
                  "A Kafka Connect worker, e.g. http://connect:8083; once a Connect cluster")
      ->type_name("URL");
  command
      .add_option("--registry", options.quick.registry,
                  "A schema registry, e.g. http://registry:8081; once a registry")
      ->type_name("URL");
  command.add_option("--name", options.quick.cluster, "What to call the cluster")
      ->type_name("NAME")
      ->capture_default_str();
  command.add_option("--interval", options.quick.interval, "Time between two polls, e.g. 10s")
      ->type_name("DURATION");
}

void AddServing(CLI::App& command, RunOptions& options) {
  command
      .add_option("--listen,-l", options.listen,
                  "Where the page and /metrics are served; port 0 picks a free one and prints it")
      ->type_name("ADDR:PORT");
  command
      .add_option("--web.config.file", options.web_config,
                  "TLS and users, in the format of Prometheus' exporters")
      ->type_name("FILE");
  command.add_option("--log-level", options.log_level, "debug, info, warning or error")
      ->type_name("LEVEL");
}

/// The options of every command and which one was asked for.
struct Asked {
  RunOptions options{};
  std::string file{};
  DecodeOptions decode{};
  bool markdown = false;
  bool json = false;
  ConnectorsOptions connectors{};
  RecoveryOptions recovery{};
  OrderOptions order{};
  SimulateOptions simulate{};
  RulesOptions rules{};
  ExplainOptions explain{};
  NotifyTestOptions notify{};
  SilenceOptions silence{};
  std::function<ExitCode()> command{};
};

void AddRun(CLI::App& app, Asked& asked) {
  CLI::App* run = app.add_subcommand("run", "Watch clusters, serve the page and /metrics");
  AddSources(*run, asked.options);
  AddServing(*run, asked.options);
  run->callback([&asked] { asked.command = [&asked] { return Run(asked.options); }; });

  CLI::App* demo = app.add_subcommand("demo", "The same against a simulated Kafka on loopback");
  AddServing(*demo, asked.options);
  demo->callback([&asked] {
    asked.options.listen = asked.options.listen.value_or("127.0.0.1:9308");
    asked.command = [&asked] { return Demo(asked.options); };
  });
}

void AddTools(CLI::App& app, Asked& asked) {
  CLI::App* check = app.add_subcommand("check", "Report every error in a configuration file");
  check->add_option("FILE", asked.file, "Configuration file")->required();
  check->callback([&asked] { asked.command = [&asked] { return Check(asked.file); }; });

  CLI::App* lag = app.add_subcommand("lag", "Poll once and print the lag of every group");
  AddSources(*lag, asked.options);
  lag->callback([&asked] { asked.command = [&asked] { return Lag(asked.options); }; });

  CLI::App* subjects =
      app.add_subcommand("subjects", "Read the schema registry once and print its subjects");
  AddSources(*subjects, asked.options);
  subjects->add_flag("--json", asked.json, "As JSON");
  subjects->callback(
      [&asked] { asked.command = [&asked] { return Subjects(asked.options, asked.json); }; });

  CLI::App* connectors = app.add_subcommand(
      "connectors",
      "Poll twice and print every connector with its problems; exits with status 1 if one has a "
      "problem or something could not be read");
  AddSources(*connectors, asked.options);
  ConnectorsOptions& chosen = asked.connectors;
  connectors->add_option("--connector", chosen.connectors, "Only this one; may be repeated")
      ->type_name("NAME");
  connectors->add_flag("--problems", chosen.problems, "Only those with problems");
  connectors->add_flag("--json", chosen.json, "Everything, as JSON");
  connectors->callback([&asked] {
    asked.command = [&asked] { return Connectors(asked.options, asked.connectors); };
  });

  CLI::App* doctor = app.add_subcommand(
      "doctor", "Find out why something cannot be read, or why some of it is not shown");
  AddSources(*doctor, asked.options);
  doctor->add_flag("--json", asked.json, "As JSON");
  doctor->callback(
      [&asked] { asked.command = [&asked] { return Doctor(asked.options, asked.json); }; });

  CLI::App* metrics = app.add_subcommand("metrics", "List every metric that /metrics can show");
  CLI::Option* markdown = metrics->add_flag("--markdown", asked.markdown, "As a page of docs");
  metrics->add_flag("--json", asked.json, "As JSON")->excludes(markdown);
  metrics->callback([&asked] {
    asked.command = [&asked] {
      return Metrics(asked.json       ? CatalogueFormat::kJson
                     : asked.markdown ? CatalogueFormat::kMarkdown
                                      : CatalogueFormat::kTable);
    };
  });
}

void AddJournal(CLI::App& command, Asked& asked, bool explain) {
  RecoveryOptions& options = asked.recovery;
  command.add_option("--config,-c", options.config_file, "Configuration file with state.directory")
      ->type_name("FILE");
  command.add_option("--state", options.state, "State directory itself")->type_name("DIR");
  command.add_option("--limit", options.limit, "How many lines, the newest")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  command.callback([&asked, explain] {
    asked.recovery.explain = explain;
    asked.command = [&asked] { return RecoveryJournal(asked.recovery); };
  });
}

void AddOrder(CLI::App& recovery, Asked& asked, RecoveryVerb verb, const std::string& help) {
  CLI::App* command = recovery.add_subcommand(std::string(Name(verb)), help);
  OrderOptions& options = asked.order;
  auto* connector = command->add_option("CONNECTOR", options.order.connector,
                                        "Its name; without one: the whole Connect cluster");
  connector->required(verb == RecoveryVerb::kRestart);
  connector->check([](const std::string& name) {  // "$UNSET" must not mean everything
    return name.empty() ? "is empty; leave it out to mean the whole Connect cluster" : "";
  });
  command->add_option("--why,--comment", options.order.why, "Why; recorded with your name")
      ->required();
  command->add_option("--cluster", options.order.cluster, "If Klaxon watches several")
      ->type_name("NAME");
  command->add_option("--connect", options.order.connect, "Connect cluster, if there are several")
      ->type_name("NAME");
  AddAgentAccess(*command, options.agent);
  command->callback([&asked, verb] {
    asked.order.order.verb = verb;
    asked.command = [&asked] { return Order(asked.order); };
  });
}

void AddSimulate(CLI::App& recovery, Asked& asked) {
  CLI::App* command =
      recovery.add_subcommand("simulate", "Show what would be decided about saved facts");
  SimulateOptions& options = asked.simulate;
  command->add_option("--facts", options.facts_file, "A saved answer of /api/klaxon/v1/connectors")
      ->required()
      ->type_name("FILE");
  command
      ->add_option("--config,-c", options.config_file,
                   "The policies to try; default: the default policy")
      ->type_name("FILE");
  command->add_option("--seconds", options.seconds, "How long Connect keeps reporting these facts")
      ->check(CLI::Range(0, 86'400))
      ->capture_default_str();
  command->add_flag("--gates", options.gates, "Show open gates, too");
  command->callback([&asked] { asked.command = [&asked] { return Simulate(asked.simulate); }; });
}

void AddRecovery(CLI::App& app, Asked& asked) {
  CLI::App* recovery = app.add_subcommand(
      "recovery", "Show what recovery did about connectors, and why; give it orders");
  recovery->require_subcommand(1);
  CLI::App* log = recovery->add_subcommand("log", "Restarts and decisions, the newest last");
  log->add_option("--connector", asked.recovery.connector, "Only this one")->type_name("NAME");
  AddJournal(*log, asked, false);
  CLI::App* explain =
      recovery->add_subcommand("explain", "The last decision about a connector, gate by gate");
  explain->add_option("CONNECTOR", asked.recovery.connector, "Its name")->required();
  AddJournal(*explain, asked, true);
  AddSimulate(*recovery, asked);
  AddOrder(*recovery, asked, RecoveryVerb::kPause, "Restart nothing until somebody resumes it");
  AddOrder(*recovery, asked, RecoveryVerb::kResume, "End a pause");
  AddOrder(*recovery, asked, RecoveryVerb::kRestart, "Restart the failed parts of a connector now");
  AddOrder(*recovery, asked, RecoveryVerb::kLift, "Release a connector from its quarantine");
}

void AddRules(CLI::App& app, Asked& asked) {
  CLI::App* rules = app.add_subcommand("rules", "Check, test and explain Prometheus' rules");
  rules->require_subcommand(1);
  RulesOptions& options = asked.rules;
  CLI::App* check = rules->add_subcommand("check", "Report every error, as promtool check rules");
  CLI::App* test = rules->add_subcommand("test", "Run unit tests, as promtool test rules");
  for (CLI::App* const command : {check, test}) {
    command->add_option("FILES", options.files, "Files")->required();
    command->add_flag("--ignore-unknown-fields", options.ignore_unknown_fields,
                      "Accept fields that Prometheus does not know");
  }
  check->add_flag("--lint", options.lint, "Fail if two rules write the same series");
  check->callback([&asked] { asked.command = [&asked] { return CheckRules(asked.rules); }; });
  test->add_option("--run", options.run, "Only the test of this name; may be repeated")
      ->type_name("NAME");
  test->add_flag("--prometheus2", options.prometheus2,
                 "Count samples that are exactly five minutes old, as before Prometheus 3");
  test->callback([&asked] { asked.command = [&asked] { return TestRules(asked.rules); }; });
  CLI::App* explain = rules->add_subcommand(
      "explain",
      "Show what a rule sees in the running Klaxon, part by part, and why it fires or not");
  explain->add_option("RULE", asked.explain.rule, "Its name, or the metric it records")->required();
  AddAgentAccess(*explain, asked.explain.agent);
  explain->callback([&asked] { asked.command = [&asked] { return ExplainRules(asked.explain); }; });
}

void AddNotify(CLI::App& app, Asked& asked) {
  CLI::App* notify = app.add_subcommand("notify", "Try the receivers of alerts");
  notify->require_subcommand(1);
  CLI::App* test = notify->add_subcommand("test", "Send one alert and print what comes back");
  test->add_option("--config,-c", asked.notify.config_file, "Configuration file with notify")
      ->required()
      ->type_name("FILE");
  test->add_option("RECEIVER", asked.notify.receiver,
                   "A receiver, one of its integrations such as ops/slack[0], an Alertmanager or a "
                   "heartbeat")
      ->required();
  test->callback([&asked] { asked.command = [&asked] { return NotifyTest(asked.notify); }; });
}

void AddDecode(CLI::App& app, Asked& asked) {
  DecodeOptions& options = asked.decode;
  CLI::App* decode = app.add_subcommand(
      "decode", "Show how a record carries its schema, and what is wrong with it");
  AddKafka(*decode, asked.options);
  decode->add_option("--name", options.name, "Which cluster of the file")->type_name("NAME");
  decode->add_option("--topic,-t", options.topic, "Topic")->required()->type_name("TOPIC");
  decode->add_option("--partition,-p", options.partition, "Partition; default: all, the newest")
      ->type_name("NUMBER");
  decode->add_option("--offset,-o", options.offset, "Offset; default: the newest record")
      ->type_name("NUMBER");
  decode
      ->add_option("--registry", options.registry,
                   "A schema registry's API, e.g. http://registry:8081; asked with login and "
                   "certificates if the file has it; default: the cluster's first in the file")
      ->type_name("URL");
  decode->add_flag("--json", options.json, "As JSON");
  decode->callback(
      [&asked] { asked.command = [&asked] { return Decode(asked.options, asked.decode); }; });
}

/// What to say when the first word is no command; empty if it is one, or an option.
std::string WrongCommand(int argc, char** argv) {
  constexpr std::array<std::string_view, 13> kCommands{
      "connectors", "recovery", "subjects", "decode", "notify",  "run",  "silence",
      "demo",       "check",    "doctor",   "lag",    "metrics", "rules"};
  const std::string word = argc < 2 ? "-" : argv[1];
  if (word.starts_with('-') || std::ranges::find(kCommands, word) != kCommands.end()) {
    return "";
  }
  const std::string_view nearest = Nearest(word, kCommands);
  return fmt::format(
      "klaxon: there is no command \"{}\"; {}", Printable(word),
      nearest.empty() ? "see klaxon --help" : fmt::format("did you mean \"{}\"?", nearest));
}

int Main(int argc, char** argv) {
  Asked asked;
  CLI::App app("Klaxon watches Kafka: brokers, groups and their lag, Kafka Connect.", "klaxon");
  app.set_version_flag("--version", std::string("klaxon ") + kVersion);
  app.require_subcommand(1);
  app.fallthrough(false);
  AddRun(app, asked);
  AddTools(app, asked);
  AddRecovery(app, asked);
  AddRules(app, asked);
  AddNotify(app, asked);
  AddSilence(app, asked.silence, asked.command);
  AddDecode(app, asked);
  app.footer(kFooter);  // after the commands, which would inherit it
  if (const std::string wrong = WrongCommand(argc, argv); !wrong.empty()) {
    fmt::print(stderr, "{}\n", wrong);
    return kUsage;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kOk : kUsage;
  }
  const ExitCode code = asked.command();
  // What was not written was not done: a full disk must not look like a success.
  if (std::fflush(stdout) != 0) {
    throw std::runtime_error("cannot write to standard output");
  }
  return code;
}

}  // namespace
}  // namespace klaxon::app

int main(int argc, char** argv) {
  try {
    return klaxon::app::Main(argc, argv);
  } catch (const std::exception& failure) {
    std::fputs("klaxon: ", stderr);
    std::fputs(failure.what(), stderr);
    std::fputs("\n", stderr);
    return klaxon::app::kFailed;
  }
}
