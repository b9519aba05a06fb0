#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace klaxon::kafka::wire {

enum class ScramHash { kSha256, kSha512 };

/// Bytes of the hash.
size_t SizeOf(ScramHash hash);

/// The functions of RFC 5802 section 2.2, by OpenSSL. All bytes are raw.
std::string Hmac(ScramHash hash, std::string_view key, std::string_view text);
std::string Digest(ScramHash hash, std::string_view text);
/// Hi(): PBKDF2. Costs about 0.5 us an iteration.
std::string Salted(ScramHash hash, std::string_view password, std::string_view salt,
                   int iterations);
/// REQUIRES: equal sizes.
std::string Xor(std::string_view a, std::string_view b);
/// Takes as long whether they differ early or late.
bool SameInConstantTime(std::string_view a, std::string_view b);

std::string ToBase64(std::string_view bytes);
/// Strict: with padding, nothing else between. Empty: not base64.
std::optional<std::string> FromBase64(std::string_view text);

/// A user's name as SCRAM writes it (RFC 5802 section 5.1).
std::string EscapeName(std::string_view name);

/// 144 random bits as base64: printable, without a comma.
std::string RandomNonce();

}  // namespace klaxon::kafka::wire
