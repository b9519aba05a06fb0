#include "agent/kafka/security_keys.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "agent/base/text.h"

namespace klaxon::kafka {
namespace {

using Options = SecurityOptions;
using Text = std::string;

template <class E>
struct Named {
  std::string_view name{};
  E value{};
};

constexpr std::array<Named<SecurityProtocol>, 4> kProtocols{
    {{"PLAINTEXT", SecurityProtocol::kPlaintext},
     {"SSL", SecurityProtocol::kSsl},
     {"SASL_PLAINTEXT", SecurityProtocol::kSaslPlaintext},
     {"SASL_SSL", SecurityProtocol::kSaslSsl}}};

constexpr std::array<Named<SaslMechanism>, 4> kMechanisms{
    {{"PLAIN", SaslMechanism::kPlain},
     {"SCRAM-SHA-256", SaslMechanism::kScramSha256},
     {"SCRAM-SHA-512", SaslMechanism::kScramSha512},
     {"OAUTHBEARER", SaslMechanism::kOAuthBearer}}};

constexpr std::array<Named<tls::Version>, 2> kVersions{
    {{"TLSv1.2", tls::Version::kTls12}, {"TLSv1.3", tls::Version::kTls13}}};

constexpr std::array<Named<bool>, 2> kBooleans{{{"true", true}, {"false", false}}};

constexpr std::array<Named<bool>, 2> kAlgorithms{{{"https", true}, {"none", false}}};

/// Nothing is made of these: that there is a token endpoint says the same.
constexpr std::array<Named<bool>, 2> kMethods{{{"default", false}, {"oidc", true}}};

char UpperCase(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

/// librdkafka takes names of choices in any case.
bool SameWord(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return UpperCase(x) == UpperCase(y); });
}

template <class E, size_t kCount>
Text Choose(const std::array<Named<E>, kCount>& names, std::string_view value, E& chosen) {
  Text expected;
  for (const Named<E>& named : names) {
    if (SameWord(named.name, Trim(value))) {
      chosen = named.value;
      return "";
    }
    expected += (expected.empty() ? "" : ", ") + Text(named.name);
  }
  return "expected one of " + expected;
}

template <class E, size_t kCount>
std::string_view NameIn(const std::array<Named<E>, kCount>& names, E value) {
  for (const Named<E>& named : names) {
    if (named.value == value) {
      return named.name;
    }
  }
  std::abort();
}

Text PutMechanism(Options& options, const Text& value) {
  const std::string_view name = Trim(value);
  if (SameWord(name, "GSSAPI")) {
    return "Kerberos is not supported; use a listener with SCRAM-SHA-512, OAUTHBEARER or client "
           "certificates";
  }
  if (SameWord(name, "AWS_MSK_IAM")) {
    return "MSK IAM is not supported; switch on SASL/SCRAM or client certificates for the MSK "
           "cluster and use their port";
  }
  return Choose(kMechanisms, name, options.mechanism);
}

Text PutUser(Options& options, const Text& value) {
  options.username = value;
  return value.find('\0') == Text::npos ? "" : "must not hold a NUL character";
}

Text PutPassword(Options& options, const Text& value) {
  options.password = Secret(value);
  return value.find('\0') == Text::npos ? "" : "must not hold a NUL character";
}

bool IsVisible(char c) {
  return c > ' ' && c < 0x7f;
}

Text PutToken(Options& options, const Text& value) {
  options.oauth.token = Secret(value);
  return std::all_of(value.begin(), value.end(), IsVisible)
             ? ""
             : "is no token: it has blanks, line ends or letters beyond ASCII";
}

Text PutEndpoint(Options& options, const Text& value) {
  options.oauth.token_endpoint_url = value;
  return value.starts_with("https://") || value.starts_with("http://")
             ? ""
             : "expected an address such as https://login.example.org/oauth2/token";
}

/// RFC 7628 section 3.1: names are letters, and "auth" is taken by the token itself.
Text PutExtensions(Options& options, const Text& value) {
  options.oauth.extensions = value;
  for (const std::string_view pair : Split(value, ',')) {
    const size_t equals = pair.find('=');
    const std::string_view name = pair.substr(0, equals);
    const bool letters = std::all_of(name.begin(), name.end(), [](char c) {
      return UpperCase(c) >= 'A' && UpperCase(c) <= 'Z';
    });
    const bool visible = std::all_of(pair.begin(), pair.end(), IsVisible);
    if (equals == std::string_view::npos || name.empty() || !letters || !visible ||
        name == "auth") {
      return "expected extensions such as logicalCluster=lkc-1,identityPoolId=pool-1";
    }
  }
  return "";
}

Text Put(Text& to, const Text& value) {
  to = value;
  return "";
}

Text Put(Secret& to, const Text& value) {
  to = Secret(value);
  return "";
}

using enum SettingKind;
using enum KeyUse;
using In = const Text&;

constexpr std::array<KeyRow, 34> kRows{{
    {{"security.protocol", kText},
     kAlways,
     [](Options& o, In v) { return Choose(kProtocols, v, o.protocol); }},
    {{"ssl.ca.location", kFile},
     kTls,
     [](Options& o, In v) { return Put(o.tls.trust.location, v); }},
    {{"ssl.ca.pem", kText}, kTls, [](Options& o, In v) { return Put(o.tls.trust.pem, v); }},
    {{"ssl.ca.password", kSecret},
     kTls,
     [](Options& o, In v) { return Put(o.tls.trust.password, v); }},
    {{"ssl.certificate.location", kFile},
     kTls,
     [](Options& o, In v) { return Put(o.tls.certificate.location, v); }},
    {{"ssl.certificate.pem", kText},
     kTls,
     [](Options& o, In v) { return Put(o.tls.certificate.pem, v); }},
    {{"ssl.key.location", kFile},
     kTls,
     [](Options& o, In v) { return Put(o.tls.key.location, v); }},
    {{"ssl.key.pem", kSecret}, kTls, [](Options& o, In v) { return Put(o.tls.key.pem, v); }},
    {{"ssl.key.password", kSecret},
     kTls,
     [](Options& o, In v) { return Put(o.tls.key.password, v); }},
    {{"ssl.keystore.location", kFile},
     kTls,
     [](Options& o, In v) { return Put(o.tls.certificate.location, v); }},
    {{"ssl.keystore.password", kSecret},
     kTls,
     [](Options& o, In v) { return Put(o.tls.certificate.password, v); }},
    {{"ssl.endpoint.identification.algorithm", kText},
     kTls,
     [](Options& o, In v) { return Choose(kAlgorithms, v, o.tls.verify_host_name); }},
    {{"enable.ssl.certificate.verification", kText},
     kTls,
     [](Options& o, In v) { return Choose(kBooleans, v, o.tls.verify); }},
    {{"ssl.cipher.suites", kText},
     kTls,
     [](Options& o, In v) { return Put(o.tls.cipher_suites, v); }},
    {{"ssl.min.version", kText},
     kTls,
     [](Options& o, In v) { return Choose(kVersions, v, o.tls.min_version); }},
    {{"sasl.mechanism", kText}, kSasl, PutMechanism},
    {{"sasl.mechanisms", kText}, kSasl, PutMechanism},
    {{"sasl.username", kText}, kLogin, PutUser},
    {{"sasl.password", kSecret}, kLogin, PutPassword},
    {{"sasl.oauthbearer.method", kText},
     kOAuth,
     [](Options&, In v) {
       bool unused = false;
       return Choose(kMethods, v, unused);
     }},
    {{"sasl.oauthbearer.token", kSecret}, kOAuth, PutToken},
    {{"sasl.oauthbearer.token_file", kFile},
     kOAuth,
     [](Options& o, In v) { return Put(o.oauth.token_file, v); }},
    {{"sasl.oauthbearer.token.endpoint.url", kText}, kOAuth, PutEndpoint},
    {{"sasl.oauthbearer.client.id", kText},
     kOidc,
     [](Options& o, In v) { return Put(o.oauth.client_id, v); }},
    {{"sasl.oauthbearer.client.secret", kSecret},
     kOidc,
     [](Options& o, In v) { return Put(o.oauth.client_secret, v); }},
    {{"sasl.oauthbearer.scope", kText},
     kOidc,
     [](Options& o, In v) { return Put(o.oauth.scope, v); }},
    {{"sasl.oauthbearer.header.urlencode", kText},
     kOidc,
     [](Options& o, In v) { return Choose(kBooleans, v, o.oauth.encode_login); }},
    {{"sasl.oauthbearer.extensions", kText}, kOAuth, PutExtensions},
    {{"https.ca.location", kFile},
     kOidc,
     [](Options& o, In v) { return Put(o.oauth.endpoint.trust.location, v); }},
    {{"https.ca.pem", kText},
     kOidc,
     [](Options& o, In v) { return Put(o.oauth.endpoint.trust.pem, v); }},
    {{"https.ca.password", kSecret},
     kOidc,
     [](Options& o, In v) { return Put(o.oauth.endpoint.trust.password, v); }},
    {{"https.certificate.location", kFile},
     kOidc,
     [](Options& o, In v) { return Put(o.oauth.endpoint.certificate.location, v); }},
    {{"https.key.location", kFile},
     kOidc,
     [](Options& o, In v) { return Put(o.oauth.endpoint.key.location, v); }},
    {{"https.key.password", kSecret},
     kOidc,
     [](Options& o, In v) { return Put(o.oauth.endpoint.key.password, v); }},
}};

constexpr std::array<SecurityKey, kRows.size()> kKeys = [] {
  std::array<SecurityKey, kRows.size()> keys{};
  for (size_t i = 0; i < keys.size(); ++i) {
    keys.at(i) = kRows.at(i).key;
  }
  return keys;
}();

}  // namespace

std::span<const KeyRow> KeyRows() {
  return kRows;
}

std::span<const SecurityKey> SecurityKeys() {
  return kKeys;
}

std::string_view Name(SecurityProtocol value) {
  return NameIn(kProtocols, value);
}

std::string_view Name(SaslMechanism value) {
  return NameIn(kMechanisms, value);
}

}  // namespace klaxon::kafka
