#include "agent/kafka/jaas_settings.h"

#include <algorithm>
#include <array>

#include "agent/base/text.h"
#include "agent/kafka/jaas.h"

namespace klaxon::kafka {
namespace {

constexpr std::string_view kExtension = "extension_";

struct JaasOption {
  std::string_view option{};
  std::string_view key{};
};

constexpr std::array<JaasOption, 2> kLoginOptions{
    {{"username", "sasl.username"}, {"password", "sasl.password"}}};

constexpr std::array<JaasOption, 6> kOAuthOptions{{
    {"clientId", "sasl.oauthbearer.client.id"},
    {"clientSecret", "sasl.oauthbearer.client.secret"},
    {"scope", "sasl.oauthbearer.scope"},
    {"ssl.truststore.location", "https.ca.location"},
    {"ssl.truststore.password", "https.ca.password"},
    {"ssl.truststore.certificates", "https.ca.pem"},
}};

/// Says what does not fit, or nothing.
std::string CheckModule(std::string_view module, std::string_view mechanism) {
  if (module == "Krb5LoginModule") {
    return "Kerberos is not supported; use a listener with SCRAM-SHA-512, OAUTHBEARER or client "
           "certificates";
  }
  if (module == "IAMLoginModule") {
    return "MSK IAM is not supported; switch on SASL/SCRAM or client certificates for the MSK "
           "cluster and use their port";
  }
  const std::string_view wanted = module == "PlainLoginModule"         ? "PLAIN"
                                  : module == "ScramLoginModule"       ? "SCRAM-SHA-"
                                  : module == "OAuthBearerLoginModule" ? "OAUTHBEARER"
                                                                       : "";
  if (wanted.empty()) {
    return "expected PlainLoginModule, ScramLoginModule or OAuthBearerLoginModule, found \"" +
           Printable(module, 60) + "\"";
  }
  constexpr std::array<std::string_view, 4> kKnown{"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512",
                                                   "OAUTHBEARER"};
  const bool known = std::find(kKnown.begin(), kKnown.end(), mechanism) != kKnown.end();
  const bool fits = wanted == "SCRAM-SHA-" ? mechanism.starts_with(wanted) : mechanism == wanted;
  return known && !fits
             ? std::string(module) + " does not fit sasl.mechanism " + std::string(mechanism)
             : "";
}

class EntryReader {
 public:
  explicit EntryReader(const JaasEntry& entry) : entry_(entry) {}

  JaasSettings Read() && {
    const bool oauth = entry_.module == "OAuthBearerLoginModule";
    for (const auto& [name, value] : entry_.options) {
      oauth ? TakeOAuth(name, value) : TakeLogin(name, value);
    }
    if (!oauth) {
      for (const JaasOption& name : kLoginOptions) {
        const std::string* const value = entry_.Find(name.option);
        if (value == nullptr || value->empty()) {
          result_.mistakes.push_back(entry_.module + " needs " + std::string(name.option) +
                                     "=\"...\"");
        }
      }
    }
    if (!extensions_.empty()) {
      Add("sasl.oauthbearer.extensions", extensions_);
    }
    return std::move(result_);
  }

 private:
  void Add(std::string_view key, std::string value) {
    result_.settings.emplace_back(key, std::move(value));
  }

  template <size_t kCount>
  bool AddAs(const std::array<JaasOption, kCount>& names, const std::string& name,
             const std::string& value) {
    const auto found = std::ranges::find(names, name, &JaasOption::option);
    if (found != names.end()) {
      Add(found->key, value);
    }
    return found != names.end();
  }

  void TakeLogin(const std::string& name, const std::string& value) {
    if (AddAs(kLoginOptions, name, value)) {
      return;
    }
    if (name == "tokenauth" && value == "true") {
      result_.mistakes.emplace_back("delegation tokens (tokenauth) are not supported");
    } else {
      result_.without_effect.push_back(name);
    }
  }

  void TakeOAuth(const std::string& name, const std::string& value) {
    if (AddAs(kOAuthOptions, name, value)) {
      return;
    }
    if (name.starts_with(kExtension)) {
      extensions_ +=
          (extensions_.empty() ? "" : ",") + name.substr(kExtension.size()) + "=" + value;
    } else if (name.starts_with("unsecuredLogin")) {
      result_.mistakes.emplace_back(
          "unsigned tokens (unsecuredLogin...) are not made; use a token endpoint, or a token in a "
          "file by sasl.oauthbearer.token_file in Klaxon's own configuration");
    } else {
      result_.without_effect.push_back(name);
    }
  }

  const JaasEntry& entry_;
  std::string extensions_{};
  JaasSettings result_{};
};

}  // namespace

JaasSettings ReadJaasSettings(std::string_view jaas, std::string_view mechanism) {
  const Result<JaasEntry> entry = ParseJaas(jaas);
  if (!entry) {
    return {.mistakes = {entry.error().message()}};
  }
  if (std::string what = CheckModule(entry->module, mechanism); !what.empty()) {
    return {.mistakes = {std::move(what)}};
  }
  return EntryReader(*entry).Read();
}

}  // namespace klaxon::kafka
