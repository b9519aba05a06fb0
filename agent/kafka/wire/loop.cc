#include "agent/kafka/wire/loop.h"

#include <poll.h>

#include <algorithm>

#include <fmt/format.h>

#include "agent/base/duration.h"
#include "agent/base/thread_name.h"

namespace klaxon::kafka::wire {

namespace {

/// poll() waits in real time; a test's clock may jump meanwhile.
constexpr Duration kLongestWait = std::chrono::seconds{1};

constexpr Duration kWithoutWaker = std::chrono::milliseconds{50};

int PollTimeout(MonoTime now, MonoTime due) {
  if (due == MonoTime::max()) {
    return -1;
  }
  const Duration wait = std::clamp<Duration>(due - now, Duration::zero(), kLongestWait);
  return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(wait).count());
}

/// Who is to blame that a batch was never sent: no broker.
Error TooLate(const Batch& batch, MonoTime now) {
  if (batch.made() >= batch.deadline()) {
    return {Reason::kTimeout, "no time was left to ask: what was asked before took all of it"};
  }
  return {Reason::kTimeout,
          fmt::format("Klaxon was too late to ask: it got no processor time for {:.1f} s; is this "
                      "machine overloaded, or was it stopped?",
                      Seconds(now - batch.made()))};
}

}  // namespace

Loop::Loop(const ClientOptions& options, Clock& clock, Meter& meter, OnVersions on_versions)
    : clock_(clock),
      meter_(meter),
      waker_(std::make_shared<Waker>()),
      resolver_(waker_),
      tools_(MakeTools(options, std::move(on_versions))),
      peers_(tools_),
      thread_([this, name = "kafka:" + options.cluster](const std::stop_token& stop) {
        NameThisThread(name);
        Run(stop);
      }) {
}

PeerTools Loop::MakeTools(const ClientOptions& options, OnVersions on_versions) {
  PeerTools tools{.options = options,
                  .resolver = resolver_,
                  .meter = meter_,
                  .on_versions = std::move(on_versions)};
  if (options.security.UsesTls()) {
    tools.tls = &tls_.emplace(options.security.tls, "kafka/" + options.cluster);
  }
  if (options.security.UsesSasl()) {
    tools.logins = &logins_.emplace(options.security, options.tokens);
  }
  return tools;
}

Loop::~Loop() {
  thread_.request_stop();
  waker_->Wake();
  thread_.join();
}

void Loop::Submit(std::shared_ptr<Batch> batch) {
  {
    const Lock lock(mutex_);
    inbox_.submitted.push_back(std::move(batch));
  }
  waker_->Wake();
}

void Loop::Cancel(const std::shared_ptr<Batch>& batch) {
  {
    const Lock lock(mutex_);
    inbox_.cancelled.push_back(batch);
  }
  waker_->Wake();
}

void Loop::SetBrokers(std::vector<BrokerAddress> brokers) {
  {
    const Lock lock(mutex_);
    inbox_.brokers = std::move(brokers);
  }
  waker_->Wake();
}

void Loop::Run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    WaitForEvents(clock_.Now().mono);
    const Instant now = clock_.Now();
    TakeInbox(now);
    AdvanceAll(now);
    DropOverdue(now.mono);
  }
  TakeInbox(clock_.Now());
  FailAll(nullptr, {Reason::kCancelled, "the Kafka client is stopping"});
}

void Loop::TakeInbox(const Instant& now) {
  waker_->Drain();
  Inbox inbox;
  {
    const Lock lock(mutex_);
    std::swap(inbox, inbox_);
  }
  if (inbox.brokers) {
    peers_.SetBrokers(*inbox.brokers);
  }
  for (const auto& batch : inbox.submitted) {
    Start(batch, now);
  }
  for (const auto& batch : inbox.cancelled) {
    FailAll(batch.get(), {Reason::kCancelled, "stopped before the answer came"});
  }
}

void Loop::Start(const std::shared_ptr<Batch>& batch, const Instant& now) {
  UnderWay& mine = under_way_.emplace_back(UnderWay{.batch = batch});
  for (Call* call : batch->calls()) {
    auto ticket = std::make_shared<Ticket>(*call, batch, meter_, now.mono);
    mine.tickets.push_back(ticket);
    if (now.mono >= batch->deadline()) {
      ticket->Fail(TooLate(*batch, now.mono));
      continue;
    }
    if (call->broker() == kAnyBroker) {
      routes_.emplace_back(ticket, peers_.Candidates(now.mono)).Advance(now);
    } else if (const auto peer = peers_.Broker(call->broker())) {
      peer->Submit(std::move(ticket), now);
    } else {
      ticket->Fail({Reason::kUnreachable,
                    "broker " + std::to_string(call->broker()) + " is not in the newest metadata"});
    }
  }
}

MonoTime Loop::Due() const {
  MonoTime due = MonoTime::max();
  for (const auto& [address, peer] : peers_.all()) {
    due = std::min(due, peer->due());
  }
  for (const AnyRoute& route : routes_) {
    due = std::min(due, route.due());
  }
  for (const UnderWay& batch : under_way_) {
    due = std::min(due, batch.batch->deadline());
  }
  return due;
}

void Loop::WaitForEvents(MonoTime now) {
  watched_.clear();
  std::vector<pollfd> polled{{.fd = waker_->fd(), .events = POLLIN, .revents = 0}};
  for (const auto& [address, peer] : peers_.all()) {
    watched_.push_back({.fd = peer->fd(), .peer = peer});
    polled.push_back({.fd = peer->fd(), .events = peer->Events(), .revents = 0});
  }
  // Without a waker (no descriptor was left) the inbox is looked at often instead.
  const MonoTime due = waker_->fd() < 0 ? now + kWithoutWaker : Due();
  if (poll(polled.data(), polled.size(), PollTimeout(now, due)) <= 0) {
    return;
  }
  for (size_t i = 0; i < watched_.size(); ++i) {
    watched_[i].events = polled[i + 1].revents;
  }
}

void Loop::AdvanceAll(const Instant& now) {
  for (const Watched& watched : watched_) {
    // The inbox may have changed the peer since: events of a descriptor that is gone mean nothing.
    const bool same = watched.fd >= 0 && watched.fd == watched.peer->fd();
    watched.peer->Advance(same ? watched.events : short{0}, now);
  }
  for (AnyRoute& route : routes_) {
    route.Advance(now);
  }
  std::erase_if(routes_, [](const AnyRoute& route) { return route.done(); });
}

void Loop::DropOverdue(MonoTime now) {
  for (const UnderWay& batch : under_way_) {
    if (now >= batch.batch->deadline()) {
      for (const TicketPtr& ticket : batch.tickets) {
        ticket->FailOverdue(now);
      }
    }
  }
  std::erase_if(under_way_, [](const UnderWay& batch) {
    return std::none_of(batch.tickets.begin(), batch.tickets.end(),
                        [](const TicketPtr& ticket) { return ticket->open(); });
  });
}

void Loop::FailAll(const Batch* of, const Error& error) {
  for (const UnderWay& batch : under_way_) {
    if (of != nullptr && batch.batch.get() != of) continue;
    for (const TicketPtr& ticket : batch.tickets) {
      ticket->Fail(error);
    }
  }
}

}  // namespace klaxon::kafka::wire
