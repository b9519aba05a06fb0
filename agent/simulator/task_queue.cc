#include "agent/simulator/task_queue.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <future>

namespace klaxon::simulator {

TaskQueue::TaskQueue() : wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
}

void TaskQueue::Run(const std::function<void()>& task) {
  std::promise<void> done;
  {
    const Lock lock(mutex_);
    tasks_.push_back([&] {
      task();
      done.set_value();
    });
  }
  Wake();
  done.get_future().wait();
}

void TaskQueue::Wake() const {
  const uint64_t one = 1;
  // It can only fail when the counter is full, and then the owner is woken anyway.
  [[maybe_unused]] const ssize_t written = ::write(wake_.get(), &one, sizeof(one));
}

void TaskQueue::RunAll() {
  uint64_t count = 0;
  [[maybe_unused]] const ssize_t got = ::read(wake_.get(), &count, sizeof(count));
  std::deque<std::function<void()>> tasks;
  {
    const Lock lock(mutex_);
    tasks.swap(tasks_);
  }
  for (const auto& task : tasks) {
    task();
  }
}

}  // namespace klaxon::simulator
