#pragma once

#include <compare>
#include <set>
#include <string>
#include <string_view>

/// Where connectors stand in what they read.
namespace klaxon::recovery {

/// The next that is read of a partition.
struct Position {
  /// "orders-0"; of a source what it calls a partition: R"({"filename":"/tmp/in.txt"})"
  std::string partition{};
  std::string offset{};  ///< "17"; of a source R"({"position":4711})"

  friend auto operator<=>(const Position&, const Position&) = default;
};

using Positions = std::set<Position>;

/// For people: "orders-0@17, orders-3@5, orders-4@9 and 2 more"; of a source "{...} at {...}".
std::string InWords(const Positions& positions);

/// For the disk: a line each.
std::string LinesOf(const Positions& positions);

/// What LinesOf has written. Lines that it cannot have are left out.
Positions PositionsIn(std::string_view text);

}  // namespace klaxon::recovery
