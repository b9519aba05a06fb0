#include "agent/tls/make_context.h"

#include <openssl/err.h>

#include "agent/tls/material.h"

namespace klaxon::tls {

namespace {

int Number(Version version) {
  return version == Version::kTls13 ? TLS1_3_VERSION : TLS1_2_VERSION;
}

}  // namespace

Result<Context> MakeContext(const SSL_METHOD* method, Version min_version) {
  ERR_clear_error();
  Context context(SSL_CTX_new(method), SSL_CTX_free);
  if (!context) {
    return Error(Reason::kInternal, "OpenSSL: " + TakeError());
  }
  SSL_CTX_set_min_proto_version(context.get(), Number(min_version));
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                      SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  return context;
}

Result<void> UseIdentity(SSL_CTX& context, const Store& certificate, const Store& key) {
  const Result<Identity> identity = ReadIdentity(certificate, key);
  if (!identity) {
    return identity.error();
  }
  bool good = SSL_CTX_use_certificate(&context, identity->certificate.get()) == 1 &&
              SSL_CTX_use_PrivateKey(&context, identity->key.get()) == 1;
  for (const Owned<X509>& each : identity->chain) {
    good = good && SSL_CTX_add1_chain_cert(&context, each.get()) == 1;
  }
  if (!good) {
    return Error(Reason::kInvalid, "certificate and key: " + TakeError());
  }
  return {};
}

Result<void> UseTrust(SSL_CTX& context, const Store& trust) {
  if (trust.empty()) {
    if (SSL_CTX_set_default_verify_paths(&context) != 1) {
      return Error(Reason::kInvalid, "the system's trusted certificates: " + TakeError());
    }
    return {};
  }
  const auto certificates = ReadTrust(trust);
  if (!certificates) {
    return certificates.error();
  }
  X509_STORE* store = SSL_CTX_get_cert_store(&context);
  for (const Owned<X509>& each : *certificates) {
    X509_STORE_add_cert(store, each.get());
  }
  // As Java does: what is in the store is trusted, whoever signed it.
  X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
  ERR_clear_error();
  return {};
}

Result<void> UseCiphers(SSL_CTX& context, const std::string& ciphers) {
  if (!ciphers.empty() && SSL_CTX_set_cipher_list(&context, ciphers.c_str()) != 1) {
    ERR_clear_error();
    return Error(Reason::kInvalid, "no cipher suite is known in \"" + ciphers + "\"");
  }
  return {};
}

}  // namespace klaxon::tls
