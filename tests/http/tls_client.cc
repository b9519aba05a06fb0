#include "tests/http/tls_client.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cstdlib>

namespace klaxon::http {
namespace {

/// Whether `text` is a whole answer that says its length.
bool IsWhole(const std::string& text) {
  constexpr std::string_view kLength = "\r\nContent-Length: ";
  const size_t end = text.find("\r\n\r\n");
  const size_t length = text.find(kLength);
  if (end == std::string::npos || length > end) return false;
  return text.size() - end - 4 >=
         static_cast<size_t>(std::strtoull(text.c_str() + length + kLength.size(), nullptr, 10));
}

}  // namespace

TlsClient::TlsClient(uint16_t port, const tls::ClientOptions& options)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), context_(options, "test") {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  (void)::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to);
  (void)::fcntl(socket_.get(), F_SETFL, O_NONBLOCK);
  if (auto session = context_.Connect(socket_.get(), "localhost")) session_ = *std::move(session);
}

bool TlsClient::Wait() {
  pollfd waiting{.fd = socket_.get(),
                 .events = session_->wants_write() ? short{POLLOUT} : short{POLLIN},
                 .revents = 0};
  return ::poll(&waiting, 1, 10'000) > 0;
}

Result<void> TlsClient::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const Result<size_t> count = session_->Write(bytes);
    if (!count) return count.error();
    bytes.remove_prefix(*count);
    if (*count == 0 && !Wait()) return Error(Reason::kTimeout, "no room");
  }
  return {};
}

Result<std::string> TlsClient::Ask(const std::string& request) {
  if (session_ == nullptr) return Error(Reason::kInvalid, "no session");
  if (const Result<void> sent = Send(request); !sent) return sent.error();
  std::string answer;
  std::array<char, 16384> bytes{};
  while (!IsWhole(answer)) {
    const Result<size_t> count = session_->Read(bytes);
    if (!count && session_->ended_properly()) return answer;
    if (!count) return count.error();
    answer.append(bytes.data(), *count);
    if (*count == 0 && !Wait()) return Error(Reason::kTimeout, "no answer; so far: " + answer);
  }
  return answer;
}

int StatusOf(const Result<std::string>& answer) {
  return answer && answer->starts_with("HTTP/1.1 ") ? std::atoi(answer->c_str() + 9) : 0;
}

}  // namespace klaxon::http
