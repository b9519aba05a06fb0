#include "agent/kafka/rdkafka_options.h"

#include <memory>
#include <utility>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include "agent/kafka/client_properties.h"
#include "agent/kafka/security_keys.h"
#include "agent/tls/bytes.h"

namespace klaxon::kafka {
namespace {

template <auto kFree>
struct Freeing {
  template <class T>
  void operator()(T* object) const {
    kFree(object);
  }
};

struct FreeingStack {
  void operator()(STACK_OF(X509) * stack) const { sk_X509_pop_free(stack, X509_free); }
};

using Bio = std::unique_ptr<BIO, Freeing<BIO_free_all>>;
using Pkcs12 = std::unique_ptr<PKCS12, Freeing<PKCS12_free>>;
using Certificates = std::unique_ptr<STACK_OF(X509), FreeingStack>;

bool IsPkcs12(const tls::Store& store) {
  return !store.location.empty() && tls::FormatOf(PeekFile(store.location)) == tls::Format::kDer;
}

/// The certificates of a PKCS#12 file, as PEM.
Result<std::string> AuthoritiesIn(const tls::Store& store) {
  const Bio file(BIO_new_file(store.location.c_str(), "rb"));
  const Pkcs12 parsed(file == nullptr ? nullptr : d2i_PKCS12_bio(file.get(), nullptr));
  EVP_PKEY* key = nullptr;
  X509* own = nullptr;
  STACK_OF(X509)* stack = nullptr;
  const bool good = parsed != nullptr && PKCS12_parse(parsed.get(), store.password.Reveal().c_str(),
                                                      &key, &own, &stack) == 1;
  const std::unique_ptr<EVP_PKEY, Freeing<EVP_PKEY_free>> free_key(key);
  const std::unique_ptr<X509, Freeing<X509_free>> free_own(own);
  const Certificates certificates(stack);
  if (!good) {
    ERR_clear_error();  // the next user of this thread's queue must not find it there
    return Error(Reason::kInvalid,
                 store.location + " cannot be read as PKCS#12; is its password right?");
  }
  const Bio text(BIO_new(BIO_s_mem()));
  for (int i = 0; i < sk_X509_num(certificates.get()); ++i) {
    PEM_write_bio_X509(text.get(), sk_X509_value(certificates.get(), i));
  }
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(text.get(), &bytes);
  return std::string(bytes, static_cast<size_t>(size));
}

class List {
 public:
  void Add(std::string key, std::string_view value) {
    if (!value.empty()) {
      options_.push_back({.key = std::move(key), .value = Secret(std::string(value))});
    }
  }

  Result<void> AddTls(const tls::ClientOptions& tls) {
    if (IsPkcs12(tls.trust)) {
      const Result<std::string> pem = AuthoritiesIn(tls.trust);
      if (!pem) {
        return pem.error();
      }
      Add("ssl.ca.pem", *pem);
    } else {
      Add("ssl.ca.location", tls.trust.location);
      Add("ssl.ca.pem", tls.trust.pem.Reveal());
    }
    AddCertificate(tls);
    Add("enable.ssl.certificate.verification", tls.verify ? "true" : "false");
    Add("ssl.endpoint.identification.algorithm", tls.verify_host_name ? "https" : "none");
    Add("ssl.cipher.suites", tls.cipher_suites);
    return {};
  }

  void AddSasl(const SecurityOptions& options) {
    Add("sasl.mechanisms", Name(options.mechanism));
    if (options.mechanism != SaslMechanism::kOAuthBearer) {
      Add("sasl.username", options.username);
      Add("sasl.password", options.password.Reveal());
    }
  }

  std::vector<RdkafkaOption> Take() && { return std::move(options_); }

 private:
  void AddCertificate(const tls::ClientOptions& tls) {
    if (IsPkcs12(tls.certificate)) {
      Add("ssl.keystore.location", tls.certificate.location);
      Add("ssl.keystore.password", tls.certificate.password.Reveal());
      return;
    }
    Add("ssl.certificate.location", tls.certificate.location);
    Add("ssl.certificate.pem", tls.certificate.pem.Reveal());
    const tls::Store& key = tls.key.empty() ? tls.certificate : tls.key;
    Add("ssl.key.location", key.location);
    Add("ssl.key.pem", key.pem.Reveal());
    Add("ssl.key.password", key.password.Reveal());
  }

  std::vector<RdkafkaOption> options_{};
};

}  // namespace

Result<std::vector<RdkafkaOption>> ToRdkafka(const SecurityOptions& options) {
  List list;
  list.Add("security.protocol", Name(options.protocol));
  if (options.UsesTls()) {
    if (Result<void> added = list.AddTls(options.tls); !added) {
      return added.error();
    }
  }
  if (options.UsesSasl()) {
    list.AddSasl(options);
  }
  return std::move(list).Take();
}

}  // namespace klaxon::kafka
