#pragma once

#include "agent/base/descriptor.h"

namespace klaxon::kafka::wire {

/// Ends a poll() from another thread.
class Waker {
 public:
  Waker();

  /// Readable once Wake was called, until Drain. -1: the system has no more descriptors.
  int fd() const { return event_.get(); }

  /// Thread-safe; never blocks.
  void Wake() const;
  void Drain() const;

 private:
  Descriptor event_;
};

}  // namespace klaxon::kafka::wire
