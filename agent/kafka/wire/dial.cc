#include "agent/kafka/wire/dial.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include <fmt/format.h>

namespace klaxon::kafka::wire {

namespace {

void Set(const Descriptor& socket, int level, int option, int value) {
  setsockopt(socket.get(), level, option, &value, sizeof(value));
}

/// Keep-alive finds a peer whose machine vanished within about a minute, also between polls.
void Tune(const Descriptor& socket) {
  Set(socket, IPPROTO_TCP, TCP_NODELAY, 1);
  Set(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
  Set(socket, IPPROTO_TCP, TCP_KEEPIDLE, 30);
  Set(socket, IPPROTO_TCP, TCP_KEEPINTVL, 10);
  Set(socket, IPPROTO_TCP, TCP_KEEPCNT, 3);
}

sockaddr* Generic(sockaddr_storage& storage) {
  return reinterpret_cast<sockaddr*>(&storage);  // what the socket calls are made for
}

/// What happened and, where there is something to try, what.
std::string Words(int code) {
  switch (code) {
    case ECONNREFUSED:
      return "connection refused; is the broker running, and is the port right?";
    case EHOSTUNREACH:
    case ENETUNREACH:
      return "no route to it; is the address right, and is a firewall between?";
    default:
      break;
  }
  std::string words = std::generic_category().message(code);
  std::transform(words.begin(), words.begin() + 1, words.begin(),
                 [](char letter) { return static_cast<char>(tolower(letter)); });
  return words;
}

/// A connection to a closed local port may be answered by its own port (TCP simultaneous open).
bool IsItself(const Descriptor& socket) {
  sockaddr_storage here{};
  sockaddr_storage there{};
  socklen_t here_size = sizeof(here);
  socklen_t there_size = sizeof(there);
  return getsockname(socket.get(), Generic(here), &here_size) == 0 &&
         getpeername(socket.get(), Generic(there), &there_size) == 0 && here_size == there_size &&
         std::memcmp(&here, &there, here_size) == 0;
}

bool IsConnected(const Descriptor& socket) {
  sockaddr_storage there{};
  socklen_t size = sizeof(there);
  return getpeername(socket.get(), Generic(there), &size) == 0;
}

}  // namespace

std::string ToString(const SocketAddress& address) {
  std::array<char, NI_MAXHOST> host{};
  sockaddr_storage copy = address.storage;
  const int failure = getnameinfo(Generic(copy), address.size, host.data(), host.size(), nullptr, 0,
                                  NI_NUMERICHOST);
  return failure == 0 ? std::string(host.data()) : "an address";
}

Dial::Dial(HostPort address, Resolver& resolver, MonoTime deadline)
    : address_(std::move(address)),
      deadline_(deadline),
      share_ends_(deadline),
      lookup_(resolver.Resolve(address_.host)) {
}

std::optional<Result<Descriptor>> Dial::Advance(MonoTime now) {
  return lookup_ ? AdvanceLookup(now) : AdvanceConnect(now);
}

std::optional<Result<Descriptor>> Dial::AdvanceLookup(MonoTime now) {
  const auto answer = lookup_->answer();
  if (!answer && now < deadline_) {
    return std::nullopt;
  }
  if (!answer) {
    name_unknown_ = true;
    return Error(Reason::kTimeout, "the name service does not answer");
  }
  lookup_.reset();
  if (!*answer || (*answer)->empty()) {
    name_unknown_ = true;
    return Error(Reason::kUnreachable, *answer ? "no address" : answer->error().message());
  }
  left_.assign((*answer)->rbegin(), (*answer)->rend());
  return Next(now);
}

std::optional<Result<Descriptor>> Dial::AdvanceConnect(MonoTime now) {
  int code = 0;
  socklen_t size = sizeof(code);
  getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &code, &size);
  if (code == 0 && IsConnected(socket_)) {
    if (!IsItself(socket_)) return std::move(socket_);
    code = ECONNREFUSED;
  }
  if (code != 0) {
    Note(current_, Reason::kUnreachable, Words(code));
    return Next(now);
  }
  if (now < share_ends_) return std::nullopt;
  Note(current_, Reason::kTimeout, "no answer to the attempt to connect");
  return Next(now);
}

std::optional<Result<Descriptor>> Dial::Next(MonoTime now) {
  socket_ = Descriptor();
  while (!left_.empty()) {
    const auto share = std::max(deadline_ - now, Duration::zero()) / left_.size();
    current_ = left_.back();
    left_.pop_back();
    Result<Descriptor> started = Start(current_);
    if (started) {
      socket_ = std::move(*started);
      share_ends_ = now + share;
      return std::nullopt;
    }
    Note(current_, started.error().reason(), started.error().message());
  }
  return *failure_;
}

Result<Descriptor> Dial::Start(SocketAddress address) const {
  const auto port = htons(address_.port);
  if (address.storage.ss_family == AF_INET) {
    reinterpret_cast<sockaddr_in*>(&address.storage)->sin_port = port;
  } else {
    reinterpret_cast<sockaddr_in6*>(&address.storage)->sin6_port = port;
  }
  Descriptor socket(
      ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) {
    return Error(Reason::kUnreachable, Words(errno));
  }
  Tune(socket);
  if (connect(socket.get(), Generic(address.storage), address.size) != 0 && errno != EINPROGRESS) {
    return Error(Reason::kUnreachable, Words(errno));
  }
  return socket;
}

void Dial::Note(const SocketAddress& address, Reason reason, const std::string& failure) {
  const std::string numeric = ToString(address);
  std::string text = numeric == address_.host ? failure : fmt::format("{} ({})", failure, numeric);
  if (failure_) {
    text = failure_->message() + ", " + text;
    reason = reason == Reason::kTimeout ? reason : failure_->reason();
  }
  failure_ = Error(reason, std::move(text));
}

}  // namespace klaxon::kafka::wire
