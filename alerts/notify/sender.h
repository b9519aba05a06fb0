#pragma once

#include <future>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>

#include "agent/base/clock.h"
#include "alerts/notify/hub.h"
#include "alerts/notify/receiver.h"

namespace klaxon::notify {

/// A thread that sends: the outbox of one integration, or the alerts to one feed. What is not
/// accepted is sent again, with growing pauses and never before the receiver wants it.
class Sender {
 public:
  using Done = std::shared_future<void>;

  /// It begins when `before`, who sent to the same place, has ended; that may be none.
  static std::unique_ptr<Sender> Of(Hub& hub, const Integration& integration,
                                    const ReceiverDeps& deps, const Done& before = {});
  static std::unique_ptr<Sender> Of(Hub& hub, const FeedSettings& feed, const ReceiverDeps& deps,
                                    const Done& before = {});

  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;
  /// Cuts short what is being sent.
  ~Sender() = default;

  /// Nothing new is sent from now on; what is being sent may end.
  void Retire() { retire_.request_stop(); }

  const std::string& id() const { return id_; }

  /// Ready when nothing is sent any more.
  const Done& done() const { return done_; }

  /// Cuts short what is being sent, and does not wait.
  void Cut() { thread_.request_stop(); }

  /// Waits for the end of that; false: it goes on.
  bool WaitRetired(Duration longest) const {
    return done_.wait_for(longest) == std::future_status::ready;
  }

 private:
  explicit Sender(std::string id) : id_(std::move(id)) {}

  template <class Loop>
  void Begin(const Done& before, Loop loop);

  const std::string id_;

  std::stop_source retire_{};
  std::promise<void> promise_{};
  std::shared_future<void> done_{promise_.get_future()};
  std::jthread thread_{};
};

}  // namespace klaxon::notify
