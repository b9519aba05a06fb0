#include <cstdio>

#include <fmt/format.h>

#include "agent/app/commands.h"
#include "agent/base/duration.h"
#include "agent/base/text.h"
#include "agent/recovery/ledger.h"
#include "agent/state/database.h"

namespace klaxon::app {
namespace {

constexpr size_t kLongestJournalLine = 1000;

/// The directory that was named, or the configuration's.
Result<std::string> DirectoryOf(const RecoveryOptions& options) {
  if (!options.state.empty()) {
    return options.state;
  }
  if (options.config_file.empty()) {
    return Error(Reason::kInvalid, "name the state directory: --state DIR, or --config FILE");
  }
  const Result<AgentConfig> config = LoadAgentConfig(options.config_file);
  if (!config) {
    return config.error();
  }
  return config->state_directory.empty()
             ? Result<std::string>(Error(
                   Reason::kInvalid,
                   options.config_file + ": there is no state.directory: nothing was remembered"))
             : config->state_directory;
}

std::string Line(const recovery::LogEntry& entry) {
  return fmt::format("{}  {}/{}  {}  {}", FormatWallTime(entry.at), entry.cluster, entry.connect,
                     Printable(entry.connector), Printable(entry.words, kLongestJournalLine));
}

ExitCode PrintLog(const state::Database& database, const RecoveryOptions& options) {
  const Result<std::vector<recovery::LogEntry>> entries =
      recovery::ReadLog(database, options.connector, static_cast<size_t>(options.limit));
  if (!entries) {
    fmt::print(stderr, "klaxon: {}\n", entries.error().message());
    return kFailed;
  }
  for (const recovery::LogEntry& entry : *entries) {
    fmt::print("{}\n", Line(entry));
  }
  if (entries->empty()) {
    fmt::print("nothing was restarted, and nothing had to be decided\n");
  }
  return kOk;
}

ExitCode PrintExplanation(const state::Database& database, const RecoveryOptions& options) {
  const Result<std::vector<recovery::Explanation>> found =
      recovery::Explain(database, options.connector);
  if (!found) {
    fmt::print(stderr, "klaxon: {}\n", found.error().message());
    return kFailed;
  }
  for (const recovery::Explanation& each : *found) {
    fmt::print("{}\n", Line(each.decision));
    if (!each.way_out.empty()) {
      fmt::print("  what may help: {}\n", Printable(each.way_out, kLongestJournalLine));
    }
    for (const std::string& gate : each.gates) {
      fmt::print("  gate {}\n", Printable(gate, kLongestJournalLine));
    }
    if (each.gates.empty()) {
      fmt::print("  no gate was asked: nothing of it had failed\n");
    }
  }
  if (found->empty()) {
    fmt::print(stderr, "klaxon: nothing was ever decided about a connector \"{}\"\n",
               Printable(options.connector));
    return kFailed;
  }
  return PrintLog(database, options);
}

}  // namespace

ExitCode RecoveryJournal(const RecoveryOptions& options) {
  const Result<std::string> directory = DirectoryOf(options);
  if (!directory) {
    fmt::print(stderr, "klaxon: {}\n", directory.error().message());
    return kUsage;
  }
  const Result<std::unique_ptr<state::Database>> database = state::Database::OpenToRead(*directory);
  if (!database) {
    fmt::print(stderr, "klaxon: {}\n", database.error().message());
    return kFailed;
  }
  return options.explain ? PrintExplanation(**database, options) : PrintLog(**database, options);
}

}  // namespace klaxon::app
