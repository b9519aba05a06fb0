#include "agent/app/signals.h"

#include <unistd.h>

#include <csignal>

namespace klaxon::app {
namespace {

sigset_t OurSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGHUP);
  return signals;
}

}  // namespace

void BlockSignals() {
  const sigset_t signals = OurSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);
}

Signal WaitForSignal(Duration limit) {
  const sigset_t signals = OurSignals();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(limit);
  const timespec time{.tv_sec = seconds.count(), .tv_nsec = (limit - seconds).count()};
  const int number = sigtimedwait(&signals, nullptr, &time);
  if (number < 0) {
    return Signal::kNone;  // EAGAIN: the time is over; EINTR: another signal was handled
  }
  return number == SIGHUP ? Signal::kReload : Signal::kStop;
}

void RaiseReload() {
  ::kill(::getpid(), SIGHUP);
}

}  // namespace klaxon::app
