#include "agent/kafka/wire/frame_reader.h"

#include <algorithm>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "agent/kafka/wire/encoder.h"

namespace klaxon::kafka::wire {
namespace {

constexpr size_t kLimit = size_t{32} << 20U;

std::string Frame(const std::string& body) {
  std::string frame;
  Encoder length(frame, 0, false);
  length(static_cast<int32_t>(body.size()));
  return frame + body;
}

/// Feeds `stream` in pieces of at most `piece` bytes; returns the frames' bodies.
std::vector<std::string> ReadAll(FrameReader& reader, std::string_view stream, size_t piece) {
  std::vector<std::string> frames;
  while (!stream.empty()) {
    const auto space = reader.Space();
    const size_t count = std::min({piece, stream.size(), space.size()});
    std::copy_n(stream.begin(), count, space.begin());
    reader.Commit(count);
    stream.remove_prefix(count);
    for (auto frame = reader.Next(); frame && *frame; frame = reader.Next()) {
      frames.emplace_back(**frame);
    }
  }
  return frames;
}

TEST_CASE("frames come out whole, however the bytes arrive", "[frames]") {
  std::vector<std::string> bodies;
  std::string stream;
  for (size_t size : {4U, 5U, 100U, 70'000U, 4U, 1'000'000U, 64U << 10U, 7U, 300'000U}) {
    bodies.emplace_back(size, static_cast<char>('a' + bodies.size()));
    stream += Frame(bodies.back());
  }
  for (const size_t piece : {size_t{1}, size_t{3}, size_t{1000}, size_t{65'536}, stream.size()}) {
    INFO("pieces of " << piece);
    FrameReader reader(kLimit);
    CHECK(ReadAll(reader, stream, piece) == bodies);
    CHECK_FALSE(reader.inside_frame());
  }
}

TEST_CASE("an announced length allocates nothing before its bytes arrive", "[frames]") {
  FrameReader reader(kLimit);
  const std::string frame = Frame(std::string(kLimit, 'x'));
  size_t fed = 0;
  for (const size_t until : {size_t{8}, size_t{100'000}, size_t{1'000'000}, size_t{10'000'000}}) {
    ReadAll(reader, std::string_view(frame).substr(fed, until - fed), 10'000);
    fed = until;
    CHECK(reader.inside_frame());
    CHECK(reader.capacity() <= 2 * fed + (size_t{128} << 10U));
  }
}

TEST_CASE("what a large frame needed is given back", "[frames]") {
  FrameReader reader(kLimit);
  const std::string frame = Frame(std::string(5'000'000, 'x'));
  CHECK(ReadAll(reader, frame, 50'000).size() == 1);
  CHECK(reader.capacity() > 5'000'000);
  reader.Trim();
  CHECK(reader.capacity() == 0);
  CHECK(ReadAll(reader, frame, 50'000).size() == 1);
}

TEST_CASE("lengths that cannot be are errors", "[frames]") {
  for (const std::string& length :
       {std::string("\xFF\xFF\xFF\xFF"), std::string("\0\0\0\0", 4), std::string("\0\0\0\3", 4),
        std::string("\x02\0\0\1", 4), std::string("\x7F\xFF\xFF\xFF")}) {
    FrameReader reader(kLimit);
    const auto space = reader.Space();
    std::copy(length.begin(), length.end(), space.begin());
    reader.Commit(length.size());
    const auto frame = reader.Next();
    REQUIRE_FALSE(frame);
    CHECK(frame.error().reason() == Reason::kBadAnswer);
  }
}

}  // namespace
}  // namespace klaxon::kafka::wire
