#include "agent/registry/schema_hash.h"

#include <array>

#include <openssl/sha.h>

namespace klaxon::registry {

SchemaHash HashOf(std::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): OpenSSL's bytes
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  const auto eight = [&](size_t from) {
    uint64_t number = 0;
    for (size_t i = 0; i < 8; ++i) {
      number = number << 8U | digest.at(from + i);
    }
    return number;
  };
  return {.high = eight(0), .low = eight(8)};
}

}  // namespace klaxon::registry
