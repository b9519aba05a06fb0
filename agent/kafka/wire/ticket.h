#pragma once

#include <condition_variable>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/clock.h"
#include "agent/base/mutex.h"
#include "agent/kafka/cluster_client.h"
#include "agent/kafka/wire/meter.h"

namespace klaxon::kafka::wire {

/// The calls of one Exchange: handed from the owner's thread to the I/O thread, and back when every
/// one of them is done.
class Batch {
 public:
  /// `made`: now.
  Batch(std::span<Call* const> calls, MonoTime deadline, MonoTime made);

  /// The I/O thread's, until WaitDone has returned true.
  const std::vector<Call*>& calls() const { return calls_; }

  MonoTime deadline() const { return deadline_; }

  MonoTime made() const { return made_; }

  void CallDone();
  /// Waits until every call is done, or until `stop` is requested: false then.
  bool WaitDone(const std::stop_token& stop);

 private:
  const std::vector<Call*> calls_;
  const MonoTime deadline_;
  const MonoTime made_;
  Mutex mutex_;
  std::condition_variable_any done_;
  size_t open_ KLAXON_GUARDED_BY(mutex_);
};

/// How a broker is called in errors, and by which id it is known.
struct Identity {
  std::string title{};  ///< "broker 3 at kafka-3:9092", or the address alone
  int32_t broker = kAnyBroker;
};

/// "a; b; c": the errors of several attempts in one line.
std::string Join(const std::vector<Error>& errors);

/// One call's way through the client. It outlives the call: an answer that nobody waits for any
/// more still has to be read over. Confined to the I/O thread.
class Ticket {
 public:
  Ticket(Call& call, std::shared_ptr<Batch> batch, Meter& meter, MonoTime now)
      : call_(&call), batch_(std::move(batch)), meter_(meter), started_(now) {}

  /// False once the call has its answer or error; `call()` must not be touched then.
  bool open() const { return call_ != nullptr; }

  Call& call() { return *call_; }

  const Batch& batch() const { return *batch_; }

  bool for_any_broker() const { return call_->broker() == kAnyBroker; }

  void Answer(std::string_view body, int16_t version, const Identity& from);

  /// This broker will not answer. That fails the call, unless it may go to another broker: then the
  /// error is kept for the words at the end.
  void Miss(Error error);
  void Fail(const Error& error);

  /// Fails the call because its time is up, with words about whom it waited for and why.
  void FailOverdue(MonoTime now);

  /// `title`: whom it waits for from now on.
  void AttemptStarted(const std::string& title) {
    ++attempts_;
    waits_for_ = title;
  }

  int attempts() const { return attempts_; }

  const std::vector<Error>& misses() const { return misses_; }

 private:
  Call* call_;
  std::shared_ptr<Batch> batch_;
  Meter& meter_;
  MonoTime started_;
  std::string waits_for_{};
  int attempts_ = 0;
  std::vector<Error> misses_{};
};

using TicketPtr = std::shared_ptr<Ticket>;

}  // namespace klaxon::kafka::wire
