#include "agent/kafka/store_check.h"

#include <string_view>
#include <utility>

#include "agent/tls/client_context.h"

namespace klaxon::kafka {
namespace {

/// A part of the options that can be tried by itself, and the keys that it comes from.
struct Part {
  tls::ClientOptions options{};
  std::vector<std::string_view> keys{};
};

std::vector<Part> PartsOf(const SecurityOptions& options) {
  std::vector<Part> parts;
  if (options.UsesTls()) {
    const tls::ClientOptions& tls = options.tls;
    parts.push_back({.options = {.verify = false, .cipher_suites = tls.cipher_suites},
                     .keys = {"ssl.cipher.suites"}});
    parts.push_back({.options = {.trust = tls.trust, .verify = tls.verify},
                     .keys = {"ssl.ca.location", "ssl.ca.pem"}});
    parts.push_back({.options = {.certificate = tls.certificate, .key = tls.key, .verify = false},
                     .keys = {"ssl.certificate.location", "ssl.keystore.location",
                              "ssl.key.location", "ssl.certificate.pem", "ssl.key.pem"}});
  }
  if (options.UsesSasl() && options.mechanism == SaslMechanism::kOAuthBearer) {
    parts.push_back({.options = {.trust = options.oauth.endpoint.trust},
                     .keys = {"https.ca.location", "https.ca.pem"}});
    parts.push_back({.options = {.certificate = options.oauth.endpoint.certificate,
                                 .key = options.oauth.endpoint.key,
                                 .verify = false},
                     .keys = {"https.certificate.location", "https.key.location"}});
  }
  return parts;
}

/// The setting that `why` begins with the file of, or else the first of the keys that is given.
const Setting* Culprit(std::span<const Setting> settings, const Part& part, std::string_view why) {
  const Setting* first = nullptr;
  for (const std::string_view key : part.keys) {
    for (const Setting& setting : settings) {
      if (setting.key != key || setting.value.empty()) continue;
      if (first == nullptr) first = &setting;
      if (why.starts_with(setting.value + ":") || why.starts_with(setting.value + " ")) {
        return &setting;
      }
    }
  }
  return first;
}

}  // namespace

std::vector<SettingMistake> CheckStores(std::span<const Setting> settings,
                                        const SecurityOptions& options) {
  std::vector<SettingMistake> mistakes;
  for (const Part& part : PartsOf(options)) {
    const bool nothing = part.options.trust.empty() && part.options.certificate.empty() &&
                         part.options.cipher_suites.empty();
    const Result<void> good =
        nothing ? Result<void>() : tls::ClientContext(part.options, "check").Check();
    if (good) {
      continue;
    }
    const std::string& why = good.error().message();
    const Setting* const culprit = Culprit(settings, part, why);
    mistakes.push_back(
        {.written = culprit == nullptr ? std::string(part.keys.front()) : culprit->written,
         .line = culprit == nullptr ? 0 : culprit->line,
         .what = why});
  }
  return mistakes;
}

}  // namespace klaxon::kafka
