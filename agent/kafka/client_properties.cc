#include "agent/kafka/client_properties.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "agent/base/text.h"
#include "agent/kafka/jaas_settings.h"
#include "agent/kafka/java_client_keys.h"
#include "agent/kafka/pem_text.h"
#include "agent/kafka/security_settings.h"
#include "agent/tls/bytes.h"

namespace klaxon::kafka {
namespace {

struct Translation {
  std::string_view java{};
  std::string_view key{};  ///< ours; empty: needs more than a new name
};

constexpr std::array<Translation, 23> kTranslations{{
    {"bootstrap.servers", ""},
    {"client.id", ""},
    {"sasl.jaas.config", ""},
    {"sasl.mechanism", "sasl.mechanism"},
    {"sasl.oauthbearer.client.credentials.client.id", "sasl.oauthbearer.client.id"},
    {"sasl.oauthbearer.client.credentials.client.secret", "sasl.oauthbearer.client.secret"},
    {"sasl.oauthbearer.header.urlencode", "sasl.oauthbearer.header.urlencode"},
    {"sasl.oauthbearer.scope", "sasl.oauthbearer.scope"},
    {"sasl.oauthbearer.token.endpoint.url", "sasl.oauthbearer.token.endpoint.url"},
    {"security.protocol", "security.protocol"},
    {"ssl.enabled.protocols", ""},
    {"ssl.endpoint.identification.algorithm", ""},
    {"ssl.key.password", "ssl.key.password"},
    {"ssl.keystore.certificate.chain", "ssl.certificate.pem"},
    {"ssl.keystore.key", "ssl.key.pem"},
    {"ssl.keystore.location", "ssl.keystore.location"},
    {"ssl.keystore.password", "ssl.keystore.password"},
    {"ssl.keystore.type", ""},
    {"ssl.protocol", ""},
    {"ssl.truststore.certificates", "ssl.ca.pem"},
    {"ssl.truststore.location", "ssl.ca.location"},
    {"ssl.truststore.password", "ssl.ca.password"},
    {"ssl.truststore.type", ""},
}};

constexpr size_t kMostNamed = 30;  // keys without effect, for one reason

/// ASCII's letters; others stay.
std::string UpperCase(std::string_view text) {
  std::string upper(text);
  for (char& letter : upper) {
    letter = letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
  }
  return upper;
}

class PropertiesReader {
 public:
  PropertiesReader(std::string_view text, const Peek& peek)
      : peek_(peek), file_(ParseProperties(text)) {
    result_.mistakes = std::move(file_.mistakes);
  }

  ClientProperties Read() && {
    for (const Property& property : file_.all) {
      Take(property);
    }
    CheckStore("ssl.truststore.location", "ssl.truststore.type");
    CheckStore("ssl.keystore.location", "ssl.keystore.type");
    TakeSecurity();
    Describe();
    result_.settings = std::move(settings_);
    std::ranges::stable_sort(result_.mistakes, {}, &PropertiesMistake::line);
    return std::move(result_);
  }

 private:
  const Property* Find(std::string_view key) const {
    const auto found = std::ranges::find(file_.all, key, &Property::key);
    return found == file_.all.end() || found->value.empty() ? nullptr : &*found;
  }

  void Complain(const Property& property, const std::string& what) {
    result_.mistakes.push_back({property.line, property.key + ": " + what});
  }

  void Add(std::string_view key, std::string value, const Property& from) {
    settings_.push_back({.key = std::string(key),
                         .value = key.ends_with(".pem") ? WithPemLines(value) : std::move(value),
                         .written = from.key,
                         .line = from.line});
  }

  /// Java puts what a provider knows in place of "${file:/secrets:password}".
  bool RefersToProvider(const Property& property) const {
    return Find("config.providers") != nullptr && property.value.find("${") != std::string::npos;
  }

  void Take(const Property& property) {
    const auto known = std::ranges::find(kTranslations, property.key, &Translation::java);
    if (known == kTranslations.end()) {
      without_effect_[WhyUnknown(property.key)].push_back(property.key);
    } else if (RefersToProvider(property)) {
      Complain(
          property,
          "comes from a config provider (\"${...}\"), which is not supported; write the value, "
          "or give Klaxon a configuration of its own");
    } else if (!known->key.empty()) {
      Add(known->key, property.value, property);
    } else {
      TakeSpecial(property);
    }
  }

  void TakeSpecial(const Property& property) {
    if (property.key == "bootstrap.servers") {
      result_.bootstrap_servers = property.value;
    } else if (property.key == "client.id") {
      TakeClientId(property);
    } else if (property.key == "ssl.endpoint.identification.algorithm") {
      const std::string_view algorithm = Trim(property.value);
      Add(property.key, std::string(algorithm.empty() ? "none" : algorithm), property);
    } else if (property.key == "ssl.enabled.protocols") {
      TakeVersions(property);
    } else if (property.key == "sasl.jaas.config") {
      TakeJaas(property);
    }
  }

