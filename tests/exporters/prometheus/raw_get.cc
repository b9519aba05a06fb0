#include "tests/exporters/prometheus/raw_get.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace klaxon::testing {
namespace {

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower;
}

/// Hands `take` everything the server sends until it closes.
template <class Take>
void Exchange(uint16_t port, const std::string& request, Take take) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval limit{.tv_sec = 20, .tv_usec = 0};
  setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 &&
      send(socket, request.data(), request.size(), MSG_NOSIGNAL) ==
          static_cast<ssize_t>(request.size())) {
    std::array<char, 256 * 1024> piece{};
    for (ssize_t got = 1; got > 0;) {
      got = recv(socket, piece.data(), piece.size(), 0);
      take(std::string_view(piece.data(), static_cast<size_t>(std::max<ssize_t>(got, 0))));
    }
  }
  close(socket);
}

std::string RequestFor(std::string_view path, std::string_view accept_encoding) {
  std::string request =
      "GET " + std::string(path) + " HTTP/1.1\r\nHost: test\r\nConnection: close\r\n";
  if (!accept_encoding.empty()) {
    request += "Accept-Encoding: " + std::string(accept_encoding) + "\r\n";
  }
  return request + "\r\n";
}

/// RFC 9112 section 7.1, no extensions.
std::string Unchunk(std::string_view chunks) {
  std::string body;
  for (;;) {
    size_t size = 0;
    const auto [end, failure] =
        std::from_chars(chunks.data(), chunks.data() + chunks.size(), size, 16);
    const auto digits = static_cast<size_t>(end - chunks.data());
    if (failure != std::errc{} || size == 0 || chunks.size() < digits + 2 + size + 2) {
      return body;
    }
    body += chunks.substr(digits + 2, size);
    chunks.remove_prefix(digits + 2 + size + 2);
  }
}

}  // namespace

bool RawAnswer::Has(std::string_view header) const {
  return Lower(head).find("\n" + Lower(header)) != std::string::npos;
}

RawAnswer RawGet(uint16_t port, std::string_view path, std::string_view accept_encoding) {
  std::string answer;
  Exchange(port, RequestFor(path, accept_encoding),
           [&](std::string_view piece) { answer += piece; });
  const size_t end = answer.find("\r\n\r\n");
  if (end == std::string::npos) {
    return {};
  }
  RawAnswer result{.head = answer.substr(0, end), .body = answer.substr(end + 4)};
  if (result.Has("transfer-encoding: chunked")) {
    result.body = Unchunk(result.body);
  }
  return result;
}

size_t DrainGet(uint16_t port, std::string_view path, std::string_view accept_encoding) {
  size_t bytes = 0;
  Exchange(port, RequestFor(path, accept_encoding),
           [&](std::string_view piece) { bytes += piece.size(); });
  return bytes;
}

}  // namespace klaxon::testing
