#include "agent/app/agent_options.h"

#include <CLI/CLI.hpp>

namespace klaxon::app {

void AddAgentAccess(CLI::App& command, AgentAccess& access) {
  command.add_option("--url", access.url, "Address of the running Klaxon")
      ->type_name("URL")
      ->capture_default_str();
  command
      .add_option("--user", access.user,
                  "User name; to change something it needs the role operator")
      ->type_name("NAME");
  command
      .add_option("--password-file", access.password_file,
                  "File with its password; default: $KLAXON_PASSWORD")
      ->type_name("FILE");
  command
      .add_option("--ca-file", access.ca_file,
                  "Certificate authorities for https, PEM; default: the system's")
      ->type_name("FILE");
}

void AddSilence(CLI::App& app, SilenceOptions& options, std::function<ExitCode()>& chosen) {
  CLI::App* silence = app.add_subcommand("silence", "Silence alerts for a while");
  silence->require_subcommand(1);

  CLI::App* add = silence->add_subcommand(
      "add", "Suppress notifications of matching alerts; prints the id of the silence");
  add->add_option("MATCHERS", options.matchers,
                  "Such as cluster=main or topic=~\"orders.*\"; a bare word is an alert's name")
      ->required();
  add->add_option("--comment,--why", options.comment, "Why; everybody can read it")->required();
  add->add_option("--author", options.author, "Who; default: --user, or $USER")->type_name("NAME");
  add->add_option("--duration,-d", options.duration, "How long, such as 2h or 1d")
      ->capture_default_str();
  add->add_option("--start", options.start, "When, such as 2026-01-31T12:00:00Z; default: now")
      ->type_name("TIME");
  add->add_option("--end", options.end, "Until when, in place of --duration")->type_name("TIME");
  AddAgentAccess(*add, options.agent);
  add->callback([&] { chosen = [&options] { return SilenceAdd(options); }; });

  CLI::App* list = silence->add_subcommand("list", "List silences that are active or pending");
  list->add_option("MATCHERS", options.matchers, "Only those about this");
  list->add_flag("--expired", options.expired, "Expired ones, too (kept for five days)");
  list->add_flag("--json", options.json, "As JSON");
  AddAgentAccess(*list, options.agent);
  list->callback([&] { chosen = [&options] { return SilenceList(options); }; });

  CLI::App* expire = silence->add_subcommand("expire", "End silences now");
  expire->add_option("ID", options.ids, "As printed by add and list")->required();
  AddAgentAccess(*expire, options.agent);
  expire->callback([&] { chosen = [&options] { return SilenceExpire(options); }; });
}

}  // namespace klaxon::app
