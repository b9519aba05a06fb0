#include "tests/support/certificates.h"

#include <cstdlib>
#include <fstream>
#include <memory>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

namespace klaxon::testing {

namespace {

struct Freer {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }

  void operator()(X509* certificate) const { X509_free(certificate); }

  void operator()(BIO* bio) const { BIO_free_all(bio); }

  void operator()(PKCS12* store) const { PKCS12_free(store); }

  void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }

  void operator()(STACK_OF(X509) * stack) const { sk_X509_pop_free(stack, X509_free); }
};

template <class Object>
using Owned = std::unique_ptr<Object, Freer>;

void Need(bool good) {
  if (!good) std::abort();
}

Owned<BIO> Reader(const std::string& text) {
  return Owned<BIO>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string Text(BIO* bio) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(bio, &bytes);
  return {bytes, static_cast<size_t>(size)};
}

std::string ToPem(X509* certificate) {
  const Owned<BIO> out(BIO_new(BIO_s_mem()));
  Need(PEM_write_bio_X509(out.get(), certificate) == 1);
  return Text(out.get());
}

std::string ToPem(EVP_PKEY* key) {
  const Owned<BIO> out(BIO_new(BIO_s_mem()));
  Need(PEM_write_bio_PKCS8PrivateKey(out.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
  return Text(out.get());
}

Owned<X509> CertificateOf(const std::string& pem) {
  return Owned<X509>(PEM_read_bio_X509(Reader(pem).get(), nullptr, nullptr, nullptr));
}

Owned<EVP_PKEY> KeyOf(const std::string& pem) {
  return Owned<EVP_PKEY>(PEM_read_bio_PrivateKey(Reader(pem).get(), nullptr, nullptr, nullptr));
}

void Extend(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context{};
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Owned<X509_EXTENSION> made(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  Need(made && X509_add_ext(certificate, made.get(), -1) == 1);
}

std::string AlternativeNames(const std::vector<std::string>& hosts) {
  std::string names;
  for (const std::string& host : hosts) {
    const bool address = host.find_first_not_of("0123456789.") == std::string::npos ||
                         host.find(':') != std::string::npos;
    names += (names.empty() ? "" : ",") + std::string(address ? "IP:" : "DNS:") + host;
  }
  return names;
}

/// Signed by `issuer`, or by itself when that is null.
IssuedCertificate Make(const CertificateWish& wish, bool authority,
                       const IssuedCertificate* issuer) {
  const Owned<EVP_PKEY> key(wish.rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256"));
  const Owned<X509> made(X509_new());
  Need(key && made && X509_set_version(made.get(), 2) == 1);
  uint64_t serial = 0;
  Need(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof(serial)) == 1);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(made.get()), serial >> 1U);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), wish.from_hours * 3600);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), wish.till_hours * 3600);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(wish.name.c_str()), -1, -1, 0);
  const Owned<X509> parent = issuer == nullptr ? nullptr : CertificateOf(issuer->certificate);
  const Owned<EVP_PKEY> signer = issuer == nullptr ? nullptr : KeyOf(issuer->key);
  X509* above = parent ? parent.get() : made.get();
  X509_set_issuer_name(made.get(), X509_get_subject_name(above));
  X509_set_pubkey(made.get(), key.get());
  Extend(made.get(), above, NID_basic_constraints, authority ? "critical,CA:TRUE" : "CA:FALSE");
  Extend(made.get(), above, NID_subject_key_identifier, "hash");
  if (issuer != nullptr) {
    Extend(made.get(), above, NID_authority_key_identifier, "keyid");
  }
  if (!wish.hosts.empty()) {
    Extend(made.get(), above, NID_subject_alt_name, AlternativeNames(wish.hosts));
  }
  Need(X509_sign(made.get(), signer ? signer.get() : key.get(), EVP_sha256()) > 0);
  return {.certificate = ToPem(made.get()), .key = ToPem(key.get())};
}

}  // namespace

CertificateAuthority::CertificateAuthority(const std::string& name)
    : self_(Make({.name = name, .hosts = {}}, true, nullptr)) {
}

IssuedCertificate CertificateAuthority::Issue(const CertificateWish& wish) const {
  return Make(wish, false, &self_);
}

CertificateAuthority CertificateAuthority::IssueAuthority(const std::string& name,
                                                          long till_hours) const {
  return CertificateAuthority(
      Make({.name = name, .hosts = {}, .from_hours = -48, .till_hours = till_hours}, true, &self_));
}

IssuedCertificate SelfSigned(const CertificateWish& wish) {
  return Make(wish, false, nullptr);
}

std::string Pkcs12(const std::string& certificates_pem, const std::string& key_pem,
                   const std::string& password) {
  const Owned<BIO> in = Reader(certificates_pem);
  const Owned<STACK_OF(X509)> rest(sk_X509_new_null());
  Owned<X509> own;
  while (X509* next = PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr)) {
    if (!own && !key_pem.empty()) {
      own.reset(next);
    } else {
      sk_X509_push(rest.get(), next);
    }
  }
  const Owned<EVP_PKEY> key = key_pem.empty() ? nullptr : KeyOf(key_pem);
  const Owned<PKCS12> packed(
      PKCS12_create(password.c_str(), "test", key.get(), own.get(), rest.get(), 0, 0, 0, 0, 0));
  const Owned<BIO> out(BIO_new(BIO_s_mem()));
  Need(packed && i2d_PKCS12_bio(out.get(), packed.get()) == 1);
  return Text(out.get());
}

std::string EncryptKey(const std::string& key_pem, const std::string& password) {
  const Owned<BIO> out(BIO_new(BIO_s_mem()));
  Need(PEM_write_bio_PKCS8PrivateKey(out.get(), KeyOf(key_pem).get(), EVP_aes_256_cbc(),
                                     password.data(), static_cast<int>(password.size()), nullptr,
                                     nullptr) == 1);
  return Text(out.get());
}

ScratchFolder::ScratchFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "klaxon-test-XXXXXX").string();
  Need(mkdtemp(pattern.data()) != nullptr);
  path_ = pattern;
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string ScratchFolder::Write(const std::string& name, std::string_view bytes) const {
  const std::string path = Path(name);
  {
    std::ofstream file(path + ".new", std::ios::binary);
    file << bytes;
    Need(static_cast<bool>(file));
  }
  std::filesystem::rename(path + ".new", path);
  return path;
}

}  // namespace klaxon::testing
