#include "agent/kafka/wire/sasl/scram.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "agent/base/text.h"

namespace klaxon::kafka::wire {

namespace {

constexpr int kFewestIterations = 4096;     // KIP-84
constexpr int kMostIterations = 1'000'000;  // about half a second
constexpr size_t kLongestMessage = 2048;
constexpr size_t kLongestSalt = 256;
constexpr std::string_view kNoChannelBinding = "n,,";

Error Broken(std::string_view what) {
  return {Reason::kBadAnswer, fmt::format("breaks the rules of SCRAM: {}", what)};
}

/// What the broker says first: "r=NONCE,s=SALT,i=COUNT".
struct ServerFirst {
  std::string_view nonce{};
  std::string salt{};
  int iterations = 0;
};

/// Takes "KEY=value" and the comma behind it off `rest`; empty: something else stands there.
std::optional<std::string_view> Take(char key, std::string_view& rest) {
  if (rest.size() < 2 || rest[0] != key || rest[1] != '=') {
    return std::nullopt;
  }
  const size_t end = std::min(rest.find(','), rest.size());
  const std::string_view value = rest.substr(2, end - 2);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return value;
}

Result<ServerFirst> ParseServerFirst(std::string_view text, std::string_view our_nonce) {
  if (text.size() > kLongestMessage) {
    return Broken("a message of " + std::to_string(text.size()) + " bytes");
  }
  if (text.starts_with("m=")) {
    return Broken("it asks for an extension that we do not have");
  }
  const auto nonce = Take('r', text);
  const auto salt = Take('s', text);
  const auto count = Take('i', text);
  if (!nonce || !salt || !count || !text.empty()) {
    return Broken("its first message is not nonce, salt and iterations");
  }
  if (!nonce->starts_with(our_nonce) || nonce->size() == our_nonce.size()) {
    return Broken("its nonce does not continue ours");
  }
  auto bytes = FromBase64(*salt);
  if (!bytes || bytes->empty() || bytes->size() > kLongestSalt) {
    return Broken("a salt that cannot be used");
  }
  ServerFirst first{.nonce = *nonce, .salt = std::move(*bytes)};
  const auto [end, failure] =
      std::from_chars(count->data(), count->data() + count->size(), first.iterations);
  if (failure != std::errc{} || end != count->data() + count->size() ||
      first.iterations < kFewestIterations || first.iterations > kMostIterations) {
    return Broken(fmt::format("{} iterations, not {} to {}", Printable(*count, 20),
                              kFewestIterations, kMostIterations));
  }
  return first;
}

class ScramMechanism final : public Mechanism {
 public:
  ScramMechanism(ScramHash hash, const SecurityOptions& options, ScramCache& cache,
                 std::string nonce)
      : hash_(hash), options_(options), cache_(cache), nonce_(std::move(nonce)) {}

  std::string_view name() const override {
    return hash_ == ScramHash::kSha512 ? "SCRAM-SHA-512" : "SCRAM-SHA-256";
  }

  std::optional<Result<std::string>> Begin(const Instant& /*now*/) override {
    client_first_ = fmt::format("n={},r={}", EscapeName(options_.username), nonce_);
    return std::string(kNoChannelBinding) + client_first_;
  }

  Result<std::optional<std::string>> Continue(std::string_view challenge) override {
    return server_signature_.empty() ? AnswerFirst(challenge) : CheckFinal(challenge);
  }

  std::string Doubt() const override {
    return fmt::format("is the password right, and does the user \"{}\" exist for {}?",
                       options_.username, name());
  }

  bool Reveals(std::string_view text) const override {
    const std::string& password = options_.password.Reveal();
    return !password.empty() && text.find(password) != std::string_view::npos;
  }

 private:
  Result<std::optional<std::string>> AnswerFirst(std::string_view challenge) {
    const Result<ServerFirst> first = ParseServerFirst(challenge, nonce_);
    if (!first) {
      return first.error();
    }
    const std::string& salted = SaltedPassword(*first);
    const std::string client_key = Hmac(hash_, salted, "Client Key");
    const std::string final_without_proof =
        fmt::format("c={},r={}", ToBase64(kNoChannelBinding), first->nonce);
    const std::string all = fmt::format("{},{},{}", client_first_, challenge, final_without_proof);
    const std::string proof = Xor(client_key, Hmac(hash_, Digest(hash_, client_key), all));
    server_signature_ = Hmac(hash_, Hmac(hash_, salted, "Server Key"), all);
    return std::optional(fmt::format("{},p={}", final_without_proof, ToBase64(proof)));
  }

  const std::string& SaltedPassword(const ServerFirst& first) {
    if (cache_.salt != first.salt || cache_.iterations != first.iterations) {
      cache_ = {.salt = first.salt,
                .iterations = first.iterations,
                .salted = Salted(hash_, options_.password.Reveal(), first.salt, first.iterations)};
    }
    return cache_.salted;
  }

  Result<std::optional<std::string>> CheckFinal(std::string_view challenge) const {
    if (challenge.size() > kLongestMessage) {
      return Broken("a message of " + std::to_string(challenge.size()) + " bytes");
    }
    std::string_view rest = challenge;
    if (const auto error = Take('e', rest)) {
      const std::string shown = Reveals(*error) ? "no words" : Printable(*error, 100);
      return Error(Reason::kUnauthorized,
                   fmt::format("refuses the login ({}); {}", shown, Doubt()));
    }
    const auto signature = Take('v', rest);
    const auto bytes = signature ? FromBase64(*signature) : std::nullopt;
    if (!bytes || !rest.empty()) {
      return Broken("its last message is no signature");
    }
    if (!SameInConstantTime(*bytes, server_signature_)) {
      return Error(Reason::kUnauthorized,
                   "does not prove that it knows the password: it is not the broker that it should "
                   "be");
    }
    return std::optional<std::string>();
  }

  const ScramHash hash_;
  const SecurityOptions& options_;
  ScramCache& cache_;
  const std::string nonce_;
  std::string client_first_{};
  std::string server_signature_{};
};

}  // namespace

std::unique_ptr<Mechanism> Scram(ScramHash hash, const SecurityOptions& options, ScramCache& cache,
                                 std::string nonce) {
  return std::make_unique<ScramMechanism>(hash, options, cache, std::move(nonce));
}

}  // namespace klaxon::kafka::wire
