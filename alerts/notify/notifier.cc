#include "alerts/notify/notifier.h"

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "agent/base/thread_name.h"
#include "alerts/notify/hub.h"
#include "alerts/notify/sender.h"

namespace klaxon::notify {

class Notifier::Impl {
 public:
  Impl(const Resources& resources, Settings settings) : hub(resources) {
    Begin(std::move(settings));
    decider_ = std::jthread([this](const std::stop_token& stop) {
      NameThisThread("notify");
      while (hub.WaitToDecide(stop)) {
        hub.DecideNow();
      }
      if (hub.HasNews()) {
        hub.DecideNow();  // what was told right before the end is not to be lost with it
      }
    });
  }

  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  ~Impl() {
    decider_ = {};  // joined: nothing new is put into the outbox
    End();
  }

  /// What is being sent goes on: cut short, it would come twice, and to a slow receiver never.
  void Reload(Settings settings) {
    for (auto& sender : senders_) {
      sender->Retire();
      retired_.push_back(std::move(sender));
    }
    senders_.clear();
    std::erase_if(retired_, [](const auto& sender) { return sender->WaitRetired({}); });
    Begin(std::move(settings));
  }

  Hub hub;

 private:
  void Begin(Settings settings) {
    const ReceiverDeps deps{.http = hub.http(), .external_url = settings.external_url};
    hub.SetSettings(settings);
    for (const Integration& integration : settings.integrations) {
      senders_.push_back(Sender::Of(hub, integration, deps, Before(integration.id)));
    }
    for (const FeedSettings& feed : settings.feeds) {
      senders_.push_back(Sender::Of(hub, feed, deps, Before(feed.id)));
    }
  }

  /// The newest of those who sent to the same place and have not ended yet.
  Sender::Done Before(const std::string& id) const {
    Sender::Done done;
    for (const auto& sender : retired_) {
      done = sender->id() == id ? sender->done() : done;
    }
    return done;
  }

  /// What is being sent gets a moment to be answered: cut short, it would have to be sent twice.
  void End() {
    constexpr Duration kGrace = std::chrono::seconds{1};
    for (auto& sender : retired_) {
      senders_.push_back(std::move(sender));
    }
    retired_.clear();
    for (const auto& sender : senders_) {
      sender->Retire();
    }
    const MonoTime end = std::chrono::steady_clock::now() + kGrace;
    for (const auto& sender : senders_) {
      sender->WaitRetired(end - std::chrono::steady_clock::now());
    }
    for (const auto& sender : senders_) {
      sender->Cut();
    }
    senders_.clear();
  }

  std::vector<std::unique_ptr<Sender>> senders_{};
  std::vector<std::unique_ptr<Sender>> retired_{};  ///< of earlier settings, the oldest first
  std::jthread decider_{};
};

Notifier::Notifier(const Resources& resources, Settings settings)
    : impl_(std::make_unique<Impl>(resources, std::move(settings))) {
}

Notifier::~Notifier() = default;

std::map<std::string, std::string> Notifier::RestoredStates() const {
  return impl_->hub.RestoredStates();
}

std::optional<std::map<std::string, std::string>> Notifier::TakeLateStates() {
  return impl_->hub.TakeLateStates();
}

void Notifier::Tell(Evaluation evaluation) {
  impl_->hub.Take(std::move(evaluation));
}

void Notifier::Reload(Settings settings) {
  impl_->Reload(std::move(settings));
}

Result<std::string> Notifier::SetSilence(Silence silence) {
  return impl_->hub.SetSilence(std::move(silence));
}

Result<void> Notifier::ExpireSilence(const std::string& id) {
  return impl_->hub.ExpireSilence(id);
}

std::vector<Silence> Notifier::Silences() const {
  return impl_->hub.Silences();
}

std::vector<HeldAlert> Notifier::FiringAlerts() const {
  return impl_->hub.FiringAlerts();
}

std::vector<Muted> Notifier::MutedOf(std::vector<alerts::Alert> alerts) const {
  return impl_->hub.MutedOf(std::move(alerts));
}

std::vector<std::string> Notifier::Receivers() const {
  return impl_->hub.Receivers();
}

Report Notifier::GetReport() const {
  return impl_->hub.GetReport();
}

}  // namespace klaxon::notify
