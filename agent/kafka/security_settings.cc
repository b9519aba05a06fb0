#include "agent/kafka/security_settings.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include "agent/kafka/security_keys.h"

namespace klaxon::kafka {
namespace {

/// One reading: what was given, and what became of it.
class SettingsReader {
 public:
  SettingsReader(std::span<const Setting> settings, Dialect dialect)
      : settings_(settings), java_(dialect == Dialect::kJava) {}

  SecurityReading Read() && {
    for (const KeyRow& row : KeyRows()) {
      Put(row);
    }
    if (!Wrong("security.protocol")) {
      CheckUses();
      CheckStores();
      CheckLogin();
    }
    std::ranges::stable_sort(reading_.mistakes, {}, &SettingMistake::line);
    return std::move(reading_);
  }

 private:
  /// nullptr: not given, or empty, which says as much.
  const Setting* Find(std::string_view key) const {
    const Setting* found = nullptr;
    for (const Setting& setting : settings_) {
      found = setting.key == key && !setting.value.empty() ? &setting : found;
    }
    return found;
  }

  bool Given(std::string_view key) const { return Find(key) != nullptr; }

  /// Whether the key's own value was refused already: what follows from that is not worth telling.
  bool Wrong(std::string_view key) const {
    const Setting* const setting = Find(key);
    return setting != nullptr &&
           std::ranges::any_of(reading_.mistakes, [&](const SettingMistake& mistake) {
             return mistake.written == setting->written && mistake.line == setting->line;
           });
  }

  /// At the key if it was given, else at `fallback`.
  void Complain(std::string_view key, std::string what, std::string_view fallback = "") {
    const Setting* setting = Find(key);
    setting = setting == nullptr ? Find(fallback) : setting;
    reading_.mistakes.push_back(
        {.written = setting == nullptr ? std::string(key) : setting->written,
         .line = setting == nullptr ? 0 : setting->line,
         .what = std::move(what)});
  }

  void Lack(std::string_view key, std::string what, std::string_view fallback = "") {
    Complain(key, std::move(what), fallback);
    reading_.mistakes.back().kind = SettingMistake::Kind::kMissing;
  }

  void Put(const KeyRow& row) {
    const Setting* const setting = Find(row.key.name);
    if (setting == nullptr) {
      return;
    }
    if (std::string what = row.put(reading_.options, setting->value); !what.empty()) {
      Complain(row.key.name, std::move(what));
      reading_.mistakes.back().kind = row.key.kind == SettingKind::kText
                                          ? SettingMistake::Kind::kWrongValue
                                          : SettingMistake::Kind::kWrong;
    }
  }

  /// Why a key of this use has no effect; empty: it has one.
  std::string WhyUnused(KeyUse use) const {
    const SecurityOptions& options = reading_.options;
    const std::string protocol(Name(options.protocol));
    const bool oauth = options.mechanism == SaslMechanism::kOAuthBearer;
    if (use == KeyUse::kTls) {
      return options.UsesTls() ? ""
                               : "is not used with security.protocol " + protocol +
                                     "; set that to SSL or SASL_SSL";
    }
    if (use != KeyUse::kAlways && !options.UsesSasl()) {
      return "is not used with security.protocol " + protocol +
             "; set that to SASL_SSL or SASL_PLAINTEXT";
    }
    if (use == KeyUse::kLogin && oauth) {
      return "is not used with sasl.mechanism OAUTHBEARER";
    }
    if ((use == KeyUse::kOAuth || use == KeyUse::kOidc) && !oauth) {
      return "is not used with sasl.mechanism " + std::string(Name(options.mechanism)) +
             "; only with OAUTHBEARER";
    }
    return use == KeyUse::kOidc && options.oauth.token_endpoint_url.empty()
               ? "is not used without sasl.oauthbearer.token.endpoint.url"
               : "";
  }

  void CheckUses() {
    const bool mechanism_known =
        (Given("sasl.mechanism") || Given("sasl.mechanisms")) && !MechanismWrong();
    for (const KeyRow& row : KeyRows()) {
      const bool known = row.use == KeyUse::kTls || row.use == KeyUse::kSasl || mechanism_known ||
                         !reading_.options.UsesSasl();
      const bool given = Given(row.key.name) && !Wrong(row.key.name);
      if (std::string why = given && known ? WhyUnused(row.use) : ""; !why.empty()) {
        Complain(row.key.name, std::move(why));
        reading_.mistakes.back().kind = SettingMistake::Kind::kUnused;
      }
    }
  }

  bool MechanismWrong() const { return Wrong("sasl.mechanism") || Wrong("sasl.mechanisms"); }

  void NotBoth(std::string_view one, std::string_view other) {
    if (Given(one) && Given(other)) {
      Complain(other, "give " + Find(one)->written + " or " + Find(other)->written + ", not both");
    }
  }

