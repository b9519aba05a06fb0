#include "agent/http/client_connection.h"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <exception>

#include <fmt/format.h>
#include <httplib.h>

#include "agent/http/client_body.h"
#include "agent/http/client_stream.h"
#include "agent/http/dial.h"
#include "agent/http/login.h"

namespace klaxon::http {
namespace {

/// What cpp-httplib reads and writes through.
class StreamAdapter final : public httplib::Stream {
 public:
  explicit StreamAdapter(ClientStream& stream) : stream_(stream) {}

  bool is_readable() const override { return stream_.Readable(); }

  bool wait_readable() const override { return stream_.Readable() || stream_.Wait(POLLIN); }

  bool wait_writable() const override { return stream_.Wait(POLLOUT); }

  ssize_t read(char* bytes, size_t size) override { return stream_.Read(bytes, size); }

  ssize_t write(const char* bytes, size_t size) override { return stream_.Write(bytes, size); }

  void get_remote_ip_and_port(std::string& ip, int& port) const override {
    ip.clear();
    port = 0;
  }

  void get_local_ip_and_port(std::string& ip, int& port) const override {
    ip.clear();
    port = 0;
  }

  socket_t socket() const override { return stream_.fd(); }

  time_t duration() const override { return 0; }

 private:
  ClientStream& stream_;
};

}  // namespace

class ClientConnection::Impl : public httplib::ClientImpl {
 public:
  Impl(const Url& origin, std::shared_ptr<tls::ClientContext> tls,
       std::shared_ptr<const Proxy> proxy)
      : httplib::ClientImpl(origin.host, origin.port),
        origin_(origin),
        tls_(std::move(tls)),
        proxy_(std::move(proxy)) {
    set_keep_alive(true);
    set_follow_location(false);
    set_path_encode(false);
    set_decompress(false);  // ClientBody does, and says what is wrong
  }

  Outcome Send(const Url& url, const HttpRequest& request, const std::string& login,
               Patience& patience) {
    patience_ = &patience;
    failure_.reset();
    received_ = 0;
    ClientBody body(request);
    httplib::Request outgoing = Prepare(url, request, login, body);
    httplib::Response head;
    auto error = httplib::Error::Success;
    const bool complete = send(outgoing, head, error) && body.End();
    if (!complete || failure_) {
      return {.response = Explain(body), .untouched = received_ == 0};
    }
    HttpResponse response;
    response.status = head.status;
    response.body = std::move(body.kept());
    response.content_type = head.get_header_value("Content-Type");
    response.headers.assign(head.headers.begin(), head.headers.end());
    return {.response = std::move(response)};
  }

