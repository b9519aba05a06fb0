#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "agent/base/log.h"
#include "agent/base/rfc3339.h"
#include "agent/base/text.h"
#include "alerts/notify/labels_json.h"
#include "alerts/receivers/chat_receivers.h"
#include "alerts/receivers/http_answer.h"

namespace klaxon::receivers {
namespace {

using nlohmann::json;

json WebhookAlert(const alerts::Alert& alert) {
  constexpr auto kNever = "0001-01-01T00:00:00Z";  // Go's zero time
  return {{"status", alert.firing() ? "firing" : "resolved"},
          {"labels", notify::LabelsAsJson(alert.labels)},
          {"annotations", notify::LabelsAsJson(alert.annotations)},
          {"startsAt", FormatRfc3339(alert.starts_at)},
          {"endsAt", alert.ends_at ? FormatRfc3339(*alert.ends_at) : kNever},
          {"generatorURL", ToUtf8(alert.generator_address)},
          {"fingerprint", alerts::FingerprintText(alert.labels)}};
}

class Webhook final : public notify::Receiver {
 public:
  Webhook(const WebhookOptions& options, const notify::ReceiverDeps& deps)
      : max_alerts_(options.max_alerts),
        external_url_(deps.external_url),
        poster_(deps.http, options.url, options.http, "notify/webhook") {}

  notify::Delivery Send(const notify::Message& message, const notify::Patience& patience) override {
    return poster_.Post(WebhookBody(message, external_url_, max_alerts_), patience,
                        &WebPageInstead);
  }

 private:
  const int64_t max_alerts_;
  const std::string external_url_;
  Poster poster_;
};

class LogReceiver final : public notify::Receiver {
 public:
  explicit LogReceiver(std::string id) : id_(std::move(id)) {}

  notify::Delivery Send(const notify::Message& message, const notify::Patience&) override {
    log::Warning("notify/" + id_, "{}", title_.Of(message, ""));
    return notify::Delivery::Accepted("written to the log");
  }

 private:
  const std::string id_;
  const Wording title_{kDefaultTitle};
};

}  // namespace

std::string WebhookBody(const notify::Message& message, const std::string& external_url,
                        int64_t max_alerts) {
  const auto total = static_cast<int64_t>(message.alerts.size());
  const int64_t shown = max_alerts > 0 ? std::min(total, max_alerts) : total;
  json list = json::array();
  for (int64_t i = 0; i < shown; ++i) {
    list.push_back(WebhookAlert(message.alerts[static_cast<size_t>(i)]));
  }
  const json body{{"version", "4"},
                  {"groupKey", ToUtf8(message.group_key)},
                  {"truncatedAlerts", total - shown},
                  {"status", message.firing() ? "firing" : "resolved"},
                  {"receiver", message.receiver},
                  {"groupLabels", notify::LabelsAsJson(message.group_labels)},
                  {"commonLabels", notify::LabelsAsJson(CommonLabels(message.alerts))},
                  {"commonAnnotations", notify::LabelsAsJson(CommonAnnotations(message.alerts))},
                  {"externalURL", external_url},
                  {"alerts", std::move(list)}};
  return body.dump();
}

std::unique_ptr<notify::Receiver> MakeWebhook(const WebhookOptions& options,
                                              const notify::ReceiverDeps& deps) {
  return std::make_unique<Webhook>(options, deps);
}

std::unique_ptr<notify::Receiver> MakeLog(const std::string& id) {
  return std::make_unique<LogReceiver>(id);
}

}  // namespace klaxon::receivers
