#include "tests/kafka/scripted_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <chrono>
#include <cstdlib>
#include <cstring>

#include "tests/kafka/every_message.h"

namespace klaxon::testing {

using namespace kafka::wire;  // NOLINT(google-build-using-namespace): a test's own folder

namespace {

sockaddr_in Loopback(uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

Fd Bind(uint16_t port) {
  Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  sockaddr_in address = Loopback(port);
  if (bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    std::abort();
  }
  return socket;
}

uint16_t PortOf(const Fd& socket) {
  sockaddr_in address{};
  socklen_t size = sizeof(address);
  getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

}  // namespace

bool Session::WaitReadable() {
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  while (!stop_.stop_requested() && socket_ && std::chrono::steady_clock::now() < limit) {
    pollfd polled{.fd = socket_.get(), .events = POLLIN, .revents = 0};
    if (poll(&polled, 1, 20) > 0) return true;
  }
  return false;
}

std::string Session::ReadBytes(size_t count) {
  std::string bytes;
  while (bytes.size() < count && WaitReadable()) {
    std::string part(count - bytes.size(), '\0');
    const ssize_t got = recv(socket_.get(), part.data(), part.size(), 0);
    if (got <= 0) return "";
    bytes.append(part, 0, static_cast<size_t>(got));
  }
  return bytes.size() == count ? bytes : "";
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
  while (WaitReadable()) {
    std::string part(4096, '\0');
    if (recv(socket_.get(), part.data(), part.size(), 0) <= 0) return true;
  }
  return false;
}

bool Session::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

void Session::Reset() {
  const linger now{.l_onoff = 1, .l_linger = 0};
  setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &now, sizeof(now));
  Close();
}

ScriptedServer::ScriptedServer(Script script, uint16_t port)
    : script_(std::move(script)), listener_(Bind(port)), port_(PortOf(listener_)) {
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
    Fd socket(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!socket) continue;
    const int number = ++connections_;
    sessions_.remove_if([](const Served& served) { return served.over.load(); });
    Served& served = sessions_.emplace_back();
    served.thread = std::jthread(
        [this, number, &served](const std::stop_token& ending, Fd mine) {
          Session session(std::move(mine), ending, number);
          script_(session);
          served.over = true;
        },
        std::move(socket));
  }
}

HostPort ClosedPort() {
  const Fd socket = Bind(0);
  return {.host = "127.0.0.1", .port = PortOf(socket)};
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
               std::vector<ApiVersionsResponse::Api> apis) {
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
