#include "agent/http/server.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <optional>
#include <thread>

#include "agent/base/log.h"
#include "agent/base/thread_name.h"
#include "agent/http/client_threads.h"
#include "agent/http/dispatcher.h"
#include "agent/http/engine.h"
#include "agent/http/gate.h"
#include "agent/http/listener.h"
#include "agent/http/security_headers.h"
#include "agent/http/stats_book.h"

namespace klaxon::http {
namespace {

constexpr int kAcceptPauseMilliseconds = 100;
constexpr int kFullPauseMilliseconds = 5;
constexpr Duration kLongestQueue = std::chrono::seconds{1};

void SayBusy(int fd) {
  static const std::string busy =
      "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain\r\nContent-Length: 30\r\n"
      "Retry-After: 1\r\nConnection: close\r\n" +
      std::string(kSecurityLines) + "\r\nToo many connections at once.\n";
  (void)::send(fd, busy.data(), busy.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  ::shutdown(fd, SHUT_WR);
}

}  // namespace

class Server::Impl {
 public:
  Impl(Listener listener, const ServerOptions& options, std::vector<Route> routes)
      : limits_(options.limits),
        listener_(std::move(listener)),
        gate_(options.limits),
        dispatcher_(std::move(routes), options, stats_),
        engine_(options.limits, dispatcher_),
        tls_(options.tls),
        wake_(::eventfd(0, EFD_CLOEXEC)),
        acceptor_([this](const std::stop_token& stop) {
          NameThisThread("http-accept");
          AcceptLoop(stop);
        }) {}

  void Stop(Duration limit) {
    const Lock lock(stop_mutex_);
    if (!acceptor_.joinable()) return;
    acceptor_.request_stop();
    const uint64_t one = 1;
    (void)!::write(wake_.get(), &one, sizeof one);
    acceptor_.join();
    listener_.socket.Close();
    gate_.Stop(std::chrono::steady_clock::now() + limit);
    threads_.Join();
  }

  const HostPort& address() const { return listener_.address; }

  Dispatcher& dispatcher() { return dispatcher_; }

  const StatsBook& stats() const { return stats_; }

  void SetTls(std::shared_ptr<TlsListener> tls) {
    const Lock lock(tls_mutex_);
    tls_ = std::move(tls);
  }

  std::shared_ptr<TlsListener> tls() const {
    const Lock lock(tls_mutex_);
    return tls_;
  }

 private:
  void AcceptLoop(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      std::array<pollfd, 2> waiting{
          pollfd{.fd = listener_.socket.get(), .events = POLLIN, .revents = 0},
          pollfd{.fd = wake_.get(), .events = POLLIN, .revents = 0}};
      if (::poll(waiting.data(), waiting.size(), -1) > 0 && !stop.stop_requested()) AcceptOne(stop);
    }
  }

  /// While all connections are taken and answered, or many that were told to go are still there,
  /// newcomers wait in the system's queue: they come in turn as others go, where turning them away
  /// would leave it to chance. A second at most.
  bool LetWait(MonoTime now) {
    if (!gate_.Full(now)) {
      full_since_.reset();
      return false;
    }
    if (!full_since_) full_since_ = now;
    if (now - *full_since_ > kLongestQueue) return false;
    pollfd pause{.fd = wake_.get(), .events = POLLIN, .revents = 0};
    ::poll(&pause, 1, kFullPauseMilliseconds);
    return true;
  }

  void AcceptOne(const std::stop_token& stop) {
    if (LetWait(std::chrono::steady_clock::now())) return;
    Accepted accepted = AcceptFrom(listener_.socket.get());
    const MonoTime now = std::chrono::steady_clock::now();
    if (accepted.socket) return Admit(std::move(accepted), now);
    if (errno != EMFILE && errno != ENFILE && errno != ENOBUFS && errno != ENOMEM) return;
    // The connection stays in the queue and would wake us at once, again and again.
    if (gate_.CloseOne(now)) return;
    pollfd pause{.fd = wake_.get(), .events = POLLIN, .revents = 0};
    log::Warning("http", "out of descriptors: new connections wait");
    if (!stop.stop_requested()) {
      ::poll(&pause, 1, kAcceptPauseMilliseconds);
    }
  }

  void Admit(Accepted accepted, MonoTime now) {
    const Gate::Entry entry = gate_.Enter(accepted.socket.get(), accepted.group, now);
    if (entry.cap) stats_.Rejected(*entry.cap);
    const std::shared_ptr<TlsListener> tls = this->tls();
    if (!entry.id) {
      if (tls == nullptr) SayBusy(accepted.socket.get());  // else it would not be understood
      return;
    }
    // std::function needs something that can be copied.
    auto connection = std::make_shared<Connection>(std::move(accepted), *entry.id,
                                                   Connection::Owner{limits_, gate_, stats_});
    const bool running = threads_.Run([this, connection, tls] {
      if (tls == nullptr || connection->Secure(*tls)) engine_.Serve(*connection, gate_);
    });
    if (!running && tls == nullptr) SayBusy(connection->fd());
  }

  const ServerLimits limits_;
  Listener listener_;
  StatsBook stats_{};
  Gate gate_;
  Dispatcher dispatcher_;
  Engine engine_;
  mutable Mutex tls_mutex_{};
  std::shared_ptr<TlsListener> tls_ KLAXON_GUARDED_BY(tls_mutex_);
  ClientThreads threads_{};
  Descriptor wake_;
  std::optional<MonoTime> full_since_{};  ///< of the accepting thread
  Mutex stop_mutex_{};
  std::jthread acceptor_;
};

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {
}

Server::~Server() {
  Stop();
}

Result<std::unique_ptr<Server>> Server::Listen(const ServerOptions& options,
                                               std::vector<Route> routes) {
  Result<Listener> listener = BindListener(options.listen);
  if (!listener) return listener.error();
  return std::unique_ptr<Server>(
      new Server(std::make_unique<Impl>(*std::move(listener), options, std::move(routes))));
}

uint16_t Server::port() const {
  return impl_->address().port;
}

std::string Server::Url() const {
  HostPort address = impl_->address();
  if (address.host.empty() || address.host == "0.0.0.0" || address.host == "::") {
    address.host = "127.0.0.1";
  }
  return (impl_->tls() == nullptr ? "http://" : "https://") + ToString(address);
}

void Server::SetRoutes(std::vector<Route> routes) {
  impl_->dispatcher().SetRoutes(std::move(routes));
}

void Server::SetAccess(AccessRules rules) {
  impl_->dispatcher().SetAccess(std::move(rules));
}

void Server::SetTls(std::shared_ptr<TlsListener> tls) {
  impl_->SetTls(std::move(tls));
}

ServerStats Server::Stats() const {
  return impl_->stats().Read();
}

void Server::Stop(Duration limit) {
  impl_->Stop(limit);
}

}  // namespace klaxon::http
