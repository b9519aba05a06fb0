#include "agent/tls/material.h"

#include <algorithm>
#include <string_view>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "agent/tls/bytes.h"

namespace klaxon::tls {

namespace {

using Certificates = std::vector<Owned<X509>>;

/// A PKCS#12 store, taken apart.
struct Package {
  Owned<EVP_PKEY> key{};
  Owned<X509> certificate{};  ///< the one that `key` belongs to
  Certificates others{};
};

Error Wrong(const Store& store, std::string_view why) {
  return {Reason::kInvalid, TitleOf(store) + ": " + std::string(why)};
}

Owned<BIO> Reader(std::string_view bytes) {
  return Owned<BIO>(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

/// Answers OpenSSL's question for the password of a key; without one it would ask the terminal.
int GivePassword(char* into, int size, int /*writing*/, void* store) {
  const std::string& password = static_cast<const Store*>(store)->password.Reveal();
  if (password.empty() || password.size() > static_cast<size_t>(size)) {
    return -1;
  }
  std::copy(password.begin(), password.end(), into);
  return static_cast<int>(password.size());
}

Certificates CertificatesOfPem(std::string_view bytes) {
  const Owned<BIO> in = Reader(bytes);
  Certificates certificates;
  while (X509* certificate = PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr)) {
    certificates.emplace_back(certificate);
  }
  return certificates;
}

/// The PEM reader stops at a damaged certificate as it does at the end.
bool EndedWell() {
  const unsigned long code = ERR_peek_last_error();
  const bool well = code == 0 || ERR_GET_REASON(code) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  return well;
}

/// PKCS12_parse with a password that was tried before: an empty one may be none at all.
Result<Package> Unpack(const Store& store, std::string_view bytes) {
  const Owned<BIO> in = Reader(bytes);
  const Owned<PKCS12> packed(d2i_PKCS12_bio(in.get(), nullptr));
  if (!packed) {
    ERR_clear_error();
    return Wrong(store, "neither PEM nor PKCS#12");
  }
  const std::string& password = store.password.Reveal();
  EVP_PKEY* key = nullptr;
  X509* certificate = nullptr;
  STACK_OF(X509)* others = nullptr;
  if (PKCS12_parse(packed.get(), password.c_str(), &key, &certificate, &others) != 1) {
    const bool locked = PKCS12_verify_mac(packed.get(), password.c_str(), -1) != 1;
    const std::string why = TakeError();
    if (locked) {
      return Wrong(store, password.empty() ? "it has a password, and none is given"
                                           : "the password does not open it");
    }
    return Wrong(store, why + "; if it is encrypted in an old way (RC2, 3DES), export it again");
  }
  ERR_clear_error();
  Package package{.key = Owned<EVP_PKEY>(key), .certificate = Owned<X509>(certificate)};
  const Owned<STACK_OF(X509)> rest(others);
  for (int i = 0; rest && i < sk_X509_num(rest.get()); ++i) {
    X509* other = sk_X509_value(rest.get(), i);
    X509_up_ref(other);
    package.others.emplace_back(other);
  }
  return package;
}

Result<Identity> IdentityOfPem(const Store& store, std::string_view bytes) {
  Certificates certificates = CertificatesOfPem(bytes);
  if (!EndedWell()) {
    return Wrong(store, "a damaged certificate");
  }
  if (certificates.empty()) {
    return Wrong(store, "no certificate in it");
  }
  Identity identity{.certificate = std::move(certificates.front())};
  identity.chain.assign(std::make_move_iterator(certificates.begin() + 1),
                        std::make_move_iterator(certificates.end()));
  return identity;
}

Result<Identity> IdentityOf(const Store& store, std::string_view bytes, Format format) {
  if (format == Format::kPem) {
    return IdentityOfPem(store, bytes);
  }
  Result<Package> package = Unpack(store, bytes);
  if (!package) {
    return package.error();
  }
  if (!package->certificate) {
    return Wrong(store, "no certificate with a key in it");
  }
  Identity identity{.certificate = std::move(package->certificate),
                    .chain = std::move(package->others),
                    .key = std::move(package->key)};
  return identity;
}

Result<Owned<EVP_PKEY>> KeyOf(const Store& store, std::string_view bytes, Format format) {
  if (format != Format::kPem) {
    Result<Package> package = Unpack(store, bytes);
    if (!package) return package.error();
    if (!package->key) return Wrong(store, "no key in it");
    return std::move(package->key);
  }
  const Owned<BIO> in = Reader(bytes);
  Store unlocked = store;
  Owned<EVP_PKEY> key(PEM_read_bio_PrivateKey(in.get(), nullptr, GivePassword, &unlocked));
  if (key) {
    ERR_clear_error();
    return key;
  }
  const bool none = bytes.find("PRIVATE KEY-----") == std::string_view::npos;
  const bool encrypted = bytes.find("ENCRYPTED") != std::string_view::npos;
  const std::string why = TakeError();
  if (none) return Wrong(store, "no private key in it");
  if (!encrypted) return Wrong(store, "a damaged private key (" + why + ")");
  return Wrong(store, store.password.empty() ? "the private key has a password, and none is given"
                                             : "the password does not open the private key");
}

Result<std::pair<std::string, Format>> Open(const Store& store) {
  Result<std::string> bytes = BytesOf(store);
  if (!bytes) {
    return bytes.error();
  }
  const Format format = FormatOf(*bytes);
  if (format == Format::kJavaKeyStore) {
    return JavaKeyStoreError(store);
  }
  if (format == Format::kUnknown) {
    return Wrong(store, bytes->empty() ? "it is empty" : "neither PEM nor PKCS#12");
  }
  return std::pair(std::move(*bytes), format);
}

/// The key out of `key` or, if that is empty, out of `certificate`.
Result<Owned<EVP_PKEY>> ReadKey(const Store& certificate, const Store& key) {
  Store holder = key.empty() ? certificate : key;
  if (holder.password.empty()) {  // there may be one password for both
    holder.password = key.empty() ? key.password : certificate.password;
  }
  const auto opened = Open(holder);
  if (!opened) return opened.error();
  return KeyOf(holder, opened->first, opened->second);
}

}  // namespace

Result<std::vector<Owned<X509>>> ReadTrust(const Store& store) {
  const auto opened = Open(store);
  if (!opened) {
    return opened.error();
  }
  const auto& [bytes, format] = *opened;
  Certificates certificates;
  if (format == Format::kPem) {
    certificates = CertificatesOfPem(bytes);
    if (!EndedWell()) {
      return Wrong(store, "a damaged certificate");
    }
  } else {
    Result<Package> package = Unpack(store, bytes);
    if (!package) {
      return package.error();
    }
    certificates = std::move(package->others);
    if (package->certificate) {
      certificates.push_back(std::move(package->certificate));
    }
  }
  if (certificates.empty()) {
    return Wrong(store, "no certificate in it");
  }
  return certificates;
}

Result<Identity> ReadIdentity(const Store& certificate, const Store& key) {
  const auto opened = Open(certificate);
  if (!opened) {
    return opened.error();
  }
  const auto& [bytes, format] = *opened;
  Result<Identity> identity = IdentityOf(certificate, bytes, format);
  if (!identity) {
    return identity.error();
  }
  if (!key.empty() || !identity->key) {
    auto found = ReadKey(certificate, key);
    if (!found) return found.error();
    identity->key = std::move(*found);
  }
  if (X509_check_private_key(identity->certificate.get(), identity->key.get()) != 1) {
    ERR_clear_error();
    return Wrong(certificate, "the private key belongs to another certificate");
  }
  return identity;
}

}  // namespace klaxon::tls
