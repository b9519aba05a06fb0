#include "agent/kafka/wire/fd.h"

#include <sys/eventfd.h>
#include <unistd.h>

namespace klaxon::kafka::wire {

Fd::~Fd() {
  if (fd_ >= 0) {
    close(fd_);
  }
}

Waker::Waker() : event_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
}

void Waker::Wake() const {
  eventfd_write(event_.get(), 1);
}

void Waker::Drain() const {
  eventfd_t count = 0;
  eventfd_read(event_.get(), &count);
}

}  // namespace klaxon::kafka::wire
