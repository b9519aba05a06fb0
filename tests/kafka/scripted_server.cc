#include "tests/kafka/scripted_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <cstring>

#include "tests/kafka/every_message.h"

namespace klaxon::testing {

using namespace kafka::wire;  // NOLINT(google-build-using-namespace): a test's own folder

namespace {

/// Binds to `place` and sets its port, if that was free to choose.
Descriptor Bind(ServerPlace& place) {
  const bool v6 = place.host.find(':') != std::string::npos;
  sockaddr_in6 address6{};
  address6.sin6_family = AF_INET6;
  address6.sin6_port = htons(place.port);
  sockaddr_in address4{};
  address4.sin_family = AF_INET;
  address4.sin_port = htons(place.port);
  void* const host = v6 ? static_cast<void*>(&address6.sin6_addr) : &address4.sin_addr;
  auto* const address =
      v6 ? reinterpret_cast<sockaddr*>(&address6) : reinterpret_cast<sockaddr*>(&address4);
  socklen_t size = v6 ? sizeof(address6) : sizeof(address4);
  Descriptor socket(::socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (inet_pton(address->sa_family, place.host.c_str(), host) != 1 ||
      bind(socket.get(), address, size) != 0 || getsockname(socket.get(), address, &size) != 0) {
    std::abort();
  }
  place.port = ntohs(v6 ? address6.sin6_port : address4.sin_port);
  return socket;
}

}  // namespace

bool Session::WaitFor(short events) {
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  while (!stop_.stop_requested() && socket_ && std::chrono::steady_clock::now() < limit) {
    pollfd polled{.fd = socket_.get(), .events = events, .revents = 0};
    if (poll(&polled, 1, 20) > 0) return true;
  }
  return false;
}

void Session::DrainSocket() {
  shutdown(socket_.get(), SHUT_WR);
  std::array<char, 4096> part{};
  while (WaitFor(POLLIN) && recv(socket_.get(), part.data(), part.size(), 0) > 0) {
  }
}

size_t Session::ReadSome(std::span<char> into) {
  while (tls_ && socket_) {
    const Result<size_t> count = tls_->Read(into);
    if (!count) {
      tls_.reset();
      DrainSocket();  // bytes that nobody read would make the system reset what we said last
      return 0;
    }
    if (*count > 0) return *count;
    if (!WaitFor(tls_->wants_write() ? POLLOUT : POLLIN)) return 0;
  }
  if (!WaitFor(POLLIN)) return 0;
  const ssize_t count = recv(socket_.get(), into.data(), into.size(), 0);
  return count > 0 ? static_cast<size_t>(count) : 0;
}

std::string Session::ReadBytes(size_t count) {
  std::string bytes(count, '\0');
  for (size_t held = 0; held < count;) {
    const size_t got = ReadSome(std::span(bytes).subspan(held));
    if (got == 0) return "";
    held += got;
  }
  return bytes;
}

std::optional<Request> Session::Read() {
  const std::string length = ReadBytes(kFrameLengthSize);
  if (length.empty()) return std::nullopt;
  uint32_t size = 0;
  std::memcpy(&size, length.data(), sizeof(size));
  const std::string frame = ReadBytes(ntohl(size));
  std::string_view rest = frame;
  const auto header = TakeRequestHeader(rest);
  if (!header) return std::nullopt;
  return Request{.header = *header, .body = std::string(rest)};
}

bool Session::HasMore(std::chrono::milliseconds time) {
  pollfd polled{.fd = socket_.get(), .events = POLLIN, .revents = 0};
  return poll(&polled, 1, static_cast<int>(time.count())) > 0;
}

bool Session::WaitClosed() {
  std::array<char, 4096> part{};
  while (ReadSome(part) > 0) {
  }
  pollfd polled{.fd = socket_.get(), .events = POLLIN, .revents = 0};
  return poll(&polled, 1, 0) > 0;  // readable, and nothing to read
}

bool Session::Send(std::string_view bytes) {
  while (!bytes.empty() && socket_) {
    size_t taken = 0;
    if (tls_) {
      const Result<size_t> written = tls_->Write(bytes);
      if (!written) return false;
      taken = *written;
      if (taken == 0 && !WaitFor(tls_->wants_write() ? POLLOUT : POLLIN)) return false;
    } else {
      const ssize_t sent = send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      taken = static_cast<size_t>(sent);
    }
    bytes.remove_prefix(taken);
  }
  return bytes.empty();
}

void Session::Reset() {
  const linger now{.l_onoff = 1, .l_linger = 0};
  setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &now, sizeof(now));
  Close();
}

ScriptedServer::ScriptedServer(Script script, ServerPlace place)
    : script_(std::move(script)), place_(std::move(place)), listener_(Bind(place_)) {
  listen(listener_.get(), 64);
  acceptor_ = std::jthread([this](const std::stop_token& stop) { Accept(stop); });
}

ScriptedServer::~ScriptedServer() {
  acceptor_.request_stop();
  acceptor_.join();
  for (Served& session : sessions_)
    session.thread.request_stop();
}

void ScriptedServer::Accept(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    pollfd polled{.fd = listener_.get(), .events = POLLIN, .revents = 0};
    if (poll(&polled, 1, 20) <= 0) continue;
    Descriptor socket(accept4(listener_.get(), nullptr, nullptr,
                              place_.tls == nullptr ? SOCK_CLOEXEC : SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!socket) continue;
    const int number = ++connections_;
    sessions_.remove_if([](const Served& served) { return served.over.load(); });
    Served& served = sessions_.emplace_back();
    served.thread = std::jthread(
        [this, number, &served](const std::stop_token& ending, Descriptor mine) {
          std::unique_ptr<tls::Session> tls;
          if (place_.tls != nullptr) {
            auto made = place_.tls->Accept(mine.get());
            if (!made) std::abort();
            tls = std::move(*made);
          }
          Session session(std::move(mine), std::move(tls), ending, number);
          script_(session);
          served.over = true;
        },
        std::move(socket));
  }
}

HostPort ClosedPort() {
  ServerPlace place;
  const Descriptor socket = Bind(place);
  return {.host = place.host, .port = place.port};
}

std::string EmptyAnswer(const Request& request) {
  std::string frame;
  EveryRequest::ForEach([&]<class Known>() {
    if (Known::kApiKey == request.header.api_key) {
      frame = EncodeResponse<Known>({}, request.header.api_version, request.header.correlation_id);
    }
  });
  return frame;
}

namespace {

std::vector<ApiVersionsResponse::Api> EveryApi() {
  std::vector<ApiVersionsResponse::Api> apis;
  EveryRequest::ForEach([&]<class Known>() {
    apis.push_back({.key = static_cast<int16_t>(Known::kApiKey),
                    .min_version = Known::kVersions.min,
                    .max_version = Known::kVersions.max});
  });
  return apis;
}

std::string VersionsAnswer(const Request& request, std::vector<ApiVersionsResponse::Api> apis) {
  return EncodeResponse<ApiVersionsRequest>({.apis = std::move(apis)}, request.header.api_version,
                                            request.header.correlation_id);
}

}  // namespace

std::string AllVersions(const Request& request) {
  return VersionsAnswer(request, EveryApi());
}

void ServeWell(Session& session, const Responder& responder) {
  ServeWell(session, responder, EveryApi());
}

void ServeWell(Session& session, const Responder& responder,
               const std::vector<ApiVersionsResponse::Api>& apis) {
  while (const auto request = session.Read()) {
    if (request->header.api_key == ApiKey::kApiVersions) {
      session.Send(VersionsAnswer(*request, apis));
      continue;
    }
    const auto answer = responder ? responder(*request) : std::nullopt;
    session.Send(answer ? *answer : EmptyAnswer(*request));
  }
}

}  // namespace klaxon::testing
