#include "agent/http/web_tls.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <span>

#include <fmt/format.h>

#include "agent/base/text.h"
#include "agent/tls/bytes.h"

namespace klaxon::http {
namespace {

using config::Named;
using config::YamlMap;
using tls::ClientAuth;

// What tls.CipherSuites() lists, https://pkg.go.dev/crypto/tls#CipherSuites; these are IANA's
// names.
constexpr std::array<std::string_view, 13> kSuites{"TLS_AES_128_GCM_SHA256",
                                                   "TLS_AES_256_GCM_SHA384",
                                                   "TLS_CHACHA20_POLY1305_SHA256",
                                                   "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
                                                   "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
                                                   "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
                                                   "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
                                                   "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
                                                   "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
                                                   "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                                                   "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
                                                   "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
                                                   "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"};

// Go's names and OpenSSL's, in the same order.
constexpr std::array<std::string_view, 4> kCurves{"CurveP256", "CurveP384", "CurveP521", "X25519"};
constexpr std::array<std::string_view, 4> kGroups{"P-256", "P-384", "P-521", "X25519"};

constexpr std::array<Named<ClientAuth>, 6> kClientAuth{
    {{"NoClientCert", ClientAuth::kNone},
     {"RequestClientCert", ClientAuth::kRequest},
     {"RequireAnyClientCert", ClientAuth::kRequireAny},
     {"RequireClientCert", ClientAuth::kRequireAny},  // an older name of it
     {"VerifyClientCertIfGiven", ClientAuth::kVerifyIfGiven},
     {"RequireAndVerifyClientCert", ClientAuth::kRequireAndVerify}}};

constexpr std::array<std::string_view, 4> kVersions{"TLS10", "TLS11", "TLS12", "TLS13"};

/// The names under `key`; those that are not known are complained about and left out.
std::vector<std::string> ReadNames(YamlMap& yaml, std::string_view key,
                                   std::span<const std::string_view> known) {
  std::vector<std::string> names = yaml.StringList(key);
  std::erase_if(names, [&](const std::string& name) {
    if (std::ranges::find(known, name) != known.end()) return false;
    const std::string_view nearest = Nearest(name, known);
    yaml.Complain(
        key, fmt::format("\"{}\" is not known{}", Printable(name, 80),
                         nearest.empty() ? "" : fmt::format("; did you mean \"{}\"?", nearest)));
    return true;
  });
  return names;
}

/// `key` (written out) or `key_file`. The file has to be readable.
tls::Store ReadStore(YamlMap& yaml, const std::string& key, std::string_view folder) {
  const std::string file_key = key + "_file";
  tls::Store store;
  store.pem = Secret(yaml.OptionalString(key).value_or(""));
  const std::string file = yaml.OptionalString(file_key).value_or("");
  if (file.empty()) {
    return store;
  }
  store.pem = Secret();  // exporters take the file if both are given
  store.location = (std::filesystem::path(folder) / file).string();
  if (const Result<std::string> content = tls::BytesOf(store); !content) {
    yaml.Complain(file_key, content.error().message());
  }
  return store;
}

void ReadVersions(YamlMap& yaml, tls::ServerOptions& options, std::vector<std::string>& remarks) {
  constexpr size_t kOldestSpoken = 2;
  const size_t least = yaml.Choice("min_version", kOldestSpoken, kVersions);
  const size_t most = yaml.Choice("max_version", kVersions.size() - 1, kVersions);
  if (least < kOldestSpoken) {
    remarks.emplace_back(
        "min_version is older than TLS 1.2, which is broken (RFC 8996): TLS 1.2 it is");
  }
  if (most < kOldestSpoken) {
    yaml.Complain("max_version", "nothing older than TLS 1.2 is spoken (RFC 8996)");
  } else if (most < least) {
    yaml.Complain("max_version", "is older than min_version");
  }
  options.min_version = least > kOldestSpoken ? tls::Version::kTls13 : tls::Version::kTls12;
  options.max_version = most > kOldestSpoken ? tls::Version::kTls13 : tls::Version::kTls12;
}

void ReadCiphers(YamlMap& yaml, bool http2, tls::ServerOptions& options) {
  options.cipher_suites = ReadNames(yaml, "cipher_suites", kSuites);
  options.prefer_own_ciphers = yaml.Bool("prefer_server_cipher_suites", true);
  for (const std::string& curve : ReadNames(yaml, "curve_preferences", kCurves)) {
    const auto place = std::ranges::find(kCurves, curve) - kCurves.begin();
    options.groups.emplace_back(kGroups.at(static_cast<size_t>(place)));
  }
  const std::vector<std::string>& suites = options.cipher_suites;
  if (suites.empty() || options.min_version == tls::Version::kTls13) return;
  // RFC 9113 section 9.2.2; Go's server refuses to start without one of these.
  const bool fit = std::ranges::any_of(suites, [](const std::string& suite) {
    return suite == "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256" ||
           suite == "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256";
  });
  if (http2 && !fit) {
    yaml.Complain(
        "cipher_suites",
        "exporters refuse this list for HTTP/2: add TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,"
        " or write http2: false under http_server_config");
    return;
  }
  const bool for_1_2 = std::ranges::any_of(
      suites, [](const std::string& suite) { return suite.find("_WITH_") != std::string::npos; });
  if (for_1_2) return;
  options.min_version = tls::Version::kTls13;
  if (options.max_version == tls::Version::kTls12) {
    yaml.Complain("cipher_suites", "has none for TLS 1.2, and max_version allows no other");
  }
}

void ReadClients(YamlMap& yaml, std::string_view folder, WebTls& web_tls) {
  tls::ServerOptions& options = web_tls.options;
  options.client_trust = ReadStore(yaml, "client_ca", folder);
  options.client_auth = yaml.Enum<ClientAuth>("client_auth_type", ClientAuth::kNone, kClientAuth);
  web_tls.client_names = yaml.StringList("client_allowed_sans");
  if (!options.client_trust.empty() && options.client_auth == ClientAuth::kNone) {
    yaml.Complain(options.client_trust.location.empty() ? "client_ca" : "client_ca_file",
                  "clients' authorities are given, but client_auth_type does not ask clients for a "
                  "certificate; RequireAndVerifyClientCert does");
  }
  // A client that need not show a certificate could not be held to its names.
  if (!web_tls.client_names.empty() && options.client_auth != ClientAuth::kRequireAny &&
      options.client_auth != ClientAuth::kRequireAndVerify) {
    yaml.Complain("client_allowed_sans",
                  "needs client_auth_type: RequireAndVerifyClientCert (or RequireAnyClientCert)");
  }
}

}  // namespace

WebTls ReadWebTls(YamlMap& yaml, std::string_view folder, bool http2,
                  std::vector<std::string>& remarks) {
  WebTls web_tls;
  tls::ServerOptions& options = web_tls.options;
  options.certificate = ReadStore(yaml, "cert", folder);
  options.key = ReadStore(yaml, "key", folder);
  ReadClients(yaml, folder, web_tls);
  ReadVersions(yaml, options, remarks);
  ReadCiphers(yaml, http2, options);
  web_tls.enabled = !options.certificate.empty() || !options.key.empty() ||
                    !options.client_trust.empty() || yaml.Has("client_auth_type");
  if (!web_tls.enabled) {
    remarks.emplace_back("tls_server_config names no certificate: answers are plain HTTP");
    return web_tls;
  }
  if (options.certificate.empty()) {
    yaml.Complain("cert_file", "TLS needs a certificate: give cert_file (or cert)");
  }
  if (options.key.empty()) {
    yaml.Complain("key_file", "TLS needs the certificate's key: give key_file (or key)");
  }
  if (options.client_auth == ClientAuth::kRequireAndVerify && options.client_trust.empty()) {
    remarks.emplace_back(
        "clients must show a certificate, and client_ca_file is not given: only those of public "
        "authorities are let in");
  }
  return web_tls;
}

}  // namespace klaxon::http