  void TakeClientId(const Property& property) {
    result_.client_id = Trim(property.value);
    if (result_.client_id.size() > kLongestClientId) {
      Complain(property, "is longer than " + std::to_string(kLongestClientId) + " bytes");
    }
  }

  /// Java speaks every version in the list; we speak the oldest of it and all later ones.
  void TakeVersions(const Property& property) {
    const std::vector<std::string_view> versions = Split(property.value, ',');
    const auto has = [&](std::string_view version) {
      return std::ranges::find(versions, version) != versions.end();
    };
    if (has("TLSv1.2") || has("TLSv1.3")) {
      Add("ssl.min.version", has("TLSv1.2") ? "TLSv1.2" : "TLSv1.3", property);
    } else if (!versions.empty()) {
      Complain(property, "has neither TLSv1.2 nor TLSv1.3; older versions are not spoken");
    }
  }

  void TakeJaas(const Property& property) {
    if (Trim(property.value).empty()) {
      return;
    }
    const Property* const mechanism = Find("sasl.mechanism");
    JaasSettings jaas =
        ReadJaasSettings(property.value, mechanism == nullptr ? "" : Trim(mechanism->value));
    for (const std::string& what : jaas.mistakes) {
      Complain(property, what);
    }
    jaas_is_wrong_ = !jaas.mistakes.empty();
    for (auto& [key, value] : jaas.settings) {
      Add(key, std::move(value), property);
    }
    for (const std::string& option : jaas.without_effect) {
      without_effect_["unknown"].push_back("sasl.jaas.config's " + option);
    }
  }

  void CheckStore(std::string_view location, std::string_view type) {
    constexpr std::array<std::string_view, 3> kTypes{"PKCS12", "PEM", "JKS"};
    const Property* const store = Find(location);
    const Property* const named = Find(type);
    // Java looks providers of key stores up in any case.
    if (named != nullptr &&
        std::ranges::find(kTypes, UpperCase(Trim(named->value))) == kTypes.end()) {
      Complain(*named, "expected PKCS12 or PEM, found \"" + Printable(named->value, 40) + "\"");
    } else if (store != nullptr &&
               tls::FormatOf(peek_(store->value)) == tls::Format::kJavaKeyStore) {
      Complain(*store, tls::JavaKeyStoreError({.location = store->value}).message());
    }
  }

  void TakeSecurity() {
    SecurityReading reading = ReadSecurity(settings_, Dialect::kJava);
    result_.security = std::move(reading.options);
    for (const SettingMistake& mistake : reading.mistakes) {
      const bool told_already = jaas_is_wrong_ && mistake.kind == SettingMistake::Kind::kMissing;
      if (mistake.kind == SettingMistake::Kind::kUnused) {
        without_effect_[mistake.what].push_back(mistake.written);
      } else if (!told_already) {
        result_.mistakes.push_back(
            {mistake.line, mistake.written + ": " + mistake.what + Found(mistake)});
      }
    }
  }

  std::string Found(const SettingMistake& mistake) const {
    const Property* const property = Find(mistake.written);
    return mistake.kind != SettingMistake::Kind::kWrongValue || property == nullptr ||
                   property->key == "sasl.jaas.config"
               ? ""
               : ", found \"" + Printable(property->value, 60) + "\"";
  }

  static std::string WhyUnknown(const std::string& key) {
    if (IsJavaClientKey(key)) {
      return "of no use to Klaxon";
    }
    std::array<std::string_view, kTranslations.size()> candidates{};
    std::ranges::transform(kTranslations, candidates.begin(), &Translation::java);
    const std::string_view nearest = Nearest(key, candidates);
    return nearest.empty() ? "unknown" : "unknown; did you mean " + std::string(nearest) + "?";
  }

  void Describe() {
    std::string& text = result_.without_effect;
    for (auto& [why, keys] : without_effect_) {
      text += text.empty() ? "" : "; ";
      keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
      for (size_t i = 0; i < std::min(keys.size(), kMostNamed); ++i) {
        text += (i == 0 ? "" : ", ") + Printable(keys[i], 80);
      }
      if (keys.size() > kMostNamed) {
        text += " and " + std::to_string(keys.size() - kMostNamed) + " more";
      }
      text += " (" + why + ")";
    }
  }

  const Peek& peek_;
  Properties file_;
  std::vector<Setting> settings_{};
  std::map<std::string, std::vector<std::string>> without_effect_{};  // keys by reason
  bool jaas_is_wrong_ = false;
  ClientProperties result_{};
};

}  // namespace

std::string PeekFile(const std::string& file) {
  const Result<std::string> bytes = tls::BytesOf({.location = file});  // waits for no pipe
  return bytes ? bytes->substr(0, 4) : "";
}

ClientProperties ReadClientProperties(std::string_view text, const Peek& peek) {
  return PropertiesReader(text, peek).Read();
}

}  // namespace klaxon::kafka
