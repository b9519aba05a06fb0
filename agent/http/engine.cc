#include "agent/http/engine.h"

#include <algorithm>

#include <httplib.h>

#include "agent/base/log.h"
#include "agent/http/field.h"
#include "agent/http/security_headers.h"
#include "agent/http/url.h"

namespace klaxon::http {
namespace {

constexpr size_t kWrite = size_t{256} * 1024;  // bytes of a body for one call of send

constexpr size_t kOnePacket =
    size_t{16} * 1024;  // bytes of a body that is sent together with its head

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

/// What a connection is being asked, besides the body. False if the path cannot be read.
bool Describe(const Connection& connection, const httplib::Request& from, Request& request) {
  const RequestHead& head = connection.head();
  const std::string_view target = head.target;
  if (!PercentDecode(target.substr(0, target.find('?')), request.path) ||
      request.path.find('\0') != std::string::npos) {
    return false;
  }
  request.method = head.method;
  request.query.assign(from.params.begin(), from.params.end());
  request.headers = head.headers;
  request.host = head.host;
  request.remote_address = connection.address();
  request.remote_group = connection.group();
  return true;
}

/// The request that this thread answers: cpp-httplib hands nothing of ours through to a handler,
/// and a connection lives on one thread.
struct Exchange {
  Connection& connection;
  Visit visit{};
  bool decided = false;  ///< refused or handed to its handler: the audit knows of it
};

thread_local Exchange* exchange = nullptr;

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
  to.headers.clear();
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
    // What cpp-httplib answers by itself; Fill puts ours in place of these.
    HeaderList security;
    AddSecurityHeaders({}, security);
    set_default_headers(httplib::Headers(security.begin(), security.end()));
    set_pre_routing_handler([this](const httplib::Request& from, httplib::Response& to) {
      return Admit(from, to) ? HandlerResponse::Unhandled : HandlerResponse::Handled;
    });
    // Every request is routed by us: Begin has made its path "/".
    const auto handle = [this](const httplib::Request& from, httplib::Response& to) {
      exchange->connection.BeginHandling();
      exchange->decided = true;
      exchange->visit.request.body = from.body;
      Fill(dispatcher_.Finish(exchange->visit), from.version == "HTTP/1.1", to);
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
      Exchange current{.connection = connection};
      exchange = &current;
      const bool last = left == 1 || gate.stopping();
      bool closed = last;
      const bool written =
          process_request(stream, connection.address(), 0, "", 0, last, closed,
                          [&](httplib::Request& request) { Begin(connection, request); });
      if (!current.decided) dispatcher_.Abandon(current.visit, connection.answered_status());
      if (!written) return;
      // The client was told that an error is the last answer.
      if (connection.answered_status() >= 400) return connection.Linger();
      if (closed || gate.stopping()) return;
    }
  }

 private:
  /// Gives every request the one path that is routed: cpp-httplib matches paths by std::regex,
  /// which recurses on long ones. Also gives it the headers as they came: cpp-httplib decodes '%'
  /// in their values, and its reading of where the body ends must be the one that was checked.
  /// Without Accept-Encoding, because it would compress by itself.
  static void Begin(const Connection& connection, httplib::Request& request) {
    request.path.assign(1, '/');  // assigning "/" at -O2 makes GCC 12 warn falsely
    request.headers.clear();
    for (const auto& [name, value] : connection.head().headers) {
      if (EqualWithoutCase(name, "Accept-Encoding") || EqualWithoutCase(name, "Accept")) continue;
      request.headers.emplace(name, value);
    }
  }

  /// Before the body is read: false, with an answer, for a request that goes no further.
  bool Admit(const httplib::Request& from, httplib::Response& to) {
    Request request;
    if (!Describe(exchange->connection, from, request)) {
      to.status = 400;
      return false;
    }
    exchange->visit = dispatcher_.Begin(std::move(request));
    if (!exchange->visit.refusal) return true;
    exchange->decided = true;
    Fill(*std::move(exchange->visit.refusal), from.version == "HTTP/1.1", to);
    return false;
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
