#include "agent/http/password.h"

#include <crypt.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <stdexcept>

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

namespace klaxon::http {
namespace {

constexpr size_t kHashSize = 60;  // "$2y$10$", 22 characters of salt, 31 of hash
constexpr size_t kMostRemembered = 256;
constexpr size_t kKeySize = 32;

std::string RandomKey() {
  std::array<unsigned char, kKeySize> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    throw std::runtime_error("OpenSSL has no random bytes");
  }
  return {bytes.begin(), bytes.end()};
}

std::string Hmac(const std::string& key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size);
  return {digest.begin(), digest.begin() + size};
}

bool IsBcryptCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '/';
}

/// bcrypt itself, through libxcrypt. It looks at the first 72 bytes of a password only.
bool Fits(const std::string& hash, const std::string& password) {
  const auto scratch = std::make_unique<crypt_data>();
  const char* const made = ::crypt_r(password.c_str(), hash.c_str(), scratch.get());
  const bool fits = made != nullptr && std::string_view(made).size() == hash.size() &&
                    CRYPTO_memcmp(made, hash.data(), hash.size()) == 0;
  OPENSSL_cleanse(scratch.get(), sizeof *scratch);
  return fits;
}

}  // namespace

std::optional<int> CostOf(std::string_view hash) {
  if (hash.size() != kHashSize || !hash.starts_with("$2") || hash[3] != '$' || hash[6] != '$' ||
      std::string_view("aby").find(hash[2]) == std::string_view::npos ||
      !std::all_of(hash.begin() + 7, hash.end(), IsBcryptCharacter)) {
    return std::nullopt;
  }
  if (hash[4] < '0' || hash[4] > '3' || hash[5] < '0' || hash[5] > '9') return std::nullopt;
  const int cost = (hash[4] - '0') * 10 + (hash[5] - '0');
  return cost >= 4 && cost <= 31 ? std::optional(cost) : std::nullopt;
}

std::string DecoyHash(int cost) {
  return fmt::format("$2b${:02}$abcdefghijklmnopqrstuuKlaxonKlaxonKlaxonKlaxonKlaxonK", cost);
}

PasswordCheck::PasswordCheck() : key_(RandomKey()) {
}

std::string PasswordCheck::Fingerprint(const std::string& user, const Secret& hash,
                                       const std::string& password) const {
  return Hmac(key_, fmt::format("{}:{}:{}{}{}", user.size(), password.size(), user, hash.Reveal(),
                                password));
}

bool PasswordCheck::Remembers(const std::string& user, const Secret& hash,
                              const std::string& password) const {
  const std::string fingerprint = Fingerprint(user, hash, password);
  const Lock lock(mutex_);
  return right_.count(fingerprint) == 1;
}

PasswordCheck::Verdict PasswordCheck::Compare(const std::string& user, const Secret& hash,
                                              const std::string& password, MonoTime due) {
  const std::optional<int> cost = CostOf(hash.Reveal());
  // crypt_r would end the password at a NUL, and any text after it would do.
  if (!cost || *cost > kHighestCost || password.find('\0') != std::string::npos) {
    return Verdict::kWrong;
  }
  if (!TakeTurn(due)) return Verdict::kBusy;
  const bool fits = Fits(hash.Reveal(), password);
  EndTurn();
  if (!fits) return Verdict::kWrong;
  const std::string fingerprint = Fingerprint(user, hash, password);
  const Lock lock(mutex_);
  if (right_.size() >= kMostRemembered) right_.clear();
  right_.insert(fingerprint);
  return Verdict::kRight;
}

size_t PasswordCheck::Pick(std::string_view text, size_t most) const {
  const std::string digest = Hmac(key_, text);
  uint64_t number = 0;
  for (size_t i = 0; i < sizeof number; ++i) {
    number = number << 8U | static_cast<unsigned char>(digest[i]);
  }
  return most == 0 ? 0 : number % most;
}

bool PasswordCheck::TakeTurn(MonoTime due) {
  const Lock lock(mutex_);
  const bool mine =
      turn_ended_.wait_until(mutex_, due, [this]() KLAXON_REQUIRES(mutex_) { return !busy_; });
  if (mine) busy_ = true;
  return mine;
}

void PasswordCheck::EndTurn() {
  {
    const Lock lock(mutex_);
    busy_ = false;
  }
  turn_ended_.notify_one();
}

}  // namespace klaxon::http
