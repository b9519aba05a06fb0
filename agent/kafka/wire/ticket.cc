#include "agent/kafka/wire/ticket.h"

#include <exception>

#include <fmt/format.h>

#include "agent/base/duration.h"

namespace klaxon::kafka::wire {

Batch::Batch(std::span<Call* const> calls, MonoTime deadline, MonoTime made)
    : calls_(calls.begin(), calls.end()), deadline_(deadline), made_(made), open_(calls.size()) {
}

void Batch::CallDone() {
  const Lock lock(mutex_);
  if (--open_ == 0) {
    done_.notify_all();
  }
}

bool Batch::WaitDone(const std::stop_token& stop) {
  const Lock lock(mutex_);
  return done_.wait(mutex_, stop, [this]() KLAXON_REQUIRES(mutex_) { return open_ == 0; });
}

std::string Join(const std::vector<Error>& errors) {
  std::string text;
  for (const Error& error : errors) {
    text += (text.empty() ? "" : "; ") + error.message();
  }
  return text;
}

void Ticket::Answer(std::string_view body, int16_t version, const Identity& from) {
  if (!open()) {
    return;
  }
  Result<void> taken;
  try {
    taken = call_->Answer(body, version);
  } catch (const std::exception& failure) {  // no memory for it
    taken = Error(Reason::kInternal, failure.what());
  }
  if (!taken) {
    Miss(taken.error().In(from.title));
    return;
  }
  meter_.Answered(call_->api());
  call_->MarkAnswered(from.broker);
  call_ = nullptr;
  batch_->CallDone();
}

void Ticket::Miss(Error error) {
  if (!open()) {
    return;
  }
  // A live broker that does not know the request speaks for the cluster.
  if (!for_any_broker() || error.reason() == Reason::kUnsupported) {
    Fail(error);
    return;
  }
  --attempts_;
  misses_.push_back(std::move(error));
}

void Ticket::FailOverdue(MonoTime now) {
  if (!open()) {
    return;
  }
  const std::string what =
      call_->sent_at() ? "no answer to " + Name(call_->api()) : "not connected";
  std::vector<Error> errors = misses_;
  if (attempts_ > 0) {
    errors.emplace_back(Reason::kTimeout, fmt::format("{}: {} within {:.1f} s", waits_for_, what,
                                                      Seconds(now - started_)));
  }
  Fail({Reason::kTimeout, Join(errors)});
}

void Ticket::Fail(const Error& error) {
  if (!open()) {
    return;
  }
  meter_.Failed(call_->api());
  call_->Fail(error);
  call_ = nullptr;
  batch_->CallDone();
}

}  // namespace klaxon::kafka::wire
