#include "agent/tls/server_context.h"

#include <cstdlib>

#include <openssl/err.h>

#include "agent/tls/context_keeper.h"
#include "agent/tls/make_context.h"
#include "agent/tls/session_impl.h"

namespace klaxon::tls {

namespace {

bool Verifies(ClientAuth auth) {
  return auth == ClientAuth::kVerifyIfGiven || auth == ClientAuth::kRequireAndVerify;
}

int Mode(ClientAuth auth) {
  switch (auth) {
    case ClientAuth::kNone:
      return SSL_VERIFY_NONE;
    case ClientAuth::kRequest:
    case ClientAuth::kVerifyIfGiven:
      return SSL_VERIFY_PEER;
    case ClientAuth::kRequireAny:
    case ClientAuth::kRequireAndVerify:
      return SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
  }
  std::abort();
}

int TakeAny(int /*good*/, X509_STORE_CTX* /*chain*/) {
  return 1;
}

/// IANA's names in OpenSSL's words. Empty: none of TLS 1.2 was named.
Result<std::string> CipherList(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) {
    const std::string known = OPENSSL_cipher_name(name.c_str());
    if (known == "(NONE)") {
      return Error(Reason::kInvalid, "\"" + name + "\" is not a cipher suite that is known here");
    }
    if (!known.starts_with("TLS_")) {  // those of TLS 1.3 keep IANA's name in OpenSSL
      list += (list.empty() ? "" : ":") + known;
    }
  }
  return list;
}

Result<void> UseGroups(SSL_CTX& context, const std::vector<std::string>& groups) {
  std::string list;
  for (const std::string& group : groups) {
    list += (list.empty() ? "" : ":") + group;
  }
  if (!list.empty() && SSL_CTX_set1_groups_list(&context, list.c_str()) != 1) {
    ERR_clear_error();
    return Error(Reason::kInvalid, "an unknown curve in \"" + list + "\"");
  }
  return {};
}

Result<void> AskForClients(SSL_CTX& context, const ServerOptions& options) {
  SSL_CTX_set_verify(&context, Mode(options.client_auth),
                     Verifies(options.client_auth) ? nullptr : TakeAny);
  return Verifies(options.client_auth) ? UseTrust(context, options.client_trust) : Result<void>();
}

Result<Context> Build(const ServerOptions& options) {
  Result<Context> made = MakeContext(TLS_server_method(), options.min_version);
  if (!made) {
    return made;
  }
  SSL_CTX& context = **made;
  if (options.max_version == Version::kTls12) {
    SSL_CTX_set_max_proto_version(&context, TLS1_2_VERSION);
  }
  SSL_CTX_set_options(&context, SSL_OP_NO_TICKET);
  SSL_CTX_set_num_tickets(&context, 0);
  if (options.prefer_own_ciphers) {
    SSL_CTX_set_options(&context, SSL_OP_CIPHER_SERVER_PREFERENCE);
  }
  const Result<std::string> ciphers = CipherList(options.cipher_suites);
  Result<void> good = ciphers ? UseCiphers(context, *ciphers) : ciphers.error();
  if (good) good = UseGroups(context, options.groups);
  if (good) good = UseIdentity(context, options.certificate, options.key);
  if (good) good = AskForClients(context, options);
  if (!good) {
    return good.error();
  }
  return made;
}

std::vector<std::string> FilesOf(const ServerOptions& options) {
  std::vector<std::string> files;
  AddFile(options.certificate, files);
  AddFile(options.key, files);
  AddFile(options.client_trust, files);
  return files;
}

}  // namespace

class ServerContext::Impl {
 public:
  Impl(ServerOptions options, std::string subject)
      : options_(std::move(options)),
        keeper_(std::move(subject), FilesOf(options_), [this] { return Build(options_); }) {}

  ContextKeeper& keeper() { return keeper_; }

 private:
  const ServerOptions options_;
  ContextKeeper keeper_;
};

ServerContext::ServerContext(ServerOptions options, std::string subject)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(subject))) {
}

ServerContext::~ServerContext() = default;

Result<void> ServerContext::Check() {
  const Result<Context> context = impl_->keeper().Current();
  return context ? Result<void>() : context.error();
}

Result<std::unique_ptr<Session>> ServerContext::Accept(int socket) {
  Result<Context> context = impl_->keeper().Current();
  if (!context) {
    return context.error();
  }
  return std::make_unique<Session>(
      std::make_unique<Session::Impl>(std::move(*context), socket, Scene{.client = false}));
}

std::optional<Error> ServerContext::trouble() const {
  return impl_->keeper().trouble();
}

}  // namespace klaxon::tls
