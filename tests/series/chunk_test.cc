#include "agent/series/chunk.h"

#include <bit>
#include <fstream>
#include <limits>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include "agent/series/history.h"

namespace klaxon::series {
namespace {

void CheckBack(const std::vector<Sample>& samples) {
  Chunk chunk;
  for (const Sample& sample : samples)
    chunk.Append(sample);
  std::vector<Sample> back;
  constexpr int64_t kForever = std::numeric_limits<int64_t>::max();
  chunk.Decode(std::numeric_limits<int64_t>::min(), kForever, back);
  REQUIRE(back.size() == samples.size());
  for (size_t i = 0; i < back.size(); ++i) {
    CHECK(back[i].time == samples[i].time);
    CHECK(std::bit_cast<uint64_t>(back[i].value) == std::bit_cast<uint64_t>(samples[i].value));
  }
  if (samples.size() < 3) return;
  std::vector<Sample> part;  // neither what the span begins after nor what comes behind it
  chunk.Decode(samples[0].time, samples[samples.size() - 2].time, part);
  REQUIRE(part.size() == samples.size() - 2);
  CHECK(part.front().time == samples[1].time);
}

TEST_CASE("a chunk gives back every bit of what was put in") {
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  CheckBack({});
  CheckBack({{.time = 1, .value = 2}});
  CheckBack({{-5, 0.0},
             {-4, -0.0},
             {0, StaleMarker()},
             {1, kInfinite},
             {2, -kInfinite},
             {3, std::numeric_limits<double>::quiet_NaN()},
             {4, 1e-310},
             {5, 1e308}});
  CheckBack({{std::numeric_limits<int64_t>::min() / 4, 1},
             {0, 2},
             {1, 3},
             {std::numeric_limits<int64_t>::max() / 4, 4}});
  std::mt19937_64 random(7);
  for (int round = 0; round < 50; ++round) {
    std::vector<Sample> samples;
    int64_t time = static_cast<int64_t>(random() % 1'000'000);
    uint64_t value = random();
    for (int i = 0; i < 200; ++i) {
      time += 1 + static_cast<int64_t>(random() % (uint64_t{1} << random() % 40));
      if (random() % 3 == 0) value ^= random() >> random() % 64 << random() % 64;
      samples.push_back({.time = time, .value = std::bit_cast<double>(value)});
    }
    CheckBack(samples);
  }
}

TEST_CASE("samples of a lag take less than two bytes each, all that a chunk needs included") {
  std::mt19937_64 random(7);
  Chunk lag;
  Chunk still;
  double value = 1000;
  for (int64_t i = 0; i < 120; ++i) {
    if (random() % 3 == 0) value = static_cast<double>(random() % 4000);
    lag.Append({.time = i * 15'000, .value = value});
    still.Append({.time = i * 15'000, .value = 5});
  }
  lag.Seal();
  still.Seal();
  fmt::print("bytes a sample: lag {:.2f}, still {:.2f}\n", static_cast<double>(lag.bytes()) / 120,
             static_cast<double>(still.bytes()) / 120);
  CHECK(lag.bytes() < size_t{120} * 2);
  CHECK(still.bytes() < 150);
}

TEST_CASE("the history of a recorded lag takes at most two bytes a sample") {
  std::ifstream file("tests/series/data/lag.txt");
  std::string line;
  HistoryNumbers numbers;
  size_t samples = 0;
  std::vector<History> histories;
  while (std::getline(file, line)) {
    if (line.starts_with('#')) continue;
    std::istringstream values(line.substr(line.find(' ')));
    History& history = histories.emplace_back();
    int64_t scrape = 0;
    for (double value = 0; values >> value; ++samples)
      history.Append({.time = ++scrape, .value = value}, numbers);
  }
  REQUIRE(samples > 10'000);
  const double bytes = static_cast<double>(numbers.bytes) / static_cast<double>(samples);
  fmt::print("bytes a sample of {} of recorded lag: {:.2f}\n", samples, bytes);
  CHECK(bytes <= 2);
}

}  // namespace
}  // namespace klaxon::series
