#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace klaxon::testing {

/// A certificate and its key, as PEM.
struct IssuedCertificate {
  std::string certificate{};
  std::string key{};
};

/// What a certificate is to say.
struct CertificateWish {
  std::string name = "broker";  ///< its common name
  std::vector<std::string> hosts{"localhost", "127.0.0.1", "::1"};
  long from_hours = -1;  ///< when it begins, against now
  long till_hours = 24;  ///< when it ends
  bool rsa = false;      ///< a key of RSA, for cipher suites that need one
};

/// An authority that lives as long as the test: keys are made when the test runs (EC P-256).
class CertificateAuthority {
 public:
  explicit CertificateAuthority(const std::string& name = "Test CA");

  const std::string& certificate() const { return self_.certificate; }

  IssuedCertificate Issue(const CertificateWish& wish) const;
  /// An authority below this one.
  CertificateAuthority IssueAuthority(const std::string& name, long till_hours = 24) const;

 private:
  explicit CertificateAuthority(IssuedCertificate self) : self_(std::move(self)) {}

  IssuedCertificate self_;
};

/// One that signed itself and is no authority.
IssuedCertificate SelfSigned(const CertificateWish& wish);

/// PKCS#12 with a password; an empty `key_pem`: certificates only, as a trust store has them.
std::string Pkcs12(const std::string& certificates_pem, const std::string& key_pem,
                   const std::string& password);

/// The key again, encrypted (PKCS#8).
std::string EncryptKey(const std::string& key_pem, const std::string& password);

/// A folder that goes with the test.
class ScratchFolder {
 public:
  ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder();

  /// Writes a file (replacing it at once, as a rotation does) and returns its path.
  std::string Write(const std::string& name, std::string_view bytes) const;

  std::string Path(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace klaxon::testing