  void CheckStores() {
    if (!reading_.options.UsesTls()) {
      return;
    }
    NotBoth("ssl.ca.location", "ssl.ca.pem");
    NotBoth("ssl.certificate.location", "ssl.certificate.pem");
    NotBoth("ssl.key.location", "ssl.key.pem");
    for (const char* const key :
         {"ssl.certificate.location", "ssl.certificate.pem", "ssl.key.location", "ssl.key.pem"}) {
      NotBoth("ssl.keystore.location", key);
    }
    tls::ClientOptions& tls = reading_.options.tls;
    for (const char* const key : {"ssl.key.location", "ssl.key.pem", "ssl.key.password"}) {
      if (Given(key) && tls.certificate.empty()) {
        Complain(key, "is a key without its certificate; give ssl.certificate.location as well");
        break;
      }
    }
    if (tls.key.empty() && !tls.key.password.empty()) {
      // The key is in the certificate's file, and so is what its password opens.
      if (tls.certificate.password.empty()) {
        tls.certificate.password = tls.key.password;
      }
      tls.key.password = {};
    }
  }

  void CheckLogin() {
    const SecurityOptions& options = reading_.options;
    if (!options.UsesSasl() || MechanismWrong()) {
      return;
    }
    NotBoth("sasl.mechanism", "sasl.mechanisms");
    if (!Given("sasl.mechanism") && !Given("sasl.mechanisms")) {
      const std::string protocol(Name(options.protocol));
      Lack("sasl.mechanism",
           protocol +
               " needs sasl.mechanism: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or "
               "OAUTHBEARER (without it other clients use Kerberos, which is not "
               "supported)",
           "security.protocol");
    } else if (options.mechanism == SaslMechanism::kOAuthBearer) {
      CheckTokens();
    } else {
      CheckPassword();
    }
  }

  void CheckPassword() {
    const std::string mechanism(Name(reading_.options.mechanism));
    if (java_ && !(Given("sasl.username") && Given("sasl.password"))) {
      Lack("sasl.mechanism", mechanism +
                                 " needs sasl.jaas.config with a login module, a username and "
                                 "a password");
      return;
    }
    for (const char* const key : {"sasl.username", "sasl.password"}) {
      if (!Given(key)) {
        Lack(key, mechanism + " needs " + key,
             Given("sasl.mechanism") ? "sasl.mechanism" : "sasl.mechanisms");
      }
    }
  }

  void CheckTokens() {
    const OAuthOptions& oauth = reading_.options.oauth;
    const std::array<bool, 3> ways{!oauth.token.empty(), !oauth.token_file.empty(),
                                   !oauth.token_endpoint_url.empty()};
    const auto count = std::ranges::count(ways, true);
    const std::string_view mechanism =
        Given("sasl.mechanism") ? "sasl.mechanism" : "sasl.mechanisms";
    if (count == 0) {
      Lack(mechanism, java_ ? "OAUTHBEARER needs sasl.oauthbearer.token.endpoint.url"
                            : "OAUTHBEARER needs one of sasl.oauthbearer.token.endpoint.url, "
                              "sasl.oauthbearer.token_file and sasl.oauthbearer.token");
    } else if (count > 1) {
      Complain(mechanism,
               "OAUTHBEARER takes tokens from one place; give one of "
               "sasl.oauthbearer.token.endpoint.url, sasl.oauthbearer.token_file and "
               "sasl.oauthbearer.token");
    } else if (!oauth.token_endpoint_url.empty()) {
      CheckEndpoint(oauth);
    }
  }

  void CheckEndpoint(const OAuthOptions& oauth) {
    NotBoth("https.ca.location", "https.ca.pem");
    constexpr std::string_view kUrl = "sasl.oauthbearer.token.endpoint.url";
    if (oauth.client_id.empty() || oauth.client_secret.empty()) {
      Lack(kUrl, java_ ? "needs sasl.oauthbearer.client.credentials.client.id and "
                         "sasl.oauthbearer.client.credentials.client.secret, or clientId and "
                         "clientSecret in sasl.jaas.config"
                       : "needs sasl.oauthbearer.client.id and sasl.oauthbearer.client.secret");
    }
    const Setting* const method = Find("sasl.oauthbearer.method");
    if (method != nullptr && method->value == "default") {
      Complain("sasl.oauthbearer.method", "a token endpoint is method oidc");
    }
    const bool https = oauth.token_endpoint_url.starts_with("https://");
    tls::ClientOptions& endpoint = reading_.options.oauth.endpoint;
    if (!https && !(endpoint.trust.empty() && endpoint.certificate.empty())) {
      Complain(kUrl, "certificates are of no use to an address with http://");
    }
    if (endpoint.certificate.empty() && !endpoint.key.empty()) {
      Complain("https.key.location", "is of no use without https.certificate.location");
    }
    if (endpoint.key.empty()) {  // it is in the certificate's file, and the password of that
      endpoint.certificate.password = std::exchange(endpoint.key.password, {});
    }
  }

  std::span<const Setting> settings_;
  const bool java_;
  SecurityReading reading_{};
};

}  // namespace

SecurityReading ReadSecurity(std::span<const Setting> settings, Dialect dialect) {
  return SettingsReader(settings, dialect).Read();
}

}  // namespace klaxon::kafka
