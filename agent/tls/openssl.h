#pragma once

// OpenSSL's objects with owners: for .cc files of this folder only.

#include <memory>
#include <string>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace klaxon::tls {

struct Freer {
  void operator()(BIO* bio) const { BIO_free_all(bio); }

  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }

  void operator()(PKCS12* store) const { PKCS12_free(store); }

  void operator()(SSL* ssl) const { SSL_free(ssl); }

  void operator()(X509* certificate) const { X509_free(certificate); }

  void operator()(STACK_OF(X509) * certificates) const {
    sk_X509_pop_free(certificates, X509_free);
  }

  void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
};

template <class Object>
using Owned = std::unique_ptr<Object, Freer>;

/// Shared by the keeper and the sessions made from it.
using Context = std::shared_ptr<SSL_CTX>;

/// The words of the last error of this thread, which are then forgotten; "unknown error" without
/// one.
std::string TakeError();

}  // namespace klaxon::tls
