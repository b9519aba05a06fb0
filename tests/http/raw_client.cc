#include "tests/http/raw_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cstdlib>

namespace klaxon::http {

RawClient::RawClient(uint16_t port, const char* from, bool small_buffer)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (small_buffer) {
    const int size = 4096;
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  }
  const timeval limit{.tv_sec = 10, .tv_usec = 0};
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  sockaddr_in source{};
  source.sin_family = AF_INET;
  ::inet_pton(AF_INET, from, &source.sin_addr);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&source), sizeof source) != 0 ||
      ::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
    socket_.Close();
  }
}

bool RawClient::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(count));
  }
  return true;
}

bool RawClient::Receive(int seconds) {
  if (!socket_) return false;
  pollfd waiting{.fd = socket_.get(), .events = POLLIN, .revents = 0};
  if (::poll(&waiting, 1, seconds * 1000) <= 0) return false;
  std::array<char, 65536> bytes{};
  const ssize_t count = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
  if (count <= 0) return false;
  buffer_.append(bytes.data(), static_cast<size_t>(count));
  return true;
}

bool RawClient::Until(size_t size) {
  while (buffer_.size() < size) {
    if (!Receive()) return false;
  }
  return true;
}

std::string RawClient::Unchunk() {
  std::string body;
  while (true) {
    size_t end = buffer_.find("\r\n");
    while (end == std::string::npos && Receive())
      end = buffer_.find("\r\n");
    if (end == std::string::npos) return body + " (cut short)";
    const size_t size = std::strtoul(buffer_.c_str(), nullptr, 16);
    if (!Until(end + 2 + size + 2)) return body + " (cut short)";
    body.append(buffer_, end + 2, size);
    buffer_.erase(0, end + 2 + size + 2);
    if (size == 0) return body;
  }
}

RawClient::Answer RawClient::Read(bool to_head) {
  Answer answer;
  size_t end = buffer_.find("\r\n\r\n");
  while (end == std::string::npos) {
    if (!Receive()) return answer;
    end = buffer_.find("\r\n\r\n");
  }
  const std::string head = buffer_.substr(0, end + 2);
  buffer_.erase(0, end + 4);
  answer.status = std::atoi(head.c_str() + head.find(' '));
  for (size_t at = head.find("\r\n") + 2; at < head.size();) {
    const size_t line_end = head.find("\r\n", at);
    const size_t colon = head.find(": ", at);
    answer.headers.emplace_back(head.substr(at, colon - at),
                                head.substr(colon + 2, line_end - colon - 2));
    at = line_end + 2;
  }
  if (to_head || answer.status == 204 || answer.status == 304 || answer.status == 100)
    return answer;
  if (answer.Header("Transfer-Encoding") == "chunked") {
    answer.body = Unchunk();
  } else if (const std::string_view length = answer.Header("Content-Length"); !length.empty()) {
    const size_t size = std::strtoul(std::string(length).c_str(), nullptr, 10);
    Until(size);
    answer.body = buffer_.substr(0, size);
    buffer_.erase(0, size);
  } else {
    answer.body = ReadToEnd();
  }
  return answer;
}

RawClient::Answer RawClient::Ask(std::string_view request) {
  Send(request);
  return Read(request.starts_with("HEAD "));
}

std::string RawClient::ReadToEnd() {
  while (Receive()) {
  }
  return std::exchange(buffer_, {});
}

bool RawClient::Ended(int seconds) {
  if (!socket_) return true;
  while (true) {
    pollfd waiting{.fd = socket_.get(), .events = POLLIN, .revents = 0};
    if (::poll(&waiting, 1, seconds * 1000) <= 0) return false;
    std::array<char, 65536> bytes{};
    if (::recv(socket_.get(), bytes.data(), bytes.size(), 0) <= 0) return true;
  }
}

void RawClient::Sip() {
  std::array<char, 512> bytes{};
  (void)::recv(socket_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
}

std::string GetRequest(std::string_view target, std::string_view more_headers) {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: test\r\n" + std::string(more_headers) +
         "\r\n";
}

}  // namespace klaxon::http
