#pragma once

#include <string>
#include <vector>

namespace klaxon::config {

/// A place in a file, both counted from 1. Line 0: the file as a whole.
struct Position {
  int line = 0;
  int column = 0;

  friend bool operator==(const Position&, const Position&) = default;
  friend auto operator<=>(const Position&, const Position&) = default;
};

/// One thing that is wrong in a configuration file. Never holds the value of a secret or of an
/// environment variable.
struct Mistake {
  std::string file{};  ///< as the user named it
  Position position{};
  std::string path{};  ///< e.g. "clusters[0].kafka.interval"; empty: the file as a whole
  std::string what{};  ///< e.g. `unknown key; did you mean "interval"?`

  friend bool operator==(const Mistake&, const Mistake&) = default;
};

/// `klaxon.yaml:12: clusters[0].kafka.intervall: unknown key; did you mean "interval"?`
std::string ToString(const Mistake& mistake);

/// One mistake a line, without a line end after the last.
std::string ToString(const std::vector<Mistake>& mistakes);

}  // namespace klaxon::config
