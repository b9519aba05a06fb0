#include "agent/recovery/position.h"

#include <fmt/format.h>

#include "agent/base/text.h"

namespace klaxon::recovery {
namespace {

constexpr char kBetween = '\t';  // neither in names of topics nor in JSON

}  // namespace

std::string InWords(const Positions& positions) {
  constexpr size_t kMostShown = 3;
  std::string words;
  size_t shown = 0;
  for (const Position& position : positions) {
    if (++shown > kMostShown) {
      return fmt::format("{} and {} more", words, positions.size() - kMostShown);
    }
    const bool json = position.partition.starts_with('{');
    words += fmt::format("{}{}{}{}", words.empty() ? "" : ", ", position.partition,
                         json ? " at " : "@", position.offset);
  }
  return words;
}

std::string LinesOf(const Positions& positions) {
  std::string text;
  for (const Position& position : positions) {
    text += fmt::format("{}{}{}{}", text.empty() ? "" : "\n", position.partition, kBetween,
                        position.offset);
  }
  return text;
}

Positions PositionsIn(std::string_view text) {
  Positions positions;
  for (const std::string_view line : Split(text, '\n')) {
    if (const size_t between = line.find(kBetween); between != std::string_view::npos) {
      positions.insert({.partition = std::string(line.substr(0, between)),
                        .offset = std::string(line.substr(between + 1))});
    }
  }
  return positions;
}

}  // namespace klaxon::recovery
