#include <algorithm>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "agent/base/text.h"
#include "alerts/receivers/chat_receivers.h"

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

/// "&", "<" and ">" have a meaning in Slack's texts.
std::string SlackEscaped(std::string_view text) {
  std::string escaped;
  for (const char letter : text) {
    escaped += letter == '&'   ? "&amp;"
               : letter == '<' ? "&lt;"
               : letter == '>' ? "&gt;"
                               : std::string(1, letter);
  }
  return escaped;
}

/// Where an escaped text may end at `most` bytes at the latest: not within a letter or "&amp;".
size_t SlackEnd(std::string_view text, size_t most) {
  constexpr size_t kEntity = 5;  // the longest
  size_t end = std::min(text.size(), most);
  while (end < text.size() && end > 1 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) {
    --end;
  }
  const size_t entity = text.substr(0, end).rfind('&');
  if (end < text.size() && entity != std::string_view::npos && entity > 0 &&
      end - entity < kEntity &&
      text.substr(entity, end - entity).find(';') == std::string_view::npos) {
    end = entity;
  }
  return end;
}

/// Escaped, and at most so many bytes; "..." at the end of what was cut.
std::string SlackCut(std::string_view text, size_t most) {
  constexpr std::string_view kDots = "...";
  const std::string escaped = SlackEscaped(text);
  return escaped.size() <= most
             ? escaped
             : escaped.substr(0, SlackEnd(escaped, most - kDots.size())) + std::string(kDots);
}

/// Pieces of at most kSlackText bytes, cut at line ends where there are some.
std::vector<std::string> SlackPieces(std::string_view plain) {
  const std::string escaped = SlackEscaped(plain);
  std::string_view text = escaped;
  std::vector<std::string> pieces;
  while (!text.empty()) {
    size_t end = SlackEnd(text, kSlackText);
    if (end < text.size()) {
      const size_t line = text.rfind('\n', end - 1);
      end = line == std::string_view::npos || line == 0 ? end : line + 1;
    }
    pieces.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return pieces.empty() ? std::vector<std::string>{""} : pieces;
}

json SlackFieldsOf(const notify::Message& message) {
  json fields = json::array();
  for (const series::Label label : CommonLabels(message.alerts)) {
    if (label.name != "alertname" && fields.size() < kSlackFields) {
      fields.push_back({{"title", SlackCut(ToUtf8(label.name), kSlackField)},
                        {"value", SlackCut(ToUtf8(label.value), kSlackField)},
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
  const std::string title = SlackCut(ToUtf8(options.title.Of(message, external_url)), kSlackTitle);
  std::vector<std::string> pieces = SlackPieces(ToUtf8(options.text.Of(message, external_url)));
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
