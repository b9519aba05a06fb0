#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "agent/base/text.h"
#include "alerts/receivers/chat_receivers.h"
#include "alerts/receivers/slack_text.h"

namespace klaxon::receivers {
namespace {

using nlohmann::json;

// Slack: https://api.slack.com/reference/messaging/attachments and "rate limits"; a title as long
// as Alertmanager's (notify/slack). Longer texts are folded away or refused.
constexpr size_t kSlackTitle = 1024;
constexpr size_t kSlackText = 3000;
constexpr size_t kSlackParts = 20;
constexpr size_t kSlackFields = 10;
constexpr size_t kSlackField = 200;

json SlackFieldsOf(const notify::Message& message) {
  json fields = json::array();
  for (const series::Label label : CommonLabels(message.alerts)) {
    if (label.name != "alertname" && fields.size() < kSlackFields) {
      fields.push_back({{"title", SlackCut(SlackEscaped(ToUtf8(label.name)), kSlackField)},
                        {"value", SlackCut(SlackEscaped(ToUtf8(label.value)), kSlackField)},
                        {"short", true}});
    }
  }
  return fields;
}

class Slack final : public notify::Receiver {
 public:
  Slack(const SlackOptions& options, const notify::ReceiverDeps& deps)
      : options_(options),
        external_url_(deps.external_url),
        poster_(deps.http, options.api_url, options.http, "notify/slack") {}

  notify::Delivery Send(const notify::Message& message, const notify::Patience& patience) override {
    return poster_.Post(SlackBody(options_, message, external_url_), patience,
                        [](const http::HttpResponse& response) {
                          const std::string_view body = Trim(response.body);
                          return body == "ok" ? std::string()
                                              : "answered 200, but not \"ok\": is this Slack?";
                        });
  }

 private:
  const SlackOptions options_;
  const std::string external_url_;
  Poster poster_;
};

}  // namespace

std::string SlackBody(const SlackOptions& options, const notify::Message& message,
                      const std::string& external_url) {
  const std::string title =
      SlackCut(SlackMarkup(options.title, message, external_url), kSlackTitle);
  std::vector<std::string> pieces =
      SlackPieces(SlackMarkup(options.text, message, external_url), kSlackText);
  if (pieces.size() > kSlackParts) {
    pieces.resize(kSlackParts);
    pieces.back() = "... and more: it does not fit into one message";
  }
  json attachments = json::array();
  for (const std::string& piece : pieces) {
    json part{{"color", message.firing() ? "danger" : "good"},
              {"text", piece},
              {"fallback", title},
              {"mrkdwn_in", json::array({"text"})}};
    if (attachments.empty()) {
      part["title"] = title;
      if (!external_url.empty()) {
        part["title_link"] = external_url;
      }
      part["fields"] = SlackFieldsOf(message);
    }
    attachments.push_back(std::move(part));
  }
  json body{{"attachments", std::move(attachments)}};
  if (!options.channel.empty()) {
    body["channel"] = options.channel;
  }
  if (!options.username.empty()) {
    body["username"] = options.username;
  }
  return body.dump();
}

std::unique_ptr<notify::Receiver> MakeSlack(const SlackOptions& options,
                                            const notify::ReceiverDeps& deps) {
  return std::make_unique<Slack>(options, deps);
}

}  // namespace klaxon::receivers
