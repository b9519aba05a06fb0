#include "agent/base/mask_words.h"

#include <algorithm>
#include <array>

#include "agent/base/mask.h"

namespace klaxon {
namespace {

bool IsLowerLetter(char byte) {
  return byte >= 'a' && byte <= 'z';
}

bool IsUpperLetter(char byte) {
  return byte >= 'A' && byte <= 'Z';
}

bool IsDigit(char byte) {
  return byte >= '0' && byte <= '9';
}

template <size_t kSize>
bool IsOneOf(const std::array<std::string_view, kSize>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

/// Takes the last part of a name off it: what stands behind the last '.', '_' or '-', or from the
/// last capital letter on: "key" of "master_key" and of "masterKey".
std::string_view TakeLastPart(std::string_view& name) {
  size_t begin = name.size();
  while (begin > 0) {
    const char byte = name[begin - 1];
    if (byte == '.' || byte == '_' || byte == '-') {
      const std::string_view part = name.substr(begin);
      name.remove_suffix(part.size() + 1);
      return part;
    }
    --begin;
    if (begin > 0 && IsUpperLetter(byte) && IsLowerLetter(name[begin - 1])) {
      break;
    }
  }
  const std::string_view part = name.substr(begin);
  name.remove_suffix(part.size());
  return part;
}

/// Keys that only find something again.
bool FindsSomething(std::string_view whose) {
  static constexpr std::array<std::string_view, 36> kOf{
      "primary", "foreign",   "partition", "partitioning", "routing", "record",
      "message", "sort",      "row",       "unique",       "natural", "surrogate",
      "compose", "composite", "order",     "topic",        "event",   "public",
      "join",    "group",     "document",  "index",        "shard",   "object",
      "cache",   "field",     "json",      "map",          "hash",    "lookup",
      "id",      "name",      "type",      "create",       "extract", "candidate"};
  return IsOneOf(kOf, whose);
}

bool HoldsSecretWord(std::string_view lowered) {
  static constexpr std::array<std::string_view, 34> kSecretive{
      "password",   "passwd",           "passphrase",  "pwd",         "secret",
      "token",      "credential",       "jaas",        "apikey",      "api.key",
      "api_key",    "api-key",          "accesskey",   "access.key",  "access_key",
      "access-key", "accountkey",       "account.key", "account_key", "masterkey",
      "privatekey", "private.key",      "private_key", "private-key", "encryptionkey",
      "sharedkey",  "signingkey",       "sessionkey",  "storagekey",  "user.info",
      "license",    "connectionstring", "cookie",      "passcode"};
  return std::ranges::any_of(kSecretive, [&](std::string_view part) {
    return lowered.find(part) != std::string_view::npos;
  });
}

/// "token" in it, and yet no secret.
bool IsHarmless(std::string_view lowered) {
  return lowered.ends_with(".class") || lowered.ends_with(".ms") ||
         lowered.starts_with("tokeniz") || lowered.starts_with("passwordless");
}

}  // namespace

char Lower(char byte) {
  return IsUpperLetter(byte) ? static_cast<char>(byte - 'A' + 'a') : byte;
}

std::string Lowered(std::string_view text) {
  std::string lowered(text);
  std::ranges::transform(lowered, lowered.begin(), Lower);
  return lowered;
}

KeyKind KindOfKey(std::string_view key) {
  static constexpr std::array<std::string_view, 4> kWeak{"pass", "pw", "sig", "signature"};
  const std::string lowered = Lowered(key);
  if (IsHarmless(lowered)) {
    return KeyKind::kPlain;
  }
  if (lowered.ends_with("authorization") || HoldsSecretWord(lowered)) {
    return KeyKind::kSecret;
  }
  const std::string last = Lowered(TakeLastPart(key));
  if (IsOneOf(kWeak, last)) {
    return key.empty() ? KeyKind::kWeak : KeyKind::kSecret;
  }
  if (last != "key" || key.empty()) {
    return KeyKind::kPlain;
  }
  return FindsSomething(Lowered(TakeLastPart(key))) ? KeyKind::kPlain : KeyKind::kSecret;
}

bool IsSecretKey(std::string_view key) {
  return KindOfKey(key) != KeyKind::kPlain;
}

bool LooksLikeToken(std::string_view word) {
  constexpr size_t kShortestWebToken = 40;
  if (word.starts_with("eyJ") && word.size() > kShortestWebToken) {
    return true;
  }
  constexpr size_t kAwsKey = 20;
  static constexpr std::array<std::string_view, 6> kAws{"AKIA", "ASIA", "AROA",
                                                        "AIDA", "AGPA", "ANPA"};
  if (word.size() >= kAwsKey && IsOneOf(kAws, word.substr(0, 4))) {
    return std::ranges::all_of(word.substr(0, kAwsKey),
                               [](char byte) { return IsUpperLetter(byte) || IsDigit(byte); });
  }
  static constexpr std::array<std::string_view, 11> kSites{
      "ghp_",  "gho_",  "ghs_",  "ghu_",     "github_pat_", "glpat-",
      "xoxb-", "xoxp-", "xoxa-", "sk_live_", "AIza"};
  return word.size() >= kAwsKey && std::ranges::any_of(kSites, [&](std::string_view beginning) {
           return word.starts_with(beginning);
         });
}

bool LooksRandom(std::string_view word) {
  for (size_t i = 0; i < word.size(); ++i) {
    const bool inner_capital = i > 0 && IsUpperLetter(word[i]) && IsLowerLetter(word[i - 1]);
    if (inner_capital || IsDigit(word[i]) || word[i] == '=' || word[i] == '+') {
      return true;
    }
  }
  return false;
}

bool IsProse(std::string_view lowered) {
  static constexpr std::array<std::string_view, 66> kWords{"a",
                                                           "an",
                                                           "the",
                                                           "not",
                                                           "no",
                                                           "null",
                                                           "empty",
                                                           "required",
                                                           "missing",
                                                           "invalid",
                                                           "incorrect",
                                                           "wrong",
                                                           "expired",
                                                           "set",
                                                           "unset",
                                                           "too",
                                                           "in",
                                                           "on",
                                                           "of",
                                                           "for",
                                                           "to",
                                                           "by",
                                                           "from",
                                                           "being",
                                                           "never",
                                                           "always",
                                                           "also",
                                                           "deprecated",
                                                           "mandatory",
                                                           "optional",
                                                           "needed",
                                                           "blank",
                                                           "unknown",
                                                           "undefined",
                                                           "malformed",
                                                           "only",
                                                           "still",
                                                           "already",
                                                           "now",
                                                           "longer",
                                                           "shorter",
                                                           "stored",
                                                           "used",
                                                           "read",
                                                           "given",
                                                           "ignored",
                                                           "different",
                                                           "configured",
                                                           "revoked",
                                                           "rejected",
                                                           "valid",
                                                           "ok",
                                                           "correct",
                                                           "disabled",
                                                           "enabled",
                                                           "encrypted",
                                                           "unsupported",
                                                           "case",
                                                           "masked",
                                                           "hidden",
                                                           "auth",
                                                           "scheme",
                                                           "token",
                                                           "tokens",
                                                           "authorization",
                                                           "authentication"};
  while (!lowered.empty() && (lowered.back() == '.' || lowered.back() == '!')) {
    lowered.remove_suffix(1);
  }
  return lowered.empty() || IsOneOf(kWords, lowered) || lowered.starts_with("realm=") ||
         lowered.starts_with("error=") || lowered.starts_with("scope=");
}

bool IsScheme(std::string_view lowered) {
  static constexpr std::array<std::string_view, 11> kSchemes{
      "basic",  "bearer", "digest",           "token", "negotiate", "ntlm", "key",
      "apikey", "hmac",   "aws4-hmac-sha256", "splunk"};
  return IsOneOf(kSchemes, lowered);
}

}  // namespace klaxon
