#include "agent/tls/session.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <openssl/err.h>

#include "agent/tls/describe.h"
#include "agent/tls/session_impl.h"
#include "agent/tls/words.h"

namespace klaxon::tls {

namespace {

constexpr uint64_t kLargestHandshake = uint64_t{256} << 10U;

Pipe& PipeOf(BIO* bio) {
  return *static_cast<Pipe*>(BIO_get_data(bio));
}

int Outcome(BIO* bio, ssize_t count) {
  if (count >= 0) {
    return static_cast<int>(count);
  }
  if (errno == EAGAIN || errno == EINTR) {
    return -1;  // with the retry flag that the caller has set
  }
  BIO_clear_retry_flags(bio);
  PipeOf(bio).error = errno;
  return -1;
}

int ReadPipe(BIO* bio, char* into, int size) {
  Pipe& pipe = PipeOf(bio);
  BIO_clear_retry_flags(bio);
  if (!pipe.established && pipe.received > kLargestHandshake) {
    pipe.too_much = true;
    return -1;
  }
  BIO_set_retry_read(bio);
  const ssize_t count = recv(pipe.socket, into, static_cast<size_t>(size), 0);
  if (count == 0) {
    BIO_clear_retry_flags(bio);
    pipe.ended = true;
  }
  if (count > 0) {
    const size_t seen = std::min<uint64_t>(pipe.received, pipe.first.size());
    const size_t part = std::min(pipe.first.size() - seen, static_cast<size_t>(count));
    std::copy_n(into, part, pipe.first.begin() + static_cast<ptrdiff_t>(seen));
    pipe.received += static_cast<uint64_t>(count);
  }
  return Outcome(bio, count);
}

int WritePipe(BIO* bio, const char* bytes, int size) {
  BIO_clear_retry_flags(bio);
  BIO_set_retry_write(bio);
  return Outcome(bio, send(PipeOf(bio).socket, bytes, static_cast<size_t>(size), MSG_NOSIGNAL));
}

long ControlPipe(BIO* bio, int command, long /*number*/, void* /*pointer*/) {
  switch (command) {
    case BIO_CTRL_EOF:
      return PipeOf(bio).ended ? 1 : 0;
    case BIO_CTRL_FLUSH:
      return 1;
    default:
      return 0;
  }
}

BIO_METHOD* MakePipeMethod() {
  BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "klaxon socket");
  BIO_meth_set_read(method, ReadPipe);
  BIO_meth_set_write(method, WritePipe);
  BIO_meth_set_ctrl(method, ControlPipe);
  return method;
}

BIO* MakePipe(Pipe& pipe) {
  static BIO_METHOD* const method = MakePipeMethod();  // lives as long as the program
  BIO* bio = BIO_new(method);
  BIO_set_data(bio, &pipe);
  BIO_set_init(bio, 1);
  return bio;
}

}  // namespace

Session::Impl::Impl(Context context, int socket, Scene scene)
    : context_(std::move(context)), scene_(std::move(scene)), ssl_(SSL_new(context_.get())) {
  scene_.pipe.socket = socket;
  BIO* pipe = MakePipe(scene_.pipe);
  SSL_set_bio(ssl(), pipe, pipe);
  SSL_set_app_data(ssl(), this);
  if (X509* ours = SSL_get_certificate(ssl())) {
    scene_.has_certificate = true;
    scene_.our_issuer = Describe(ours).issuer;
  }
  if (scene_.client) {
    if (SSL_get_verify_mode(ssl()) != SSL_VERIFY_NONE) {
      SSL_set_verify(ssl(), SSL_get_verify_mode(ssl()), Verify);
    }
    SSL_set_connect_state(ssl());
  } else {
    SSL_set_accept_state(ssl());
  }
}

Session::Impl::~Impl() {
  if (established() && !broken_) {
    SSL_shutdown(ssl());
  }
  ERR_clear_error();  // the queue is the thread's: leave none behind
}

