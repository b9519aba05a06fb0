#include "agent/kafka/wire/peer.h"

#include <poll.h>

#include <algorithm>
#include <functional>
#include <utility>

#include <fmt/format.h>

#include "agent/base/duration.h"
#include "agent/base/log.h"
#include "agent/kafka/wire/tls_transport.h"

namespace klaxon::kafka::wire {

namespace {

constexpr Duration kLongestPatience = std::chrono::seconds{30};

/// Spreads the back-offs of many peers; the same at each start.
uint64_t Seed(const HostPort& address) {
  return std::hash<std::string>{}(ToString(address));
}

/// What a broker that accepts connections has not done, and what may be wrong then.
std::string_view Missing(Connection::Stage stage) {
  if (stage == Connection::Stage::kTls) return "has not finished the TLS handshake";
  if (stage == Connection::Stage::kLogin) return "has not answered our login";
  return "has not answered";
}

std::string_view Question(Connection::Stage stage) {
  if (stage == Connection::Stage::kTls) return "does this port speak TLS, and does the broker run?";
  if (stage == Connection::Stage::kLogin) return "does it reach what it checks logins with?";
  return "is it a Kafka broker, and does it run?";
}

/// "0.2 s"
std::string Waited(Duration duration) {
  return fmt::format("{:.1f} s", Seconds(duration));
}

}  // namespace

Peer::Peer(HostPort address, const PeerTools& tools)
    : address_(std::move(address)),
      tools_(tools),
      backoff_(tools.options.reconnect, Seed(address_)),
      login_backoff_(tools.options.relogin, Seed(address_)) {
  SetBroker(kAnyBroker);
}

void Peer::Retire() {
  MissAll({Reason::kCancelled, identity_.title + " is no longer a broker of the cluster"});
  dial_.reset();
  connection_.reset();
  silent_since_.reset();
}

void Peer::SetBroker(int32_t id) {
  identity_.broker = id;
  identity_.title = id == kAnyBroker ? ToString(address_)
                                     : fmt::format("broker {} at {}", id, ToString(address_));
}

Peer::Health Peer::HealthAt(MonoTime now) const {
  if (silent_since_) return Health::kSilent;
  if (connection_ && connection_->ready()) return Health::kConnected;
  return failure_ && now < next_try_ ? Health::kFailing : Health::kUntried;
}

size_t Peer::Load() const {
  return waiting_.size() + (connection_ ? connection_->in_flight().size() : 0);
}

void Peer::Submit(TicketPtr ticket, const Instant& now) {
  ticket->AttemptStarted(identity_.title);
  if (silent_since_) {
    ticket->Miss(SilentError(now.mono));
    return;
  }
  LeaveIfBlocked(now.mono);
  const bool idle = !dial_ && !connection_;
  if (idle && failure_ && now.mono < next_try_) {
    ticket->Miss(*failure_);
    return;
  }
  waiting_.push_back(std::move(ticket));
  if (idle) {
    StartDial(now);  // if it fails at once, so does what waits
  }
  SendWaiting(now);
}

void Peer::LeaveIfBlocked(MonoTime now) {
  if (!connection_ || !connection_->ready() || connection_->in_flight().empty()) return;
  const auto& flights = connection_->in_flight();
  const bool given_up = std::none_of(flights.begin(), flights.end(), [](const auto& flight) {
    return flight.ticket == nullptr || flight.ticket->open();
  });
  if (given_up && now - flights.front().sent.mono >= tools_.options.blocked_after) {
    connection_.reset();
  }
}

void Peer::CloseIfIdle() {
  if (Load() == 0) {
    dial_.reset();
    connection_.reset();
    silent_since_.reset();
  }
}

int Peer::fd() const {
  if (dial_) return dial_->fd();
  return connection_ ? connection_->fd() : -1;
}

short Peer::Events() const {
  return connection_ ? connection_->Events() : POLLOUT;
}

MonoTime Peer::due() const {
  MonoTime due = MonoTime::max();
  if (dial_) {
    due = dial_->due();
  } else if (connection_ && !connection_->ready()) {
    due = attempt_ends_;
  } else if (!connection_ && silent_since_) {
    due = next_try_;
  }
  if (connection_) {
    due = connection_->has_more() ? MonoTime{} : std::min(due, connection_->due());
    for (const Connection::InFlight& flight : connection_->in_flight()) {
      due = std::min(due, flight.silent_at);
    }
  }
  return due;
}

void Peer::Advance(short events, const Instant& now) {
  if (dial_) {
    AdvanceDial(now);
  } else if (connection_) {
    const bool more = connection_->has_more();
    AdvanceConnection(more ? static_cast<short>(events | POLLIN) : events, now);
  }
  CheckTimes(now);
}

void Peer::StartDial(const Instant& now) {
  attempt_started_ = now.mono;
  attempt_ends_ = now.mono + tools_.options.connect_timeout;
  dial_.emplace(address_, tools_.resolver, attempt_ends_);
  AdvanceDial(now);
}

void Peer::AdvanceDial(const Instant& now) {
  auto outcome = dial_->Advance(now.mono);
  if (!outcome) return;
  if (!*outcome) {
    const Error error = DialError(outcome->error());
    dial_.reset();
    if (error.reason() == Reason::kTimeout) {
      GoSilent(error, attempt_started_, now);
    } else {
      FailAtOnce(error, now);
    }
    return;
  }
  dial_.reset();
  if (silent_since_) {
    attempt_ends_ = now.mono + patience_;
  }
  if (const Result<void> opened = Open(std::move(**outcome), now); !opened) {
    FailAtOnce(opened.error(), now);
    connection_.reset();
  }
}

Result<void> Peer::Open(Descriptor socket, const Instant& now) {
  tools_.meter.Connected();
  std::unique_ptr<Transport> transport;
  if (tools_.tls == nullptr) {
    transport = PlainTransport(std::move(socket));
  } else {
    auto secured = TlsTransport(std::move(socket), *tools_.tls, address_.host);
    if (!secured) return secured.error().In(identity_.title);
    transport = std::move(*secured);
  }
  connection_ = std::make_unique<Connection>(std::move(transport), tools_.options, identity_,
                                             tools_.meter, tools_.logins);
  if (const Result<void> started = connection_->Start(now); !started) {
    return Error(started.error().reason(), identity_.title + " " + started.error().message());
  }
  return {};
}

void Peer::AdvanceConnection(short events, const Instant& now) {
  const bool was_ready = connection_->ready();
  Result<void> done;
  if ((events & POLLOUT) != 0) {
    done = connection_->Flush();
  }
  if (done && (events & ~POLLOUT) != 0) {
    done = connection_->Receive(now);
  }
  if (done) {
    done = connection_->KeepSession(now);
  }
  if (!was_ready && connection_->ready()) {
    BecomeReady(now);
  }
  if (!done) {
    Disconnected(done.error(), now);
  } else {
    SendWaiting(now);
  }
}

void Peer::BecomeReady(const Instant& now) {
  const std::string& subject = tools_.options.cluster;
  if (silent_since_) {
    log::Debug("kafka/" + subject, "{} answers again, after {}", identity_.title,
               FormatAge(now.mono - *silent_since_));
  } else if (failure_) {
    log::Debug("kafka/" + subject, "{} is connected again", identity_.title);
  }
  silent_since_.reset();
  failure_.reset();
  backoff_.Reset();
  login_backoff_.Reset();
  tools_.on_versions(address_, connection_->versions());
}

void Peer::SendWaiting(const Instant& now) {
  while (!waiting_.empty() && connection_ && connection_->HasRoom()) {
    const TicketPtr ticket = std::move(waiting_.front());
    waiting_.pop_front();
    if (!ticket->open()) continue;
    const VersionTable& table = *connection_->versions();
    const ApiKey api = ticket->call().api();
    const VersionRange ours = ticket->call().versions();
    const auto version = table.Common(api, ours);
    if (!version) {
      ticket->Miss({Reason::kUnsupported, identity_.title + " " + table.WhyNot(api, ours)});
      continue;
    }
    if (const Result<void> sent = connection_->Send(ticket, *version, now); !sent) {
      Disconnected(sent.error(), now);
    }
  }
}

void Peer::CheckTimes(const Instant& now) {
  std::erase_if(waiting_, [](const TicketPtr& ticket) { return !ticket->open(); });
  NoticeSilence(now);
  if (connection_ && !connection_->ready() && now.mono >= attempt_ends_) {
    GiveUpOpening(now);
  }
  if (silent_since_ && !dial_ && !connection_ && now.mono >= next_try_) {
    StartDial(now);
  }
}

void Peer::GiveUpOpening(const Instant& now) {
  const Connection::Stage stage = connection_->stage();
  if (stage == Connection::Stage::kToken) {
    FailAtOnce({Reason::kTimeout,
                fmt::format("{} cannot be logged in to: no token came within {}; does the token "
                            "endpoint answer?",
                            identity_.title, Waited(now.mono - attempt_started_))},
               now);
    connection_.reset();
    return;
  }
  if (!silent_since_) {
    GoSilent({Reason::kTimeout,
              fmt::format("{} accepts connections, but {} for {}; {}", identity_.title,
                          Missing(stage), Waited(now.mono - attempt_started_), Question(stage))},
             attempt_started_, now);
    attempt_ends_ = now.mono + patience_;
  } else {  // this probe may have been lost: another one
    connection_.reset();
    next_try_ = now.mono;
    patience_ = std::min(2 * patience_, kLongestPatience);
  }
}

void Peer::NoticeSilence(const Instant& now) {
  if (!connection_) return;
  for (const Connection::InFlight& flight : connection_->in_flight()) {
    if (now.mono >= flight.silent_at) {
      const Error error(Reason::kTimeout,
                        fmt::format("{}: no answer to {} within {}", identity_.title,
                                    Name(flight.api), Waited(now.mono - flight.sent.mono)));
      GoSilent(error, flight.sent.mono, now);
      connection_.reset();
      next_try_ = now.mono;
      return;
    }
  }
}

void Peer::Disconnected(const Error& error, const Instant& now) {
  // A broker closes what is idle for long; that is no failure.
  const bool idle = connection_->ready() && Load() == 0 && error.reason() == Reason::kUnreachable;
  if (!idle) {
    FailAtOnce({error.reason(), identity_.title + " " + error.message()}, now);
  }
  connection_.reset();  // after FailAtOnce, which needs what was in flight
}

void Peer::FailAtOnce(const Error& error, const Instant& now) {
  silent_since_.reset();
  // A mistake in our own files is here: looking at them again costs nobody anything.
  const bool refused = error.reason() == Reason::kUnauthorized;
  next_try_ = now.mono + (refused ? login_backoff_ : backoff_).Next();
  Tell(error);
  MissAll(error);
}

void Peer::GoSilent(const Error& error, MonoTime since, const Instant& now) {
  if (!silent_since_) {
    silent_since_ = since;
    patience_ = tools_.options.connect_timeout;
  }
  next_try_ = now.mono + backoff_.Next();
  Tell(error);
  MissAll(error);
}

void Peer::MissAll(const Error& error) {
  if (connection_) {
    for (const Connection::InFlight& flight : connection_->in_flight()) {
      if (flight.ticket) {
        flight.ticket->Miss(error);
      }
    }
  }
  for (const TicketPtr& ticket : std::exchange(waiting_, {})) {
    ticket->Miss(error);
  }
}

Error Peer::SilentError(MonoTime now) const {
  return {Reason::kTimeout, fmt::format("{} has not answered for {}; probing it{}", identity_.title,
                                        FormatAge(now - *silent_since_),
                                        failure_ ? fmt::format(" ({})", failure_->message()) : "")};
}

Error Peer::DialError(const Error& error) const {
  if (!dial_->name_unknown()) {
    return error.In(identity_.title);
  }
  if (identity_.broker == kAnyBroker) {
    return {error.reason(), fmt::format("{} does not resolve here ({}); check the name, or DNS",
                                        identity_.title, error.message())};
  }
  return {error.reason(), fmt::format("broker {} advertises {}, which does not resolve here ({}); "
                                      "check advertised.listeners or DNS",
                                      identity_.broker, ToString(address_), error.message())};
}

void Peer::Tell(const Error& error) {
  if (!failure_ || failure_->reason() != error.reason()) {
    log::Debug("kafka/" + tools_.options.cluster, "{}", error.message());
  }
  failure_ = error;
}

}  // namespace klaxon::kafka::wire
