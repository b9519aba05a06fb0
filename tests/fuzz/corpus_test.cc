// Every fuzzer takes every input that is committed for it, and some that differ a little. A fuzzer
// complains by aborting, which ends this program with the input's name.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "fuzzers.h"

namespace klaxon::testing {
namespace {

constexpr uint32_t kSeed = 20'251;
constexpr int kMutations = 16;       // of each input
constexpr size_t kLargest = 20'000;  // bytes of an input that is mutated

struct Input {
  std::string name{};
  std::string bytes{};
};

/// By name, so that the mutations are always the same.
std::vector<Input> InputsIn(const std::string& folder) {
  std::vector<Input> inputs;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    inputs.push_back(
        {.name = entry.path().filename(), .bytes = {std::istreambuf_iterator<char>(file), {}}});
  }
  std::ranges::sort(inputs, {}, &Input::name);
  return inputs;
}

/// A few bytes changed, left out, doubled or cut off. The numbers of mt19937 are the same
/// everywhere; those of the standard distributions are not.
std::string Mutated(std::string bytes, std::mt19937& random) {
  for (uint32_t changes = 1 + random() % 4; changes > 0 && !bytes.empty(); --changes) {
    const size_t at = random() % bytes.size();
    const size_t count = std::min<size_t>(bytes.size() - at, 1 + random() % 8);
    switch (random() % 5) {
      case 0:
        bytes[at] = static_cast<char>(random() % 256);
        break;
      case 1:
        bytes.erase(at, count);
        break;
      case 2:
        bytes.insert(at, bytes.substr(at, count));
        break;
      case 3:
        std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), count, '\xFF');
        break;
      default:
        bytes.resize(at);
    }
  }
  return bytes;
}

void Give(const Fuzzer& fuzzer, const std::string& bytes) {
  // A copy of the exact size, so that a sanitizer sees a read behind its end.
  const std::vector<uint8_t> copy(bytes.begin(), bytes.end());
  CHECK(fuzzer.take(copy.data(), copy.size()) == 0);
}

TEST_CASE("every fuzzer takes its corpus, and inputs that differ a little", "[fuzz]") {
  for (const Fuzzer& fuzzer : kFuzzers) {
    INFO(fuzzer.name);
    const std::vector<Input> inputs = InputsIn(fuzzer.corpus);
    CHECK_FALSE(inputs.empty());
    Give(fuzzer, "");
    std::mt19937 random(kSeed);
    for (const Input& input : inputs) {
      INFO(fuzzer.corpus << "/" << input.name);
      Give(fuzzer, input.bytes);
      for (int i = 0; i < kMutations && input.bytes.size() <= kLargest; ++i) {
        INFO("mutation " << i);
        Give(fuzzer, Mutated(input.bytes, random));
      }
    }
  }
}

TEST_CASE("every fuzzer of the tree is among those", "[fuzz]") {
  size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator("tests")) {
    files += entry.path().filename().string().ends_with("_fuzz.cc") ? 1U : 0U;
  }
  CHECK(files == std::size(kFuzzers));
  std::set<std::string> folders;
  for (const Fuzzer& fuzzer : kFuzzers) {
    folders.insert(fuzzer.corpus);
  }
  CHECK(folders.size() == std::size(kFuzzers));  // each has one of its own
}

}  // namespace
}  // namespace klaxon::testing
