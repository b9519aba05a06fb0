#include "agent/kafka/wire/sasl/scram_crypto.h"

#include <array>
#include <cstdlib>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

namespace klaxon::kafka::wire {

namespace {

const EVP_MD* Algorithm(ScramHash hash) {
  return hash == ScramHash::kSha512 ? EVP_sha512() : EVP_sha256();
}

const unsigned char* Octets(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* Octets(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

/// These functions fail only without memory, or where a policy forbids the hash.
void Need(bool good) {
  if (!good) std::abort();
}

}  // namespace

size_t SizeOf(ScramHash hash) {
  return hash == ScramHash::kSha512 ? 64 : 32;
}

std::string Hmac(ScramHash hash, std::string_view key, std::string_view text) {
  std::string out(SizeOf(hash), '\0');
  Need(HMAC(Algorithm(hash), key.data(), static_cast<int>(key.size()), Octets(text), text.size(),
            Octets(out), nullptr) != nullptr);
  return out;
}

std::string Digest(ScramHash hash, std::string_view text) {
  std::string out(SizeOf(hash), '\0');
  Need(EVP_Digest(text.data(), text.size(), Octets(out), nullptr, Algorithm(hash), nullptr) == 1);
  return out;
}

std::string Salted(ScramHash hash, std::string_view password, std::string_view salt,
                   int iterations) {
  std::string out(SizeOf(hash), '\0');
  Need(PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), Octets(salt),
                         static_cast<int>(salt.size()), iterations, Algorithm(hash),
                         static_cast<int>(out.size()), Octets(out)) == 1);
  return out;
}

std::string Xor(std::string_view a, std::string_view b) {
  std::string out(a);
  for (size_t i = 0; i < out.size(); ++i) {
    out[i] = static_cast<char>(out[i] ^ b[i]);
  }
  return out;
}

bool SameInConstantTime(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string ToBase64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // with the zero that OpenSSL adds
  const int size = EVP_EncodeBlock(Octets(text), Octets(bytes), static_cast<int>(bytes.size()));
  text.resize(static_cast<size_t>(size));
  return text;
}

std::optional<std::string> FromBase64(std::string_view text) {
  constexpr std::string_view kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const size_t letters = std::min(text.find_first_not_of(kLetters), text.size());
  const std::string_view padding = text.substr(letters);
  if (text.size() % 4 != 0 || !(padding.empty() || padding == "=" || padding == "==")) {
    return std::nullopt;
  }
  std::string bytes(text.size() / 4 * 3, '\0');
  if (EVP_DecodeBlock(Octets(bytes), Octets(text), static_cast<int>(text.size())) < 0) {
    return std::nullopt;
  }
  bytes.resize(bytes.size() - padding.size());
  return bytes;
}

std::string EscapeName(std::string_view name) {
  std::string escaped;
  for (const char letter : name) {
    if (letter == ',') {
      escaped += "=2C";
    } else if (letter == '=') {
      escaped += "=3D";
    } else {
      escaped += letter;
    }
  }
  return escaped;
}

std::string RandomNonce() {
  std::array<char, 18> bytes{};
  Need(RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size())) ==
       1);
  return ToBase64({bytes.data(), bytes.size()});
}

}  // namespace klaxon::kafka::wire
