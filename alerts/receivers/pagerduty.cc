#include <array>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <openssl/evp.h>

#include "agent/base/rfc3339.h"
#include "agent/base/text.h"
#include "alerts/receivers/chat_receivers.h"
#include "alerts/receivers/http_answer.h"

namespace klaxon::receivers {
namespace {

using nlohmann::json;

// https://developer.pagerduty.com/docs/send-alert-event: a summary has 1024 characters at most, a
// dedup_key 255 (a SHA-256 has 64), an event 512 kB: longer ones are answered with 400. Of a source
// no limit is told; no host's or cluster's name is longer than this. A character takes 6 bytes of
// JSON at most: all together stay below 330 kB.
constexpr size_t kPagerSummary = 1024;
constexpr size_t kPagerSource = 255;
constexpr size_t kPagerGroup = 1000;
constexpr size_t kPagerDetails = 50'000;

/// The four severities there are; what alerts call it otherwise is an error.
std::string PagerSeverity(const notify::Message& message) {
  const series::Labels common = CommonLabels(message.alerts);
  const std::string_view said = common.Get("severity");
  for (const std::string_view known : {"critical", "error", "warning", "info"}) {
    if (said == known) {
      return std::string(known);
    }
  }
  return said == "page" ? "critical" : "error";
}

std::string PagerSource(const notify::Message& message) {
  const series::Labels common = CommonLabels(message.alerts);
  const std::string_view cluster = common.Get("cluster");
  return cluster.empty() ? "Klaxon" : Cut(ToUtf8(cluster), kPagerSource);
}

/// An incident that is acknowledged pages nobody further up.
const char* EventAction(const notify::Message& message) {
  return !message.acknowledgement.empty() ? "acknowledge"
         : message.firing()               ? "trigger"
                                          : "resolve";
}

class PagerDuty final : public notify::Receiver {
 public:
  PagerDuty(const PagerDutyOptions& options, const notify::ReceiverDeps& deps)
      : options_(options),
        external_url_(deps.external_url),
        poster_(deps.http, options.url, options.http, "notify/pagerduty") {}

  notify::Delivery Send(const notify::Message& message, const notify::Patience& patience) override {
    notify::Delivery delivery = poster_.Post(
        PagerDutyBody(options_, message, external_url_), patience,
        [](const http::HttpResponse& response) {
          constexpr int kTaken = 202;
          return response.status == kTaken
                     ? std::string()
                     : fmt::format("answered {}, not 202: is this PagerDuty?", response.status);
        });
    delivery.words = WithoutSecret(std::move(delivery.words), options_.routing_key.Reveal());
    return delivery;
  }

 private:
  const PagerDutyOptions options_;
  const std::string external_url_;
  Poster poster_;
};

}  // namespace

std::string DedupKey(const std::string& group_key) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  EVP_Digest(group_key.data(), group_key.size(), digest.data(), &length, EVP_sha256(), nullptr);
  std::string text;
  for (unsigned int i = 0; i < length; ++i) {
    text += fmt::format("{:02x}", digest.at(i));
  }
  return text;
}

std::string PagerDutyBody(const PagerDutyOptions& options, const notify::Message& message,
                          const std::string& external_url) {
  json body{{"routing_key", options.routing_key.Reveal()},
            {"event_action", EventAction(message)},
            {"dedup_key", DedupKey(message.group_key)},
            {"client", options.client}};
  if (!external_url.empty()) {
    body["client_url"] = external_url;
  }
  const std::string summary =
      Cut(ToUtf8(options.description.Of(message, external_url)), kPagerSummary);
  body["payload"] = {{"summary", summary.empty() ? "alert" : summary},
                     {"source", PagerSource(message)},
                     {"severity", PagerSeverity(message)},
                     {"timestamp", FormatRfc3339(message.alerts.front().starts_at)}};
  body["payload"]["custom_details"] = {
      {"alerts", Cut(ToUtf8(options.details.Of(message, external_url)), kPagerDetails)},
      {"group", Cut(ToUtf8(message.group_key), kPagerGroup)}};
  return body.dump();
}

std::unique_ptr<notify::Receiver> MakePagerDuty(const PagerDutyOptions& options,
                                                const notify::ReceiverDeps& deps) {
  return std::make_unique<PagerDuty>(options, deps);
}

}  // namespace klaxon::receivers
