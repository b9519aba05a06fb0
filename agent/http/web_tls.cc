#include "agent/http/web_tls.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <span>

#include <fmt/format.h>

#include "agent/base/text.h"
#include "agent/config/read_file.h"

namespace klaxon::http {
namespace {

using config::Named;
using config::YamlMap;

constexpr size_t kLongestFile = size_t{1} << 20U;

/// A name of Go's crypto/tls and OpenSSL's for the same thing.
struct Alias {
  std::string_view go{};
  std::string_view openssl{};  ///< empty: a suite of TLS 1.3, which Go does not let be chosen
};

// What tls.CipherSuites() lists, https://pkg.go.dev/crypto/tls#CipherSuites.
constexpr std::array<Alias, 13> kSuites{{
    {"TLS_AES_128_GCM_SHA256", ""},
    {"TLS_AES_256_GCM_SHA384", ""},
    {"TLS_CHACHA20_POLY1305_SHA256", ""},
    {"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", "ECDHE-ECDSA-AES128-SHA"},
    {"TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", "ECDHE-ECDSA-AES256-SHA"},
    {"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "ECDHE-RSA-AES128-SHA"},
    {"TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", "ECDHE-RSA-AES256-SHA"},
    {"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256"},
    {"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "ECDHE-ECDSA-AES256-GCM-SHA384"},
    {"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "ECDHE-RSA-AES128-GCM-SHA256"},
    {"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "ECDHE-RSA-AES256-GCM-SHA384"},
    {"TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-RSA-CHACHA20-POLY1305"},
    {"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305"},
}};

constexpr std::array<Alias, 4> kCurves{
    {{"CurveP256", "P-256"}, {"CurveP384", "P-384"}, {"CurveP521", "P-521"}, {"X25519", "X25519"}}};

constexpr std::array<Named<ClientAuth>, 6> kClientAuth{
    {{"NoClientCert", ClientAuth::kNone},
     {"RequestClientCert", ClientAuth::kRequest},
     {"RequireAnyClientCert", ClientAuth::kRequireAny},
     {"RequireClientCert", ClientAuth::kRequireAny},  // an older name of it
     {"VerifyClientCertIfGiven", ClientAuth::kVerifyIfGiven},
     {"RequireAndVerifyClientCert", ClientAuth::kRequireAndVerify}}};

constexpr std::array<std::string_view, 4> kVersions{"TLS10", "TLS11", "TLS12", "TLS13"};

/// OpenSSL's list for the names under `key`; names that are none are complained about.
std::string Translate(YamlMap& yaml, std::string_view key, std::span<const Alias> aliases,
                      const std::vector<std::string>& names) {
  std::vector<std::string_view> known;
  for (const Alias& alias : aliases) {
    known.push_back(alias.go);
  }
  std::string list;
  for (const std::string& name : names) {
    const auto found = std::ranges::find(aliases, std::string_view(name), &Alias::go);
    if (found == aliases.end()) {
      const std::string_view nearest = Nearest(name, known);
      yaml.Complain(
          key, fmt::format("\"{}\" is not known{}", Printable(name, 80),
                           nearest.empty() ? "" : fmt::format("; did you mean \"{}\"?", nearest)));
    } else if (!found->openssl.empty()) {
      list += list.empty() ? "" : ":";
      list += found->openssl;
    }
  }
  return list;
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
  if (const Result<std::string> content = config::ReadFile(store.location, kLongestFile);
      !content) {
    yaml.Complain(file_key, fmt::format("the file {}", content.error().message()));
  }
  return store;
}

void ReadVersions(YamlMap& yaml, WebTls& web_tls, std::vector<std::string>& remarks) {
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
  web_tls.min_version = least > kOldestSpoken ? tls::Version::kTls13 : tls::Version::kTls12;
  web_tls.max_version = most > kOldestSpoken ? tls::Version::kTls13 : tls::Version::kTls12;
}

void ReadCiphers(YamlMap& yaml, bool http2, WebTls& web_tls) {
  const std::vector<std::string> suites = yaml.StringList("cipher_suites");
  web_tls.cipher_suites = Translate(yaml, "cipher_suites", kSuites, suites);
  web_tls.prefer_our_ciphers = yaml.Bool("prefer_server_cipher_suites", true);
  web_tls.groups =
      Translate(yaml, "curve_preferences", kCurves, yaml.StringList("curve_preferences"));
  if (suites.empty() || web_tls.min_version == tls::Version::kTls13) {
    return;
  }
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
  } else if (web_tls.cipher_suites.empty()) {  // only suites of TLS 1.3
    web_tls.min_version = tls::Version::kTls13;
    if (web_tls.max_version == tls::Version::kTls12) {
      yaml.Complain("cipher_suites", "has none for TLS 1.2, and max_version allows no other");
    }
  }
}

void ReadClients(YamlMap& yaml, std::string_view folder, WebTls& web_tls) {
  web_tls.client_ca = ReadStore(yaml, "client_ca", folder);
  web_tls.client_auth = yaml.Enum<ClientAuth>("client_auth_type", ClientAuth::kNone, kClientAuth);
  web_tls.client_sans = yaml.StringList("client_allowed_sans");
  if (!web_tls.client_ca.empty() && web_tls.client_auth == ClientAuth::kNone) {
    yaml.Complain(web_tls.client_ca.location.empty() ? "client_ca" : "client_ca_file",
                  "clients' authorities are given, but client_auth_type does not ask clients for a "
                  "certificate; RequireAndVerifyClientCert does");
  }
  // A client that need not show a certificate could not be held to its names.
  if (!web_tls.client_sans.empty() && web_tls.client_auth != ClientAuth::kRequireAny &&
      web_tls.client_auth != ClientAuth::kRequireAndVerify) {
    yaml.Complain("client_allowed_sans",
                  "needs client_auth_type: RequireAndVerifyClientCert (or RequireAnyClientCert)");
  }
}

}  // namespace

WebTls ReadWebTls(YamlMap& yaml, std::string_view folder, bool http2,
                  std::vector<std::string>& remarks) {
  WebTls web_tls;
  web_tls.certificate = ReadStore(yaml, "cert", folder);
  web_tls.key = ReadStore(yaml, "key", folder);
  ReadClients(yaml, folder, web_tls);
  ReadVersions(yaml, web_tls, remarks);
  ReadCiphers(yaml, http2, web_tls);
  web_tls.enabled = !web_tls.certificate.empty() || !web_tls.key.empty() ||
                    !web_tls.client_ca.empty() || yaml.Has("client_auth_type");
  if (!web_tls.enabled) {
    remarks.emplace_back("tls_server_config names no certificate: answers are plain HTTP");
    return web_tls;
  }
  if (web_tls.certificate.empty()) {
    yaml.Complain("cert_file", "TLS needs a certificate: give cert_file (or cert)");
  }
  if (web_tls.key.empty()) {
    yaml.Complain("key_file", "TLS needs the certificate's key: give key_file (or key)");
  }
  if (web_tls.client_auth == ClientAuth::kRequireAndVerify && web_tls.client_ca.empty()) {
    remarks.emplace_back(
        "clients must show a certificate, and client_ca_file is not given: only those of public "
        "authorities are let in");
  }
  return web_tls;
}

}  // namespace klaxon::http
