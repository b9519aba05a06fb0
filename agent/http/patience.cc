#include "agent/http/patience.h"

#include <poll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>

namespace klaxon::http {
namespace {

void Raise(const Descriptor& event) {
  const uint64_t one = 1;
  (void)!::write(event.get(), &one, sizeof one);
}

}  // namespace

Patience::Patience(MonoTime deadline, const std::stop_token& stop)
    : deadline_(deadline),
      stop_(stop),
      event_(std::make_shared<Descriptor>(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC))),
      on_stop_(stop, Waker()) {
}

std::function<void()> Patience::Waker() const {
  return [event = event_] { Raise(*event); };
}

Patience::End Patience::Now() const {
  if (stop_.stop_requested()) return End::kStopped;
  return std::chrono::steady_clock::now() < deadline_ ? End::kReady : End::kTimeout;
}

Patience::End Patience::WaitFor(int fd, short events, MonoTime until) {
  const MonoTime due = std::min(deadline_, until);
  while (true) {
    if (stop_.stop_requested()) return End::kStopped;
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(due - std::chrono::steady_clock::now());
    if (left.count() <= 0) return End::kTimeout;
    std::array<pollfd, 2> waiting{pollfd{.fd = fd, .events = events, .revents = 0},
                                  pollfd{.fd = event_->get(), .events = POLLIN, .revents = 0}};
    const auto wait = static_cast<int>(std::min<int64_t>(left.count(), 60'000));
    if (::poll(waiting.data(), waiting.size(), wait) <= 0) continue;
    if (waiting[0].revents != 0) return End::kReady;
    uint64_t ignored = 0;
    (void)!::read(event_->get(), &ignored, sizeof ignored);
    if (!stop_.stop_requested()) return End::kReady;
  }
}

}  // namespace klaxon::http
