#include "tests/simulator/blocking_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "agent/kafka/wire/decoder.h"

namespace klaxon::simulator {

BlockingClient::BlockingClient(const HostPort& address)
    : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(address.port);
  ::inet_pton(AF_INET, address.host.c_str(), &to.sin_addr);
  if (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&to), sizeof(to)) != 0) {
    ::close(descriptor_);
    descriptor_ = -1;
  }
}

BlockingClient::~BlockingClient() {
  if (connected()) {
    ::close(descriptor_);
  }
}

void BlockingClient::Send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) {
      return;  // Receive tells
    }
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
}

Result<std::string> BlockingClient::Take(size_t count, MonoTime deadline) const {
  std::string taken(count, '\0');
  for (size_t got = 0; got < count;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd waiting{.fd = descriptor_, .events = POLLIN, .revents = 0};
    if (::poll(&waiting, 1, static_cast<int>(std::max<int64_t>(0, left.count()))) <= 0) {
      return Error(Reason::kTimeout, "no answer");
    }
    const ssize_t now = ::recv(descriptor_, taken.data() + got, count - got, 0);
    if (now <= 0) {
      return Error(Reason::kUnreachable, "closed");
    }
    got += static_cast<size_t>(now);
  }
  return taken;
}

Result<std::string> BlockingClient::Receive(Duration patience) const {
  const MonoTime deadline = std::chrono::steady_clock::now() + patience;
  const Result<std::string> head = Take(kafka::wire::kFrameLengthSize, deadline);
  if (!head) {
    return head.error();
  }
  kafka::wire::Decoder decoder(*head, 0, false);
  int32_t length = 0;
  decoder(length);
  constexpr int32_t kLargest = 100 * 1024 * 1024;
  if (length < 0 || length > kLargest) {
    return Error(Reason::kBadAnswer, "frame of an impossible length");
  }
  return Take(static_cast<size_t>(length), deadline);
}

}  // namespace klaxon::simulator
