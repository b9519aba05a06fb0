#include "alerts/receivers/config.h"

#include <algorithm>
#include <array>
#include <functional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "agent/http/url.h"
#include "alerts/receivers/chat_receivers.h"
#include "alerts/receivers/email.h"
#include "alerts/receivers/feeds.h"

namespace klaxon::receivers {
namespace {

using config::YamlMap;
using notify::Integration;
using notify::ReceiverDeps;
using Make = std::function<std::unique_ptr<notify::Receiver>(const ReceiverDeps& deps)>;

constexpr uint16_t kImplicitTlsPort = 465;  // RFC 8314
constexpr uint16_t kSubmissionPort = 587;

Make ReadWebhook(YamlMap& yaml, const std::string&) {
  WebhookOptions options;
  options.url = ReadSecretUrl(yaml, "url");
  options.http = ReadHttpOptions(yaml);
  options.max_alerts = yaml.Integer("max_alerts", 0, {0, 100'000});
  return [options](const ReceiverDeps& deps) { return MakeWebhook(options, deps); };
}

Make ReadSlack(YamlMap& yaml, const std::string&) {
  SlackOptions options;
  options.api_url = ReadSecretUrl(yaml, "api_url");
  options.http = ReadHttpOptions(yaml);
  options.channel = yaml.String("channel", "");
  options.username = yaml.String("username", "");
  options.title = Wording::Read(yaml, "title", kDefaultTitle);
  options.text = Wording::Read(yaml, "text", kDefaultText);
  return [options](const ReceiverDeps& deps) { return MakeSlack(options, deps); };
}

Make ReadPagerDuty(YamlMap& yaml, const std::string&) {
  PagerDutyOptions options;
  options.routing_key = yaml.RequiredSecret("routing_key");
  options.url = ReadSecretUrl(yaml, "url", false, "https://events.pagerduty.com/v2/enqueue");
  options.http = ReadHttpOptions(yaml);
  options.client = yaml.String("client", options.client);
  options.description = Wording::Read(yaml, "description", kDefaultTitle);
  return [options](const ReceiverDeps& deps) { return MakePagerDuty(options, deps); };
}

/// A bare address, which cannot smuggle anything into a mail's head.
void CheckAddress(YamlMap& yaml, std::string_view key, const std::string& address) {
  const bool odd = std::ranges::any_of(address, [](char letter) {
    return static_cast<unsigned char>(letter) <= 0x20U || letter == '<' || letter == '>';
  });
  if (!address.empty() && (odd || address.find('@') == std::string::npos)) {
    yaml.Complain(key, "is no mail address such as ops@example.com, without a name");
  }
}

void ReadMailServer(YamlMap& yaml, EmailOptions& options) {
  const HostPort server = yaml.HostPort("smarthost", {}, kSubmissionPort);
  if (server.host.empty()) {
    yaml.Complain("smarthost", "is needed: the mail server, e.g. mail.example.com:587");
  }
  options.smarthost = ToString(server);
  options.implicit_tls = yaml.Bool("implicit_tls", server.port == kImplicitTlsPort);
  options.require_tls = yaml.Bool("require_tls", options.require_tls);
  options.hello = yaml.String("hello", "");
  options.username = yaml.String("auth_username", "");
  options.password = yaml.Secret("auth_password");
  if (!options.username.empty() && !options.implicit_tls && !options.require_tls) {
    yaml.Complain("require_tls", "a password is not sent in the clear");
  }
  if (std::optional<YamlMap> tls = yaml.Map("tls_config")) {
    options.ca_file = tls->FileName("ca_file").value_or("");
    options.verify = !tls->Bool("insecure_skip_verify", false);
    tls->Finish();
  }
}

Make ReadEmail(YamlMap& yaml, const std::string&) {
  EmailOptions options;
  options.to = yaml.StringList("to");
  if (options.to.empty()) {
    yaml.Complain("to", "is needed: mail addresses");
  }
  for (const std::string& address : options.to) {
    CheckAddress(yaml, "to", address);
  }
  options.from = yaml.RequiredString("from");
  CheckAddress(yaml, "from", options.from);
  ReadMailServer(yaml, options);
  options.subject = Wording::Read(yaml, "subject", kDefaultTitle);
  options.text = Wording::Read(yaml, "text", kDefaultText);
  return [options](const ReceiverDeps& deps) { return MakeEmail(options, deps); };
}

Make ReadLog(YamlMap&, const std::string& id) {
  return [id](const ReceiverDeps&) { return MakeLog(id); };
}

/// A kind of receiver, by the key of its list.
struct ReceiverKind {
  std::string_view key{};
  std::string_view kind{};
  bool send_resolved = true;
  Make (*read)(YamlMap& yaml, const std::string& id) = nullptr;
};

// Whether the end is told unless it is said otherwise: as in Alertmanager.
constexpr std::array<ReceiverKind, 5> kReceiverKinds{
    {{"webhook_configs", "webhook", true, &ReadWebhook},
     {"slack_configs", "slack", false, &ReadSlack},
     {"pagerduty_configs", "pagerduty", true, &ReadPagerDuty},
     {"email_configs", "email", false, &ReadEmail},
     {"log_configs", "log", true, &ReadLog}}};

void ReadReceiver(YamlMap& yaml, std::set<std::string>& names, notify::Settings& settings) {
  const std::string name = yaml.RequiredString("name");
  if (!names.insert(name).second) {
    yaml.Complain("name", fmt::format("a second receiver is named \"{}\"", name));
  }
  for (const ReceiverKind& kind : kReceiverKinds) {
    int number = 0;
    for (YamlMap& entry : yaml.Maps(kind.key)) {
      Integration integration{.id = fmt::format("{}/{}[{}]", name, kind.kind, number++),
                              .receiver = name,
                              .kind = std::string(kind.kind)};
      integration.send_resolved = entry.Bool("send_resolved", kind.send_resolved);
      integration.send_acknowledged =
          kind.kind == "pagerduty" && entry.Bool("send_acknowledged", true);
      integration.make = kind.read(entry, integration.id);
      entry.Finish();
      settings.integrations.push_back(std::move(integration));
    }
  }
  yaml.Finish();
}

void CheckReceivers(YamlMap& root, const notify::Route& route, const std::set<std::string>& names) {
  if (!route.receiver.empty() && !names.contains(route.receiver)) {
    root.Complain("route", fmt::format("a route names the receiver \"{}\", which receivers does "
                                       "not have",
                                       route.receiver));
  }
  for (const notify::Route& child : route.routes) {
    CheckReceivers(root, child, names);
  }
}

/// Reports are by name.
std::string ReadFeedName(YamlMap& yaml, const std::string& fallback,
                         const notify::Settings& settings) {
  const std::string name = yaml.String("name", fallback);
  if (std::ranges::find(settings.feeds, name, &notify::FeedSettings::id) != settings.feeds.end()) {
    yaml.Complain("name", fmt::format("a second feed is named \"{}\"", name));
  }
  return name;
}

void ReadAlertmanagers(YamlMap& yaml, notify::Settings& settings) {
  int number = 0;
  for (YamlMap& entry : yaml.Maps("alertmanagers")) {
    AlertmanagerOptions options;
    options.url = ReadSecretUrl(entry, "url");
    options.http = ReadHttpOptions(entry);
    options.resend_delay = entry.Duration("resend_delay", options.resend_delay,
                                          {std::chrono::seconds{1}, std::chrono::hours{1}});
    const std::string name =
        ReadFeedName(entry, fmt::format("alertmanager[{}]", number++), settings);
    entry.Finish();
    settings.feeds.push_back(
        {.id = name, .kind = "alertmanager", .make = [options](const ReceiverDeps& deps) {
           return MakeAlertmanager(options, deps);
         }});
  }
}

void ReadHeartbeats(YamlMap& yaml, notify::Settings& settings) {
  constexpr config::DurationRange kBeat{std::chrono::seconds{1}, std::chrono::hours{24}};
  int number = 0;
  for (YamlMap& entry : yaml.Maps("heartbeats")) {
    HeartbeatOptions options;
    options.url = ReadSecretUrl(entry, "url");
    options.http = ReadHttpOptions(entry);
    options.post = entry.Choice("method", 0, std::array<std::string_view, 2>{"GET", "POST"}) == 1;
    options.interval = entry.Duration("interval", options.interval, kBeat);
    options.max_age = entry.Duration("max_age", options.max_age, kBeat);
    const std::string name = ReadFeedName(entry, fmt::format("heartbeat[{}]", number++), settings);
    entry.Finish();
    settings.feeds.push_back(
        {.id = name, .kind = "heartbeat", .make = [options](const ReceiverDeps& deps) {
           return MakeHeartbeat(options, deps);
         }});
  }
}

}  // namespace

notify::Settings ReadNotify(YamlMap& yaml) {
  notify::Settings settings;
  settings.external_url = yaml.String("external_url", "");
  if (!settings.external_url.empty() && !http::ParseUrl(settings.external_url)) {
    yaml.Complain("external_url", "is no http or https URL");
  }
  std::set<std::string> names;
  for (YamlMap& entry : yaml.Maps("receivers")) {
    ReadReceiver(entry, names, settings);
  }
  ReadRouting(yaml, settings);
  if (!names.empty() && settings.route.receiver.empty() && !yaml.Has("route")) {
    yaml.Complain("route", "is needed: who receives what, e.g. `route: {receiver: ops}`");
  }
  CheckReceivers(yaml, settings.route, names);
  ReadAlertmanagers(yaml, settings);
  ReadHeartbeats(yaml, settings);
  yaml.Finish();
  return settings;
}

}  // namespace klaxon::receivers
