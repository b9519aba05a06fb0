#include "agent/http/engine.h"

#include <algorithm>

#include <httplib.h>

#include "agent/base/log.h"
#include "agent/http/url.h"

namespace klaxon::http {
namespace {

constexpr size_t kWrite = size_t{256} * 1024;  // bytes of a body for one call of send

constexpr size_t kOnePacket =
    size_t{16} * 1024;  // bytes of a body that is sent together with its head
constexpr std::string_view kAcceptEncoding = "Accept-Encoding";
/// Where Accept-Encoding is hidden from cpp-httplib, which would compress by itself. No client can
/// send such a name.
constexpr const char* kHidden = ":accept-encoding";

/// What cpp-httplib reads and writes through.
class ConnectionStream final : public httplib::Stream {
 public:
  explicit ConnectionStream(Connection& connection) : connection_(connection) {}

  bool is_readable() const override { return connection_.Readable(); }

  bool wait_readable() const override { return connection_.WaitReadable(); }

  bool wait_writable() const override { return connection_.WaitWritable(); }

  ssize_t read(char* bytes, size_t size) override { return connection_.Read(bytes, size); }

  ssize_t write(const char* bytes, size_t size) override { return connection_.Write(bytes, size); }

  void get_remote_ip_and_port(std::string& ip, int& port) const override {
    ip = connection_.address();
    port = 0;
  }

  void get_local_ip_and_port(std::string& ip, int& port) const override {
    ip.clear();
    port = 0;
  }

  socket_t socket() const override { return connection_.fd(); }

  time_t duration() const override { return 0; }

 private:
  Connection& connection_;
};

/// False if the path cannot be read. It is taken from the target: see Begin.
bool Convert(const httplib::Request& from, Request& request) {
  const std::string_view target = from.target;
  if (!PercentDecode(target.substr(0, target.find('?')), request.path) ||
      !request.path.starts_with('/') || request.path.find('\0') != std::string::npos) {
    return false;
  }
  request.method = from.method;
  request.query.assign(from.params.begin(), from.params.end());
  for (const auto& [name, value] : from.headers) {
    request.headers.emplace_back(name == kHidden ? kAcceptEncoding : name, value);
  }
  request.body = from.body;
  request.remote_address = from.remote_addr;
  return true;
}

/// A piece of the source, or its end. The flag outlives the copies that std::function makes.
bool SendPiece(const BodySource& source, httplib::DataSink& sink) {
  std::string piece;
  try {
    if (!source(piece)) {
      sink.done();
      return true;
    }
  } catch (const std::exception& failure) {
    log::Error("http", "the source of an answer failed: {}", failure.what());
    return false;
  }
  return piece.empty() || sink.write(piece.data(), piece.size());
}

void Fill(Answer answer, bool http_1_1, httplib::Response& to) {
  to.status = answer.status;
  for (const auto& [name, value] : answer.headers)
    to.headers.emplace(name, value);
  to.headers.emplace("Accept-Ranges", "none");
  if (answer.source) {
    auto send = [source = std::move(answer.source)](size_t, httplib::DataSink& sink) {
      return SendPiece(source, sink);
    };
    if (http_1_1) {
      to.set_chunked_content_provider(answer.content_type, std::move(send));
    } else {
      to.set_content_provider(answer.content_type, std::move(send));
    }
    return;
  }
  if (answer.body->empty()) {
    if (answer.status != 204 && answer.status != 304) {
      to.headers.emplace("Content-Type", answer.content_type);
    }
    return;
  }
  const size_t size = answer.body->size();
  if (size <= kOnePacket) return to.set_content(*answer.body, answer.content_type);
  to.set_content_provider(
      size, answer.content_type,
      [body = std::move(answer.body)](size_t offset, size_t length, httplib::DataSink& sink) {
        return sink.write(body->data() + offset, std::min(length, kWrite));
      });
}

/// Sentences for the errors that cpp-httplib answers by itself.
void Explain(httplib::Response& response) {
  if (!response.body.empty() || response.content_provider_) return;
  response.set_content(response.status == 413   ? "The body of the request is too large.\n"
                       : response.status == 400 ? "The request cannot be read.\n"
                                                : "The request cannot be answered.\n",
                       "text/plain; charset=utf-8");
}

}  // namespace

class Engine::Impl : public httplib::Server {
 public:
  Impl(const ServerLimits& limits, Dispatcher& dispatcher)
      : limits_(limits), dispatcher_(dispatcher) {
    set_payload_max_length(limits.body);
    set_keep_alive_max_count(limits.requests_per_connection);
    set_keep_alive_timeout(
        std::chrono::duration_cast<std::chrono::seconds>(limits.idle_timeout).count());
    svr_sock_ = 0;  // answers are cut off when this is INVALID_SOCKET; it is not used otherwise
    // Every request is routed by us: Begin has made its path "/".
    const auto handle = [this](const httplib::Request& from, httplib::Response& to) {
      Request request;
      if (!Convert(from, request)) {
        to.status = 400;
        return;
      }
      Fill(dispatcher_.Handle(request), from.version == "HTTP/1.1", to);
    };
    Get("/", handle);
    Post("/", handle);
    Put("/", handle);
    Patch("/", handle);
    Delete("/", handle);
    Options("/", handle);
    set_error_handler([](const httplib::Request&, httplib::Response& to) { Explain(to); });
    set_exception_handler(
        [](const httplib::Request&, httplib::Response& to, const std::exception_ptr&) {
          to.status = 500;  // ours are fenced before; this is for what cpp-httplib throws
        });
    set_post_routing_handler([](const httplib::Request&, httplib::Response& to) {
      if (to.status == 204 || to.status == 304) to.headers.erase("Content-Length");
    });
  }

  void Serve(Connection& connection, const Gate& gate) {
    ConnectionStream stream(connection);
    for (size_t left = limits_.requests_per_connection; left > 0; --left) {
      if (!connection.ReadHead()) return;
      const bool last = left == 1 || gate.stopping();
      bool closed = last;
      const bool written =
          process_request(stream, connection.address(), 0, "", 0, last, closed,
                          [&](httplib::Request& request) { Begin(connection, request); });
      if (!written) return;
      // The client was told that an error is the last answer.
      if (connection.answered_status() >= 400) return connection.Linger();
      if (closed || gate.stopping()) return;
    }
  }

 private:
  /// Gives every request the one path that is routed: cpp-httplib matches paths by std::regex,
  /// which recurses on long ones.
  static void Begin(Connection& connection, httplib::Request& request) {
    connection.BeginHandling();
    request.path.assign(1, '/');  // assigning "/" at -O2 makes GCC 12 warn falsely
    auto accepted = request.headers.extract(std::string(kAcceptEncoding));
    if (accepted.empty()) return;
    accepted.key() = kHidden;
    request.headers.insert(std::move(accepted));
  }

  const ServerLimits limits_;
  Dispatcher& dispatcher_;
};

Engine::Engine(const ServerLimits& limits, Dispatcher& dispatcher)
    : impl_(std::make_unique<Impl>(limits, dispatcher)) {
}

Engine::~Engine() = default;

void Engine::Serve(Connection& connection, const Gate& gate) {
  impl_->Serve(connection, gate);
}

}  // namespace klaxon::http
