#include "agent/connect/digest.h"

#include <cstring>
#include <random>

namespace klaxon::connect {
namespace {

__extension__ typedef unsigned __int128 Wide;  // NOLINT(modernize-use-using): of both compilers

/// The product folded upon itself, as wyhash and its kin mix (github.com/wangyi-fudan/wyhash).
uint64_t Mix(uint64_t a, uint64_t b) {
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64U);
}

uint64_t WordAt(const char* bytes) {
  uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

}  // namespace

Digester::Digester() {
  std::random_device random;
  for (uint64_t& word : key_) {
    word = uint64_t{random()} << 32U | random() | 1U;
  }
}

uint64_t Digester::Of(std::string_view bytes) const {
  constexpr size_t kWord = sizeof(uint64_t);
  constexpr size_t kBlock = 2 * kWord * kLanes;
  std::array<uint64_t, kLanes> lanes{};  // apart, so that they go side by side in the processor
  const auto add = [&](const char* block) {
    for (size_t i = 0; i < kLanes; ++i) {
      const char* const at = block + 2 * kWord * i;
      lanes[i] = Mix(WordAt(at) ^ key_[2 * i], WordAt(at + kWord) ^ key_[2 * i + 1] ^ lanes[i]);
    }
  };
  uint64_t digest = bytes.size();
  while (bytes.size() >= kBlock) {
    add(bytes.data());
    bytes.remove_prefix(kBlock);
  }
  std::array<char, kBlock> rest{};  // filled up with zeros: the size counts as well
  bytes.copy(rest.data(), rest.size());
  add(rest.data());
  for (size_t i = 0; i < kLanes; ++i) {
    digest = Mix(digest ^ lanes[i], key_[i]);
  }
  return digest;
}

}  // namespace klaxon::connect