int Session::Impl::Verify(int good, X509_STORE_CTX* chain) {
  const auto* ssl = static_cast<const SSL*>(
      X509_STORE_CTX_get_ex_data(chain, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto& mine = *static_cast<Impl*>(SSL_get_app_data(ssl));
  X509* certificate = X509_STORE_CTX_get_current_cert(chain);
  if (good == 0 && !mine.scene_.rejected && certificate != nullptr) {
    mine.scene_.rejected = {.code = X509_STORE_CTX_get_error(chain),
                            .first = X509_STORE_CTX_get_error_depth(chain) == 0,
                            .certificate = Describe(certificate)};
  }
  return good;
}

Result<size_t> Session::Impl::Failed(int outcome) {
  has_more_ = false;
  switch (SSL_get_error(ssl(), outcome)) {
    case SSL_ERROR_WANT_READ:
      wants_write_ = false;
      return size_t{0};
    case SSL_ERROR_WANT_WRITE:
      wants_write_ = true;
      return size_t{0};
    case SSL_ERROR_ZERO_RETURN:
      return Error(Reason::kUnreachable, "closed the connection");
    default:
      broken_ = true;
      return Explain(scene_);
  }
}

Result<bool> Session::Impl::Handshake() {
  ERR_clear_error();
  const int outcome = SSL_do_handshake(ssl());
  if (outcome == 1) {
    scene_.pipe.established = true;
    wants_write_ = false;
    return true;
  }
  const Result<size_t> failed = Failed(outcome);
  return failed ? Result<bool>(false) : failed.error();
}

Result<size_t> Session::Impl::Read(std::span<char> into) {
  if (!established()) {
    const Result<bool> over = Handshake();
    if (!over) return over.error();
    if (!*over) return size_t{0};
  }
  ERR_clear_error();
  size_t count = 0;
  const int outcome = SSL_read_ex(ssl(), into.data(), into.size(), &count);
  if (outcome != 1) {
    return Failed(outcome);
  }
  has_more_ = SSL_has_pending(ssl()) == 1;
  return count;
}

Result<size_t> Session::Impl::Write(std::string_view bytes) {
  if (!established()) {
    const Result<bool> over = Handshake();
    if (!over) return over.error();
    if (!*over) return size_t{0};
  }
  ERR_clear_error();
  size_t count = 0;
  const int outcome = SSL_write_ex(ssl(), bytes.data(), bytes.size(), &count);
  if (outcome == 1) {
    wants_write_ = false;
    return count;
  }
  const bool more = has_more_;
  Result<size_t> failed = Failed(outcome);
  has_more_ = more;
  if (!failed && scene_.pipe.error != 0) {
    // A server of TLS 1.3 looks at our certificate after we think that the handshake is over. Its
    // alert may have come before the reset that made this write fail.
    char byte = 0;
    ERR_clear_error();
    (void)SSL_peek(ssl(), &byte, 1);
    if (ERR_peek_error() != 0) return Explain(scene_);
  }
  return failed;
}

bool Session::Impl::ended_properly() const {
  return (SSL_get_shutdown(ssl()) & SSL_RECEIVED_SHUTDOWN) != 0;
}

Session::Session(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {
}

Session::~Session() = default;

Result<bool> Session::Handshake() {
  return impl_->Handshake();
}

Result<size_t> Session::Read(std::span<char> into) {
  return impl_->Read(into);
}

Result<size_t> Session::Write(std::string_view bytes) {
  return impl_->Write(bytes);
}

bool Session::wants_write() const {
  return impl_->wants_write();
}

bool Session::established() const {
  return impl_->established();
}

bool Session::has_more() const {
  return impl_->has_more();
}

bool Session::ended_properly() const {
  return impl_->ended_properly();
}

PeerInfo Session::Peer() const {
  SSL* ssl = impl_->ssl();
  PeerInfo info{.version = SSL_get_version(ssl), .cipher = SSL_get_cipher_name(ssl)};
  if (X509* own = SSL_get0_peer_certificate(ssl)) {
    info.chain.push_back(Describe(own));
  }
  // A client's chain begins with the peer's own certificate, a server's does not.
  const STACK_OF(X509)* rest = SSL_get_peer_cert_chain(ssl);
  const int count = rest == nullptr ? 0 : sk_X509_num(rest);
  for (int i = SSL_is_server(ssl) == 1 ? 0 : 1; i < count; ++i) {
    info.chain.push_back(Describe(sk_X509_value(rest, i)));
  }
  return info;
}

}  // namespace klaxon::tls
