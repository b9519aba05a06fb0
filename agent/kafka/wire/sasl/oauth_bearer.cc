#include "agent/kafka/wire/sasl/oauth_bearer.h"

#include <algorithm>

#include <fmt/format.h>

#include "agent/base/text.h"

namespace klaxon::kafka::wire {

namespace {

constexpr size_t kLongestChallenge = 4096;
constexpr char kSeparator = '\x01';

bool IsLetter(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
}

/// Whether both may stand in the message (RFC 7628 3.1; "auth" is the token's own place).
bool IsExtension(std::string_view name, std::string_view value) {
  return !name.empty() && name != "auth" && std::all_of(name.begin(), name.end(), IsLetter) &&
         std::all_of(value.begin(), value.end(),
                     [](char letter) { return letter >= ' ' && letter <= '~'; });
}

/// "a=1,b=2" as the message has it. Error: kInvalid.
Result<std::string> Extensions(std::string_view text) {
  std::string all;
  for (const std::string_view pair : Split(text, ',')) {
    const size_t equals = std::min(pair.find('='), pair.size());
    const std::string_view name = Trim(pair.substr(0, equals));
    const std::string_view value = Trim(pair.substr(std::min(equals + 1, pair.size())));
    if (equals == pair.size() || !IsExtension(name, value)) {
      return Error(Reason::kInvalid,
                   fmt::format("cannot be logged in to: \"{}\" is no extension of OAUTHBEARER "
                               "(letters=value)",
                               Printable(pair, 60)));
    }
    all += fmt::format("{}={}{}", name, value, kSeparator);
  }
  return all;
}

class OAuthBearerMechanism final : public Mechanism {
 public:
  OAuthBearerMechanism(const SecurityOptions& options, std::shared_ptr<TokenSource> tokens)
      : options_(options), tokens_(std::move(tokens)) {}

  std::string_view name() const override { return "OAUTHBEARER"; }

  std::optional<Result<std::string>> Begin(const Instant& now) override {
    if (!tokens_) {
      return Error(Reason::kInvalid, "cannot be logged in to: no source of tokens is configured");
    }
    const auto token = tokens_->Current(now);
    if (!token) {
      return std::nullopt;
    }
    if (!*token) {
      return Error(token->error().reason(),
                   "cannot be logged in to, for want of a token: " + token->error().message());
    }
    token_ = (*token)->value;
    const std::string& text = token_.Reveal();
    if (text.empty() || !std::all_of(text.begin(), text.end(),
                                     [](char letter) { return letter > ' ' && letter <= '~'; })) {
      return Error(Reason::kInvalid, "cannot be logged in to: the token is not one line of text");
    }
    const Result<std::string> extensions = Extensions(options_.oauth.extensions);
    if (!extensions) {
      return extensions.error();
    }
    return fmt::format("n,,{0}auth=Bearer {1}{0}{2}{0}", kSeparator, text, *extensions);
  }

  /// A broker that does not take the token says so in JSON and waits for a separator; only then it
  /// refuses for good (RFC 7628 3.2.3).
  Result<std::optional<std::string>> Continue(std::string_view challenge) override {
    if (challenge.empty() && refusal_.empty()) {
      return std::optional<std::string>();
    }
    if (!refusal_.empty() || challenge.size() > kLongestChallenge) {
      return Error(Reason::kBadAnswer,
                   "breaks the rules of OAUTHBEARER: it refuses the token and "
                   "goes on");
    }
    Disappoint();  // already now: the broker may hang up instead of refusing for good
    refusal_ = Reveals(challenge) ? "its words repeat the token" : Printable(challenge, 200);
    return std::optional(std::string(1, kSeparator));
  }

  std::string Doubt() const override {
    return "does it trust who issued the token, and do audience and scope fit?";
  }

  std::string Refusal() const override { return refusal_; }

  void Disappoint() override { tokens_->Refused(token_); }

  bool Reveals(std::string_view text) const override {
    return !token_.empty() && text.find(token_.Reveal()) != std::string_view::npos;
  }

 private:
  const SecurityOptions& options_;
  const std::shared_ptr<TokenSource> tokens_;
  Secret token_{};
  std::string refusal_{};
};

}  // namespace

std::unique_ptr<Mechanism> OAuthBearer(const SecurityOptions& options,
                                       std::shared_ptr<TokenSource> tokens) {
  return std::make_unique<OAuthBearerMechanism>(options, std::move(tokens));
}

}  // namespace klaxon::kafka::wire
