#include "agent/app/agent_options.h"

#include <CLI/CLI.hpp>

namespace klaxon::app {

void AddAgentAccess(CLI::App& command, AgentAccess& access) {
  command.add_option("--url", access.url, "Of the Klaxon that runs")
      ->type_name("URL")
      ->capture_default_str();
  command.add_option("--user", access.user, "Who you are; what changes something needs a role")
      ->type_name("NAME");
  command.add_option("--password-file", access.password_file, "Default: $KLAXON_PASSWORD")
      ->type_name("FILE");
  command.add_option("--ca-file", access.ca_file, "PEM, for https; default: the system's")
      ->type_name("FILE");
}

void AddSilence(CLI::App& app, SilenceOptions& options, std::function<ExitCode()>& chosen) {
  CLI::App* silence = app.add_subcommand("silence", "Keep quiet about alerts for a while");
  silence->require_subcommand(1);

  CLI::App* add = silence->add_subcommand(
      "add", "Tell nobody of the alerts that match; prints the id of the silence");
  add->add_option("MATCHERS", options.matchers,
                  "Such as cluster=main or topic=~\"orders.*\"; a bare word is an alert's name")
      ->required();
  add->add_option("--comment", options.comment, "Why; everybody can read it")->required();
  add->add_option("--author", options.author, "Who; default: --user, or $USER")->type_name("NAME");
  add->add_option("--duration,-d", options.duration, "How long, such as 2h or 1d")
      ->capture_default_str();
  add->add_option("--start", options.start, "When, such as 2026-01-31T12:00:00Z; default: now")
      ->type_name("TIME");
  add->add_option("--end", options.end, "Until when, in place of --duration")->type_name("TIME");
  AddAgentAccess(*add, options.agent);
  add->callback([&] { chosen = [&options] { return SilenceAdd(options); }; });

  CLI::App* list = silence->add_subcommand("list", "Silences that are in force, or will be");
  list->add_option("MATCHERS", options.matchers, "Only those about this");
  list->add_flag("--expired", options.expired, "Those that are over, too (kept for five days)");
  list->add_flag("--json", options.json, "As JSON");
  AddAgentAccess(*list, options.agent);
  list->callback([&] { chosen = [&options] { return SilenceList(options); }; });

  CLI::App* expire = silence->add_subcommand("expire", "End silences now");
  expire->add_option("ID", options.ids, "As add and list print them")->required();
  AddAgentAccess(*expire, options.agent);
  expire->callback([&] { chosen = [&options] { return SilenceExpire(options); }; });
}

}  // namespace klaxon::app
