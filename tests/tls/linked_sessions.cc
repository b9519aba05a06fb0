#include "tests/tls/linked_sessions.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>

namespace klaxon::testing {

namespace {

std::unique_ptr<tls::Session> Need(Result<std::unique_ptr<tls::Session>> made) {
  if (!made) std::abort();
  return std::move(*made);
}

}  // namespace

std::array<int, 2> SocketPair() {
  std::array<int, 2> sockets{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, sockets.data()) != 0) {
    std::abort();
  }
  return sockets;
}

Result<bool> Talker::Step(size_t wanted) {
  bool moved = false;
  if (!left_.empty()) {
    const auto taken = session_.Write(left_);
    if (!taken) return taken.error();
    left_.erase(0, *taken);
    moved = *taken > 0;
  }
  while (heard_.size() < wanted) {
    std::array<char, 100> part{};
    const auto count = session_.Read(part);
    if (!count) return count.error();
    if (*count == 0) break;
    heard_.append(part.data(), *count);
    moved = true;
  }
  return moved;
}

LinkedSessions::LinkedSessions(tls::ClientContext& client_context,
                               tls::ServerContext& server_context, const std::string& host)
    : sockets_(SocketPair()) {
  client = Need(client_context.Connect(sockets_[0], host));
  server = Need(server_context.Accept(sockets_[1]));
}

LinkedSessions::~LinkedSessions() {
  client.reset();
  server.reset();
  for (const int socket : sockets_) {
    if (socket >= 0) close(socket);
  }
}

void LinkedSessions::Run() {
  Talker at_client(*client, "hello");
  Talker at_server(*server, "HELLO");
  const auto advance = [](Talker& talker, std::unique_ptr<tls::Session>& session, int& socket,
                          std::optional<Error>& error) {
    if (!session) return;
    if (const auto moved = talker.Step(5); !moved) {
      error = moved.error();
      session.reset();
      close(std::exchange(socket, -1));
    }
  };
  for (int turn = 0; turn < 100; ++turn) {
    advance(at_client, client, sockets_[0], client_error);
    advance(at_server, server, sockets_[1], server_error);
    if ((!client && !server) || (at_client.heard() == "HELLO" && at_server.heard() == "hello")) {
      return;
    }
  }
}

}  // namespace klaxon::testing
