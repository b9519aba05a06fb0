#include "alerts/receivers/feeds.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include <nlohmann/json.hpp>

#include "agent/base/rfc3339.h"
#include "agent/base/text.h"
#include "agent/http/status.h"
#include "alerts/notify/labels_json.h"
#include "alerts/receivers/http_answer.h"

namespace klaxon::receivers {
namespace {

using nlohmann::json;
using notify::Delivery;
using notify::Outcome;
using std::chrono::seconds;

constexpr size_t kBatch = 256;  // Prometheus' alertmanager.notification-batch-size
constexpr Duration kPush = seconds{10};

Secret WithPath(const Secret& url, std::string_view path) {
  std::string text = url.Reveal();
  while (text.ends_with('/')) {
    text.pop_back();
  }
  return Secret(text + std::string(path));
}

class AlertmanagerFeed final : public notify::Feed {
 public:
  AlertmanagerFeed(const AlertmanagerOptions& options, const notify::ReceiverDeps& deps)
      : resend_delay_(options.resend_delay),
        poster_(deps.http, WithPath(options.url, "/api/v2/alerts"), options.http,
                "notify/alertmanager") {}

  Duration Pause() const override { return std::min(resend_delay_, kPush); }

  std::optional<Delivery> Push(const std::vector<alerts::Alert>& alerts, const Instant&,
                               const Instant& now, const notify::Patience& patience) override {
    Forget(alerts);
    const std::vector<alerts::Alert> due = DueFor(alerts, sent_, resend_delay_, now.wall);
    std::optional<Delivery> last;
    for (size_t i = 0; i < due.size(); i += kBatch) {
      const auto begin = due.begin() + static_cast<ptrdiff_t>(i);
      const std::vector<alerts::Alert> batch(
          begin, begin + static_cast<ptrdiff_t>(std::min(kBatch, due.size() - i)));
      last = poster_.Post(AlertmanagerBody(batch, resend_delay_, now.wall), patience,
                          [](const http::HttpResponse& response) {
                            return http::LooksLikeWebPage(response)
                                       ? "answered with a web page: is this Alertmanager?"
                                       : std::string();
                          });
      if (last->outcome == Outcome::kRetry) {
        return last;
      }
      for (const alerts::Alert& alert : batch) {
        Remember(alert, now.wall, sent_);
      }
    }
    return last;
  }

 private:
  void Forget(const std::vector<alerts::Alert>& alerts) {
    LastSent kept;
    for (const alerts::Alert& alert : alerts) {
      if (auto known = sent_.extract(alerts::Fingerprint(alert.labels))) {
        kept.insert(std::move(known));
      }
    }
    sent_ = std::move(kept);
  }

  const Duration resend_delay_;
  Poster poster_;
  LastSent sent_{};
};

class HeartbeatFeed final : public notify::Feed {
 public:
  HeartbeatFeed(const HeartbeatOptions& options, const notify::ReceiverDeps& deps)
      : options_(options), poster_(deps.http, options.url, options.http, "notify/heartbeat") {}

  Duration Pause() const override { return std::min(options_.interval, kPush); }

  std::optional<Delivery> Push(const std::vector<alerts::Alert>&, const Instant& evaluated,
                               const Instant& now, const notify::Patience& patience) override {
    const bool due = !beat_ || now.mono - *beat_ >= options_.interval;
    if (!due || now.mono - evaluated.mono > options_.max_age) {
      return std::nullopt;
    }
    Delivery delivery = poster_.Send(options_.post ? "POST" : "GET", "", patience, &WebPageInstead);
    if (delivery.outcome != Outcome::kRetry) {
      beat_ = now.mono;
    }
    return delivery;
  }

 private:
  const HeartbeatOptions options_;
  Poster poster_;
  std::optional<MonoTime> beat_{};
};

}  // namespace

void Remember(const alerts::Alert& alert, WallTime at, LastSent& sent) {
  sent[alerts::Fingerprint(alert.labels)] = {
      .at = at, .starts_at = alert.starts_at, .ends_at = alert.ends_at};
}

std::vector<alerts::Alert> DueFor(const std::vector<alerts::Alert>& alerts, const LastSent& sent,
                                  Duration resend_delay, WallTime now) {
  std::vector<alerts::Alert> due;
  for (const alerts::Alert& alert : alerts) {
    const auto found = sent.find(alerts::Fingerprint(alert.labels));
    const bool news = found == sent.end() || found->second.at > now ||  // the clock jumped back
                      found->second.starts_at != alert.starts_at ||
                      found->second.ends_at != alert.ends_at;
    if (news || found->second.at + resend_delay < now) {
      due.push_back(alert);
    }
  }
  return due;
}

std::string AlertmanagerBody(const std::vector<alerts::Alert>& alerts, Duration resend_delay,
                             WallTime now) {
  json list = json::array();
  for (const alerts::Alert& alert : alerts) {
    const auto valid =
        std::chrono::duration_cast<WallTime::duration>(4 * std::max(resend_delay, alert.interval));
    const WallTime end = alert.ends_at ? std::min(*alert.ends_at, now) : now + valid;
    json object{{"labels", notify::LabelsAsJson(alert.labels)},
                {"annotations", notify::LabelsAsJson(alert.annotations)},
                {"startsAt", FormatRfc3339(std::min({alert.starts_at, end, now}))},
                {"endsAt", FormatRfc3339(end)}};
    if (!alert.generator_address.empty()) {
      object["generatorURL"] = ToUtf8(alert.generator_address);
    }
    list.push_back(std::move(object));
  }
  return list.dump();
}

std::unique_ptr<notify::Feed> MakeAlertmanager(const AlertmanagerOptions& options,
                                               const notify::ReceiverDeps& deps) {
  return std::make_unique<AlertmanagerFeed>(options, deps);
}

std::unique_ptr<notify::Feed> MakeHeartbeat(const HeartbeatOptions& options,
                                            const notify::ReceiverDeps& deps) {
  return std::make_unique<HeartbeatFeed>(options, deps);
}

}  // namespace klaxon::receivers
