#include <cstdio>
#include <optional>

#include <fmt/format.h>

#include "agent/app/commands.h"
#include "agent/base/clock.h"
#include "agent/base/text.h"
#include "agent/http/client.h"
#include "alerts/notify/receiver.h"

namespace klaxon::app {
namespace {

constexpr Duration kTestPatience = std::chrono::seconds{30};

alerts::Alert TestAlert(const Instant& now) {
  return {.labels = series::Labels({{"alertname", "KlaxonTest"}, {"severity", "info"}}),
          .annotations = series::Labels(
              {{"summary", "A test of this receiver"},
               {"description", "Somebody asked `klaxon notify test`. Nothing is wrong."}}),
          .starts_at = now.wall,
          .value = 1};
}

/// Whether it was accepted.
bool Print(const std::string& id, const notify::Delivery& delivery) {
  switch (delivery.outcome) {
    case notify::Outcome::kAccepted:
      fmt::print("{}: accepted: {}\n", id, delivery.words);
      return true;
    case notify::Outcome::kRetry:
      fmt::print("{}: not accepted, and would be sent again: {}\n", id, delivery.words);
      return false;
    case notify::Outcome::kGivenUp:
      fmt::print("{}: refused, and would not be sent again: {}\n", id, delivery.words);
      return false;
  }
  std::abort();
}

/// How many were tried, and how many of them accepted.
struct Tally {
  int tried = 0;
  int accepted = 0;
};

void TryIntegrations(const notify::Settings& settings, const std::string& name,
                     const notify::ReceiverDeps& deps, Tally& tally) {
  for (const notify::Integration& integration : settings.integrations) {
    if (integration.receiver != name && integration.id != name) {
      continue;
    }
    const Instant now = SystemClock().Now();
    const alerts::Alert alert = TestAlert(now);
    notify::Message message{
        .receiver = integration.receiver,
        .group_key = R"({}:{alertname="KlaxonTest"})",
        .group_labels = series::LabelFilter::Only({"alertname"}).Apply(alert.labels),
        .alerts = {alert},
        .at = now.wall};
    const std::unique_ptr<notify::Receiver> receiver = integration.make(deps);
    const notify::Patience patience{
        .deadline = now.mono + kTestPatience, .stop = {}, .now = now.wall};
    ++tally.tried;
    bool accepted = Print(integration.id, receiver->Send(message, patience));
    if (accepted && integration.kind == "pagerduty") {  // it has opened an incident
      message.alerts.front().ends_at = now.wall;
      accepted = Print(integration.id + " (resolve)", receiver->Send(message, patience));
    }
    tally.accepted += accepted ? 1 : 0;
  }
}

void TryFeeds(const notify::Settings& settings, const std::string& name,
              const notify::ReceiverDeps& deps, Tally& tally) {
  for (const notify::FeedSettings& feed : settings.feeds) {
    if (feed.id != name) {
      continue;
    }
    const Instant now = SystemClock().Now();
    const std::optional<notify::Delivery> delivery =
        feed.make(deps)->Push({TestAlert(now)}, now, now,
                              {.deadline = now.mono + kTestPatience, .stop = {}, .now = now.wall});
    ++tally.tried;
    tally.accepted += delivery && Print(feed.id, *delivery) ? 1 : 0;
  }
}

}  // namespace

ExitCode NotifyTest(const NotifyTestOptions& options) {
  const Result<AgentConfig> config = LoadAgentConfig(options.config_file);
  if (!config) {
    fmt::print(stderr, "{}\n", config.error().message());
    return kUsage;
  }
  const std::unique_ptr<http::HttpClient> http = http::MakeHttpClient();
  const notify::ReceiverDeps deps{.http = *http, .external_url = config->notify.external_url};
  Tally tally;
  TryIntegrations(config->notify, options.receiver, deps, tally);
  TryFeeds(config->notify, options.receiver, deps, tally);
  if (tally.tried == 0) {
    fmt::print(stderr, "klaxon: {}: notify has no receiver \"{}\"\n", options.config_file,
               Printable(options.receiver));
    return kUsage;
  }
  return tally.accepted == tally.tried ? kOk : kFailed;
}

}  // namespace klaxon::app
