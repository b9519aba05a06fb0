#include "agent/app/signals.h"

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
}

Signal WaitForSignal() {
  const sigset_t signals = OurSignals();
  int number = 0;
  while (sigwait(&signals, &number) != 0) {
  }
  return number == SIGHUP ? Signal::kReload : Signal::kStop;
}

}  // namespace klaxon::app
