#include "agent/simulator/broker_host.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "agent/base/thread_name.h"

namespace klaxon::simulator {
namespace {

// So long the cluster has lived when the first client comes: groups are in the middle of their
// work.
constexpr Duration kWarmUp = std::chrono::seconds{15};
constexpr size_t kMostConnections = 2'000;
// How long a late answer may oversleep when the clock is not the machine's.
constexpr int kLongestNapMs = 20;

Instant Before(Instant now, Duration ago) {
  return {.wall = now.wall - std::chrono::duration_cast<WallTime::duration>(ago),
          .mono = now.mono - ago};
}

}  // namespace

BrokerHost::BrokerHost(const ClusterSpec& spec, Clock& clock)
    : clock_(clock),
      first_port_(spec.first_port),
      caps_(spec.newest),
      rules_(spec.login),
      tls_(spec.tls.certificate.empty()
               ? nullptr
               : std::make_unique<tls::ServerContext>(spec.tls, "simulator")),
      state_(Build(spec, Before(clock.Now(), kWarmUp))),
      seats_(state_.brokers.size()) {
}

BrokerHost::~BrokerHost() {
  thread_.request_stop();
  tasks_.Wake();
}

Result<void> BrokerHost::Start() {
  if (const Result<void> good = tls_ ? tls_->Check() : Result<void>(); !good) {
    return good;
  }
  for (size_t i = 0; i < seats_.size(); ++i) {
    const auto wanted = static_cast<uint16_t>(first_port_ == 0 ? 0 : first_port_ + i);
    Result<LoopbackPort> port = LoopbackPort::Reserve(wanted);
    if (!port) {
      return port.error();
    }
    Result<Socket> listener = port->Listen();
    if (!listener) {
      return listener.error();
    }
    state_.brokers[i].listening = {.host = "127.0.0.1", .port = port->number()};
    seats_[i].port = std::move(*port);
    seats_[i].listener = std::move(*listener);
  }
  thread_ = std::jthread([this](const std::stop_token& stop) { Loop(stop); });
  return {};
}

void BrokerHost::Run(const std::function<void()>& task) {
  tasks_.Run([&] {
    Advance(state_, clock_.Now());
    task();
  });
}

void BrokerHost::SetRunning(int32_t broker, bool running) {
  Seat& seat = SeatOf(broker);
  seat.running = running;
  if (!running) {
    seat.listener = Socket();
    connections_.remove_if([&](const Connection& open) { return open.broker() == broker; });
  } else if (!seat.listener) {
    Result<Socket> listener = seat.port.Listen();
    if (listener) {  // the port is held for us: only a lack of descriptors can keep it
      seat.listener = std::move(*listener);
    }
  }
  SetAlive(state_, broker, running && !seat.faults.silent);
}

void BrokerHost::SetFaults(int32_t broker, const Faults& faults) {
  Seat& seat = SeatOf(broker);
  seat.faults = faults;
  SetAlive(state_, broker, seat.running && !faults.silent);
}

void BrokerHost::Loop(const std::stop_token& stop) {
  NameThisThread("sim-brokers");
  while (!stop.stop_requested()) {
    std::vector<pollfd> watched = Watched();
    ::poll(watched.data(), watched.size(), PollTimeout());
    tasks_.RunAll();
    Accept();
    Serve();
  }
}

std::vector<pollfd> BrokerHost::Watched() const {
  std::vector<pollfd> watched;
  watched.reserve(1 + seats_.size() + connections_.size());
  watched.push_back({.fd = tasks_.descriptor(), .events = POLLIN, .revents = 0});
  for (const Seat& seat : seats_) {
    watched.push_back({.fd = seat.listener.get(), .events = POLLIN, .revents = 0});
  }
  for (const Connection& connection : connections_) {
    watched.push_back({.fd = connection.descriptor(), .events = connection.Events(), .revents = 0});
  }
  return watched;
}

int BrokerHost::PollTimeout() const {
  MonoTime next = MonoTime::max();
  for (const Connection& connection : connections_) {
    next = std::min(next, connection.NextDue());
  }
  if (next == MonoTime::max()) {
    return -1;
  }
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(next - clock_.Now().mono).count();
  return static_cast<int>(std::clamp<int64_t>(wait, 0, kLongestNapMs));
}

void BrokerHost::Accept() {
  for (size_t i = 0; i < seats_.size(); ++i) {
    while (seats_[i].listener && connections_.size() < kMostConnections) {
      Socket socket(
          ::accept4(seats_[i].listener.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
      if (!socket) {
        break;
      }
      const int on = 1;
      ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
      Open(std::move(socket), state_.brokers[i].id);
    }
  }
}

void BrokerHost::Open(Socket socket, int32_t broker) {
  std::unique_ptr<tls::Session> session;
  if (tls_) {
    auto made = tls_->Accept(socket.get());
    if (!made) {
      return;  // the files were good once: the last good ones are used
    }
    session = std::move(*made);
  }
  connections_.emplace_back(Stream(std::move(socket), std::move(session)), broker, rules_);
}

void BrokerHost::Serve() {
  const Instant now = clock_.Now();
  const auto count = [&](std::string_view request) { Count(request); };
  for (auto at = connections_.begin(); at != connections_.end();) {
    const int32_t broker = at->broker();
    const auto handler = [&](Login& login, std::string_view request) {
      return Handle(broker, login, request);
    };
    const bool open =
        at->Receive(count, now.mono + SeatOf(broker).faults.delay) && at->Send(handler, now.mono);
    at = open ? std::next(at) : connections_.erase(at);
  }
}

void BrokerHost::Count(std::string_view request) {
  const Result<kafka::wire::RequestHeader> header = kafka::wire::TakeRequestHeader(request);
  if (header) {
    ++counts_[header->api_key];
  }
}

Reply BrokerHost::Handle(int32_t broker, Login& login, std::string_view request) {
  const Result<kafka::wire::RequestHeader> header = kafka::wire::TakeRequestHeader(request);
  if (!header) {
    return {.kind = Reply::Kind::kClose};
  }
  const Instant now = clock_.Now();
  Advance(state_, now);
  const BrokerRole role{.state = state_,
                        .broker = *FindBroker(std::as_const(state_), broker),
                        .faults = SeatOf(broker).faults,
                        .caps = caps_,
                        .login = login,
                        .now = now.mono};
  return AnswerRequest(role, *header, request);
}

}  // namespace klaxon::simulator
