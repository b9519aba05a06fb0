#include "agent/base/mask.h"

#include <algorithm>
#include <array>

namespace klaxon {
namespace {

constexpr std::string_view kMask = "***";

char Lower(char byte) {
  return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
}

std::string Lowered(std::string_view text) {
  std::string lowered(text);
  std::transform(lowered.begin(), lowered.end(), lowered.begin(), Lower);
  return lowered;
}

bool IsWordByte(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
         (byte >= '0' && byte <= '9') || byte == '_' || byte == '.' || byte == '-';
}

bool IsQuote(char byte) {
  return byte == '"' || byte == '\'';
}

/// Walks over a text and copies it, except for what it hides.
class Masker {
 public:
  explicit Masker(std::string_view text) : text_(text), lowered_(Lowered(text)) {}

  std::string Run() {
    while (at_ < text_.size()) {
      if (!(Placeholder() || PrivateKey() || OracleLogin() || UrlLogin() || Word())) {
        out_.push_back(text_[at_++]);
      }
    }
    return std::move(out_);
  }

 private:
  bool Here(std::string_view lower) const {
    return std::string_view(lowered_).substr(at_).starts_with(lower);
  }

  void Copy(size_t count) {
    out_.append(text_.substr(at_, count));
    at_ += std::min(count, text_.size() - at_);
  }

  /// Puts the mask in place of what stands before `end`.
  void HideUntil(size_t end) {
    if (end > at_) {
      out_.append(kMask);
      at_ = std::min(end, text_.size());
    }
  }

  size_t Find(std::string_view any_of, size_t from) const {
    return std::min(text_.find_first_of(any_of, from), text_.size());
  }

  /// ${file:/etc/secrets:db} (Connect's ConfigTransformer); without an end it hides the rest.
  bool Placeholder() {
    if (!Here("${")) return false;
    const size_t end = Find("}", at_);
    const size_t colon = text_.find(':', at_);
    Copy(colon < end ? colon + 1 - at_ : 2);
    HideUntil(end);
    return true;
  }

  bool PrivateKey() {
    if (!Here("-----begin")) return false;
    const size_t end = lowered_.find("-----end", at_);
    Copy(std::string_view("-----begin").size());
    HideUntil(end);
    return true;
  }

  /// jdbc:oracle:thin:scott/tiger@host
  bool OracleLogin() {
    constexpr std::string_view kOracle = "jdbc:oracle:";
    if (!Here(kOracle)) return false;
    const size_t end = Find(" \t\"'", at_);
    const size_t login = text_.find(':', at_ + kOracle.size());
    const size_t host = text_.find('@', at_);
    if (login >= end || host >= end) {
      Copy(kOracle.size());
    } else {
      Copy(login + 1 - at_);
      HideUntil(host);
    }
    return true;
  }

  /// scheme://user:password@host; the password may hold slashes that nobody encoded.
  bool UrlLogin() {
    constexpr std::string_view kSeparator = "://";
    if (!Here(kSeparator)) return false;
    Copy(kSeparator.size());
    const size_t end = Find(" \t\"'<>", at_);
    const size_t host = text_.substr(0, end).rfind('@');
    if (host == std::string_view::npos || host < at_) return true;
    const size_t slash = Find("/?", at_);
    const size_t colon = text_.find(':', at_);
    const bool port_follows = colon < slash && slash < host && slash > colon + 1 &&
                              std::all_of(
                                  text_.begin() + static_cast<std::ptrdiff_t>(colon) + 1,
                                  text_.begin() + static_cast<std::ptrdiff_t>(slash),
                                  [](char byte) { return byte >= '0' && byte <= '9'; });
    if (slash > host || (colon < slash && !port_follows)) {
      HideUntil(host);
    }
    return true;
  }

  /// A whole word, and what it announces if it names a secret.
  bool Word() {
    size_t end = at_;
    while (end < text_.size() && IsWordByte(text_[end]))
      ++end;
    if (end == at_) return false;
    const std::string_view word = std::string_view(lowered_).substr(at_, end - at_);
    constexpr size_t kShortestWebToken = 40;
    if (word.starts_with("eyj") && word.size() > kShortestWebToken) {
      HideUntil(end);
      return true;
    }
    const bool announces = word == "bearer" || word == "basic";
    Copy(end - at_);
    if (announces) {
      Announced();
    } else if (IsSecretKey(word)) {
      Assigned();
    }
    return true;
  }

  /// After "Bearer".
  void Announced() {
    constexpr size_t kShortestLogin = 8;  // "Basic error" is no login
    const size_t end = at_ < text_.size() ? Find(" \t\"',;", at_ + 1) : at_;
    if (at_ < text_.size() && text_[at_] == ' ' && end - at_ > kShortestLogin) {
      Copy(1);
      HideUntil(end);
    }
  }

  /// After the name of a secret: hides the value if one is given.
  void Assigned() {
    size_t value = at_;
    const auto skip = [&](auto&& wanted) {
      while (value < text_.size() && wanted(text_[value]))
        ++value;
    };
    skip([](char byte) { return IsQuote(byte) || byte == ' ' || byte == '\\'; });
    if (value == text_.size() || (text_[value] != '=' && text_[value] != ':')) return;
    skip([](char byte) { return byte == '=' || byte == ':' || byte == ' ' || byte == '\\'; });
    const bool quoted = value < text_.size() && IsQuote(text_[value]);
    const size_t begin = quoted ? value + 1 : value;
    size_t end =
        quoted ? Find(std::string_view(&text_[value], 1), begin) : Find(" \t\"',;&)}]<>", begin);
    const std::string_view first = std::string_view(lowered_).substr(begin, end - begin);
    if (!quoted && (first == "basic" || first == "bearer")) {
      end = Find(" \t\"',;&)}]<>", std::min(end + 1, text_.size()));
    }
    Copy(begin - at_);
    HideUntil(end);
  }

  const std::string_view text_;
  const std::string lowered_;
  std::string out_{};
  size_t at_ = 0;
};

}  // namespace

bool IsSecretKey(std::string_view key) {
  static constexpr std::array<std::string_view, 24> kSecretive{
      "password",    "passwd",      "passphrase",  "pwd",        "secret",      "token",
      "credential",  "jaas",        "apikey",      "api.key",    "api_key",     "api-key",
      "accesskey",   "access.key",  "access_key",  "access-key", "account.key", "account_key",
      "private.key", "private_key", "private-key", "privatekey", "user.info",   "license"};
  const std::string lowered = Lowered(key);
  return lowered.ends_with(".key") || lowered.ends_with("authorization") ||
         std::any_of(kSecretive.begin(), kSecretive.end(), [&](std::string_view part) {
           return lowered.find(part) != std::string::npos;
         });
}

std::string MaskSecrets(std::string_view text) {
  return Masker(text).Run();
}

}  // namespace klaxon
