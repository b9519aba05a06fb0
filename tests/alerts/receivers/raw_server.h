#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

/// A server on loopback that answers whatever a test wants, HTTP or not.
namespace klaxon::receivers {

class RawServer {
 public:
  /// Writes an answer to a request; the connection is closed afterwards.
  using Answer = std::function<void(int socket, const std::string& request)>;

  /// kFirst: the answer is asked for before anything was read.
  enum class Speaks { kFirst, kAfterRequest };

  explicit RawServer(Answer answer, Speaks speaks = Speaks::kAfterRequest)
      : answer_(std::move(answer)),
        speaks_(speaks),
        listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_, generic, length) != 0 || ::listen(listener_, 16) != 0 ||
        ::getsockname(listener_, generic, &length) != 0) {
      std::abort();
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this](const std::stop_token& stop) { Run(stop); });
  }

  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  ~RawServer() {
    thread_.request_stop();
    thread_.join();
    ::close(listener_);
  }

  std::string Url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }

  /// All requests so far, heads and bodies, once they are so many; after a long wait what there is.
  std::vector<std::string> Requests(size_t least) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds{20}, [&] { return requests_.size() >= least; });
    return requests_;
  }

  static void Write(int socket, const std::string& bytes) {
    static_cast<void>(::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL));
  }

  /// An answer with a body of that length.
  static Answer Fixed(const std::string& status, const std::string& body,
                      const std::string& headers = "") {
    return [=](int socket, const std::string&) {
      Write(socket, "HTTP/1.1 " + status + "\r\n" + headers + "Content-Length: " +
                        std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" + body);
    };
  }

 private:
  void Run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      pollfd waiting{.fd = listener_, .events = POLLIN, .revents = 0};
      if (::poll(&waiting, 1, 20) <= 0) {
        continue;
      }
      const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (socket < 0) {
        continue;
      }
      const std::string request =
          speaks_ == Speaks::kFirst ? std::string() : ReadRequest(socket, stop);
      {
        const std::scoped_lock lock(mutex_);
        requests_.push_back(request);
        changed_.notify_all();
      }
      answer_(socket, request);
      ::close(socket);
    }
  }

  static std::string ReadRequest(int socket, const std::stop_token& stop) {
    std::string request;
    while (!stop.stop_requested() && !Complete(request)) {
      pollfd waiting{.fd = socket, .events = POLLIN, .revents = 0};
      char bytes[4096];
      if (::poll(&waiting, 1, 20) > 0) {
        const ssize_t read = ::recv(socket, bytes, sizeof bytes, 0);
        if (read <= 0) {
          break;
        }
        request.append(bytes, static_cast<size_t>(read));
      }
    }
    return request;
  }

  static bool Complete(const std::string& request) {
    const size_t head = request.find("\r\n\r\n");
    const size_t length = request.find("Content-Length: ");
    if (head == std::string::npos) {
      return false;
    }
    const size_t body =
        length < head ? static_cast<size_t>(std::atoi(request.c_str() + length + 16)) : 0;
    return request.size() >= head + 4 + body;
  }

  const Answer answer_;
  const Speaks speaks_;
  int listener_ = -1;
  uint16_t port_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> requests_;
  std::jthread thread_;
};

}  // namespace klaxon::receivers