  bool Reusable() const {
    if (is_socket_open() == 0 || leftover_) return false;
    char byte = 0;  // a connection at rest has nothing to read, not even its end
    if (session_ != nullptr) {
      const Result<size_t> count = session_->Read({&byte, 1});
      return count && *count == 0;
    }
    return ::recv(socket(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
  }

 private:
  httplib::Request Prepare(const Url& url, const HttpRequest& request, const std::string& login,
                           ClientBody& body) const {
    httplib::Request outgoing;
    outgoing.method = request.method;
    outgoing.path = url.Target();
    if (proxy_ != nullptr && tls_ == nullptr) {  // RFC 9112 section 3.2.2
      outgoing.path = "http://" + url.Authority() + outgoing.path;
      if (!proxy_->username.empty()) {
        outgoing.headers.emplace("Proxy-Authorization",
                                 BasicAuthorization(proxy_->username, proxy_->password));
      }
    }
    outgoing.body = request.body;
    for (const HeaderList* headers : {&request.headers, &request.access.headers}) {
      for (const auto& [name, value] : *headers)
        outgoing.headers.emplace(name, value);
    }
    outgoing.headers.emplace("Host", url.Authority());
    if (!login.empty()) outgoing.headers.emplace("Authorization", login);
    if (!outgoing.has_header("User-Agent")) outgoing.headers.emplace("User-Agent", "klaxon");
    outgoing.headers.emplace("Accept-Encoding", request.accept_gzip ? "gzip" : "identity");
    outgoing.response_handler = [&body](const httplib::Response& head) {
      return body.Begin(head.status, head.get_header_value("Content-Encoding"));
    };
    outgoing.content_receiver = [&body](const char* bytes, size_t size, size_t, size_t) {
      return body.Take({bytes, size});
    };
    return outgoing;
  }

  Error Explain(const ClientBody& body) const {
    if (failure_) return *failure_;
    if (body.failure()) return *body.failure();
    return {Reason::kBadAnswer, ended_ ? "the answer was cut short"
                                       : "the answer breaks HTTP; does a web server answer there?"};
  }

  bool create_and_connect_socket(Socket& to, httplib::Error& error) override {
    Result<Descriptor> dialled = Reach();
    const Result<void> secured = dialled ? Secure(dialled->get()) : Result<void>(dialled.error());
    if (!secured) {
      failure_ = secured.error();
      error = httplib::Error::Connection;
      return false;
    }
    to.sock = dialled->Release();
    return true;
  }

  /// A connection on which the origin, or for http the proxy, can be spoken to.
  Result<Descriptor> Reach() {
    if (proxy_ == nullptr) return Dial({origin_.host, origin_.port}, *patience_);
    Result<Descriptor> dialled = Dial(proxy_->address, *patience_);
    if (!dialled) return dialled.error().In("the proxy " + ToString(proxy_->address));
    if (tls_ == nullptr) return dialled;
    const Result<void> open = OpenTunnel(dialled->get(), *proxy_, origin_, *patience_);
    if (!open) return open.error();
    return dialled;
  }

  /// Shakes hands on a new connection if it is one of https.
  Result<void> Secure(int socket) {
    session_.reset();
    if (tls_ == nullptr) return {};
    Result<std::unique_ptr<tls::Session>> session = tls_->Connect(socket, origin_.host);
    if (!session) return session.error();
    while (true) {
      const Result<bool> done = (*session)->Handshake();
      if (!done) return done.error();
      if (*done) break;
      switch (patience_->WaitFor(socket, (*session)->wants_write() ? POLLOUT : POLLIN)) {
        case Patience::End::kReady:
          continue;
        case Patience::End::kStopped:
          return Error(Reason::kCancelled, "stopped");
        case Patience::End::kTimeout:
          return Error(Reason::kTimeout, "connected, but the TLS handshake was not over in time");
      }
    }
    session_ = std::move(*session);
    return {};
  }

  /// Called before the socket is closed.
  void shutdown_ssl(Socket&, bool) override { session_.reset(); }

  bool process_socket(const Socket& from, std::chrono::steady_clock::time_point,
                      std::function<bool(httplib::Stream&)> callback) override {
    ClientStream stream(from.sock, session_.get(), *patience_);
    StreamAdapter adapter(stream);
    const bool complete = callback(adapter);
    received_ = stream.received();
    leftover_ = stream.Readable() || (session_ != nullptr && session_->has_more());
    ended_ = stream.ended();
    failure_ = stream.failure();
    return complete;
  }

  const Url origin_;
  const std::shared_ptr<tls::ClientContext> tls_;
  const std::shared_ptr<const Proxy> proxy_;
  std::unique_ptr<tls::Session> session_{};  // over the socket that is open now
  Patience* patience_ = nullptr;
  std::optional<Error> failure_{};
  size_t received_ = 0;
  bool leftover_ = false;
  bool ended_ = false;
};

ClientConnection::ClientConnection(const Url& origin, std::shared_ptr<tls::ClientContext> tls,
                                   std::shared_ptr<const Proxy> proxy)
    : impl_(std::make_unique<Impl>(origin, std::move(tls), std::move(proxy))) {
}

ClientConnection::~ClientConnection() = default;

bool ClientConnection::Reusable() const {
  return impl_->Reusable();
}

ClientConnection::Outcome ClientConnection::Send(const Url& url, const HttpRequest& request,
                                                 const std::string& login, Patience& patience) {
  try {
    return impl_->Send(url, request, login, patience);
  } catch (const std::exception& failure) {
    return {.response = Error(Reason::kInternal, failure.what())};
  }
}

}  // namespace klaxon::http
