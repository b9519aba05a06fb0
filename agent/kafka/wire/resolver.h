#pragma once

#include <sys/socket.h>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/mutex.h"
#include "agent/base/result.h"
#include "agent/kafka/wire/waker.h"

namespace klaxon::kafka::wire {

/// An IPv4 or IPv6 address; its port is set by who connects.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

using Addresses = std::vector<SocketAddress>;

/// One question to the name service. Thread-safe.
class Lookup {
 public:
  explicit Lookup(std::string host) : host_(std::move(host)) {}

  const std::string& host() const { return host_; }

  /// Empty until there is an answer. Error: kUnreachable with the system's words.
  std::optional<Result<Addresses>> answer() const;
  void Finish(Result<Addresses> answer);

 private:
  const std::string host_;
  mutable Mutex mutex_;
  std::optional<Result<Addresses>> answer_ KLAXON_GUARDED_BY(mutex_);
};

/// Turns names into addresses without ever making the I/O thread wait.
///
/// getaddrinfo cannot be cancelled: with a dead name server it returns after its own 5 to 40 s. So
/// it runs in detached threads, the only ones in the program: they touch nothing but state that
/// they share ownership of, hence nobody has to wait for them, not even at the end. There are at
/// most kThreads of them, and one for each name; who asked gives up by his own deadline.
class Resolver {
 public:
  /// The name service: what a name's addresses are now. Called on any thread; may take long.
  using Service = std::function<Result<Addresses>(const std::string& host)>;

  /// `waker` is woken when an answer is there. `service`: by default the system's.
  explicit Resolver(std::shared_ptr<Waker> waker, Service service = AskSystem);
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;
  ~Resolver();

  /// getaddrinfo. Error: kUnreachable with the system's words.
  static Result<Addresses> AskSystem(const std::string& host);

  /// A literal address is answered at once. Joins a look-up of the same host that is under way.
  std::shared_ptr<const Lookup> Resolve(const std::string& host);

 private:
  static constexpr int kThreads = 4;

  struct Shared {
    std::shared_ptr<Waker> waker{};
    Service service{};
    Mutex mutex{};
    std::deque<std::shared_ptr<Lookup>> waiting KLAXON_GUARDED_BY(mutex){};
    std::map<std::string, std::shared_ptr<Lookup>> under_way KLAXON_GUARDED_BY(mutex){};
    int threads KLAXON_GUARDED_BY(mutex) = 0;
  };

  static void Work(const std::shared_ptr<Shared>& shared);

  std::shared_ptr<Shared> shared_;
};

}  // namespace klaxon::kafka::wire
