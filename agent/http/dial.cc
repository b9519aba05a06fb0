#include "agent/http/dial.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <system_error>

#include "agent/http/lookup.h"

namespace klaxon::http {
namespace {

Error Refusal(int error) {
  switch (error) {
    case ECONNREFUSED:
      return {Reason::kUnreachable, "connection refused; is it running, and is the port right?"};
    case ENETUNREACH:
    case EHOSTUNREACH:
      return {Reason::kUnreachable, "no route to it; is the address right?"};
    case ETIMEDOUT:
      return {Reason::kUnreachable, "no connection in time; does a firewall drop it?"};
    default:
      return {Reason::kUnreachable, std::generic_category().message(error)};
  }
}

Result<Descriptor> Connect(const SocketAddress& to, Patience& patience, MonoTime until) {
  Descriptor socket(::socket(to.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return Refusal(errno);
  const int on = 1;
  (void)::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&to.storage), to.size) == 0) {
    return socket;
  }
  if (errno != EINPROGRESS) return Refusal(errno);
  switch (patience.WaitFor(socket.get(), POLLOUT, until)) {
    case Patience::End::kStopped:
      return Error(Reason::kCancelled, "stopped");
    case Patience::End::kTimeout:
      return Refusal(ETIMEDOUT);
    case Patience::End::kReady:
      break;
  }
  int error = 0;
  socklen_t size = sizeof error;
  (void)::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return Refusal(error);
  return socket;
}

}  // namespace

Result<Descriptor> Dial(const HostPort& address, Patience& patience) {
  const Result<std::vector<SocketAddress>> addresses = Lookup(address, patience);
  if (!addresses) return addresses.error();
  Error last(Reason::kUnreachable, "the name " + address.host + " has no address");
  int left = static_cast<int>(addresses->size());
  for (const SocketAddress& each : *addresses) {
    // A share of the time, so that one dead address does not use up what the others need.
    const MonoTime now = std::chrono::steady_clock::now();
    Result<Descriptor> socket = Connect(each, patience, now + (patience.deadline() - now) / left);
    if (socket || socket.error().reason() == Reason::kCancelled) return socket;
    last = socket.error();
    --left;
  }
  return last;
}

}  // namespace klaxon::http
