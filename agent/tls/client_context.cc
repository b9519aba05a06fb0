#include "agent/tls/client_context.h"

#include <arpa/inet.h>

#include <array>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "agent/tls/context_keeper.h"
#include "agent/tls/make_context.h"
#include "agent/tls/session_impl.h"

namespace klaxon::tls {

namespace {

Result<Context> Build(const ClientOptions& options) {
  Result<Context> made = MakeContext(TLS_client_method(), options.min_version);
  if (!made) {
    return made;
  }
  SSL_CTX& context = **made;
  Result<void> good = UseCiphers(context, options.cipher_suites);
  if (good && !options.certificate.empty()) {
    good = UseIdentity(context, options.certificate, options.key);
  }
  if (good && options.verify) {
    good = UseTrust(context, options.trust);
  }
  if (!good) {
    return good.error();
  }
  SSL_CTX_set_verify(&context, options.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_read_ahead(&context, 1);
  return made;
}

std::vector<std::string> FilesOf(const ClientOptions& options) {
  std::vector<std::string> files;
  AddFile(options.trust, files);
  AddFile(options.certificate, files);
  AddFile(options.key, files);
  return files;
}

bool IsLiteral(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  return inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 ||
         inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
}

/// Whom the certificate must be for, and whom we ask for (SNI, RFC 6066 3: names only).
void SetHost(SSL& ssl, std::string host, bool check) {
  if (host.size() > 1 && host.back() == '.') {
    host.pop_back();  // "kafka.example." is the absolute form of the same name
  }
  const bool literal = IsLiteral(host);
  X509_VERIFY_PARAM* wanted = SSL_get0_param(&ssl);
  if (check && literal) {
    X509_VERIFY_PARAM_set1_ip_asc(wanted, host.c_str());
  } else if (check) {
    X509_VERIFY_PARAM_set_hostflags(wanted, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    X509_VERIFY_PARAM_set1_host(wanted, host.c_str(), host.size());
  }
  if (!literal) {
    (void)SSL_ctrl(&ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, host.data());
  }
}

}  // namespace

class ClientContext::Impl {
 public:
  Impl(ClientOptions options, std::string subject)
      : options_(std::move(options)),
        keeper_(std::move(subject), FilesOf(options_), [this] { return Build(options_); }) {}

  Result<std::unique_ptr<Session>> Connect(int socket, const std::string& host) {
    Result<Context> context = keeper_.Current();
    if (!context) {
      return context.error();
    }
    auto session = std::make_unique<Session::Impl>(std::move(*context), socket,
                                                   Scene{.client = true, .host = host});
    SetHost(*session->ssl(), host, options_.verify && options_.verify_host_name);
    return std::make_unique<Session>(std::move(session));
  }

  ContextKeeper& keeper() { return keeper_; }

 private:
  const ClientOptions options_;
  ContextKeeper keeper_;
};

ClientContext::ClientContext(ClientOptions options, std::string subject)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(subject))) {
}

ClientContext::~ClientContext() = default;

Result<void> ClientContext::Check() {
  const Result<Context> context = impl_->keeper().Current();
  return context ? Result<void>() : context.error();
}

Result<std::unique_ptr<Session>> ClientContext::Connect(int socket, const std::string& host) {
  return impl_->Connect(socket, host);
}

std::optional<Error> ClientContext::trouble() const {
  return impl_->keeper().trouble();
}

}  // namespace klaxon::tls
