#include "agent/kafka/wire/waker.h"

#include <sys/eventfd.h>

namespace klaxon::kafka::wire {

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
