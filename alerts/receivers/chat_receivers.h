#pragma once

#include <memory>
#include <optional>
#include <string>

#include "agent/base/secret.h"
#include "alerts/notify/receiver.h"
#include "alerts/receivers/poster.h"
#include "alerts/receivers/words.h"

/// Receivers over HTTP. Bodies are pure functions of a message.
namespace klaxon::receivers {

/// Alertmanager's generic webhook.
struct WebhookOptions {
  Secret url{};
  HttpOptions http{};
  int64_t max_alerts = 0;  ///< 0: all
};

/// Version 4 of the body (alertmanager/template/template.go Data, notify/webhook).
std::string WebhookBody(const notify::Message& message, const std::string& external_url,
                        int64_t max_alerts);
std::unique_ptr<notify::Receiver> MakeWebhook(const WebhookOptions& options,
                                              const notify::ReceiverDeps& deps);

/// A Slack incoming webhook (api.slack.com, "incoming webhooks" and "secondary attachments").
struct SlackOptions {
  Secret api_url{};
  HttpOptions http{};
  std::string channel{};
  std::string username{};
  Wording title{kDefaultTitle};
  Wording text{kDefaultText};
};

std::string SlackBody(const SlackOptions& options, const notify::Message& message,
                      const std::string& external_url);
std::unique_ptr<notify::Receiver> MakeSlack(const SlackOptions& options,
                                            const notify::ReceiverDeps& deps);

/// PagerDuty's Events API, version 2 (developer.pagerduty.com, "send an alert event").
struct PagerDutyOptions {
  Secret routing_key{};
  Secret url{};
  HttpOptions http{};
  std::string client = "Klaxon";
  Wording description{kDefaultTitle};
  Wording details{kDefaultText};
};

std::string PagerDutyBody(const PagerDutyOptions& options, const notify::Message& message,
                          const std::string& external_url);
/// SHA-256 of the group's key in hexadecimal digits, as Alertmanager makes it.
std::string DedupKey(const std::string& group_key);
std::unique_ptr<notify::Receiver> MakePagerDuty(const PagerDutyOptions& options,
                                                const notify::ReceiverDeps& deps);

/// A line in Klaxon's own log.
std::unique_ptr<notify::Receiver> MakeLog(const std::string& id);

}  // namespace klaxon::receivers
