#include "exporters/prometheus/gzip.h"

#include <random>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "tests/exporters/prometheus/page_reader.h"

namespace klaxon::prometheus_page {
namespace {

using testing::Gunzip;

std::string Join(const std::vector<DeflatedPart>& parts) {
  std::vector<const DeflatedPart*> pointers;
  pointers.reserve(parts.size());
  for (const DeflatedPart& part : parts) {
    pointers.push_back(&part);
  }
  return JoinGzip(pointers);
}

DeflatedPart Deflate(Deflater& deflater, std::string_view text) {
  deflater.Write(text);
  return deflater.Take();
}

TEST_CASE("no part at all is an empty gzip file", "[gzip]") {
  CHECK(Gunzip(JoinGzip({})).empty());
}

TEST_CASE("parts are one gzip file, in order, each usable again and again", "[gzip]") {
  Deflater deflater;
  const DeflatedPart first = Deflate(deflater, "first\n");
  const DeflatedPart nothing = deflater.Take();
  const DeflatedPart last = Deflate(deflater, "last\n");
  CHECK(Gunzip(Join({first, nothing, last})) == "first\nlast\n");
  CHECK(Gunzip(Join({last, first, last})) == "last\nfirst\nlast\n");
  CHECK(Gunzip(Join({nothing})).empty());
}

TEST_CASE("a gzip file with a wrong checksum or more behind it is noticed by these tests",
          "[gzip]") {
  Deflater deflater;
  DeflatedPart part = Deflate(deflater, "text");
  CHECK(Gunzip(Join({part}) + "x").starts_with("broken"));
  part.crc ^= 1U;
  CHECK(Gunzip(Join({part})).starts_with("broken"));
}

TEST_CASE("whatever is written in whatever pieces is read back", "[gzip]") {
  const unsigned seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  Deflater deflater;
  for (int round = 0; round < 20; ++round) {
    std::string plain;
    std::vector<DeflatedPart> parts;
    for (uint64_t part = random() % 5; part > 0; --part) {
      for (uint64_t piece = random() % 4; piece > 0; --piece) {
        std::string text(random() % 200'000, '\0');
        const uint64_t letters = 1 + random() % 256;  // from one letter to noise
        for (char& c : text) {
          c = static_cast<char>(random() % letters);
        }
        deflater.Write(text);
        plain += text;
      }
      parts.push_back(deflater.Take());
    }
    const bool equal = Gunzip(Join(parts)) == plain;
    CHECK(equal);
  }
}

}  // namespace
}  // namespace klaxon::prometheus_page
