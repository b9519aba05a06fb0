#pragma once

#include <string>
#include <vector>

#include "agent/config/mistake.h"

namespace klaxon::rules {

/// Something that is wrong, or odd, in a file of rules.
struct Finding {
  std::string file{};  ///< as the user named it
  config::Position position{};
  std::string about{};  ///< `group "kafka", rule 2, "LagHigh"`; empty: the file
  std::string what{};
};

/// `kafka.yaml:12:9: group "kafka", rule 2, "LagHigh": unknown field "fro"`.
std::string ToString(const Finding& finding);

/// One a line, without a line end after the last.
std::string ToString(const std::vector<Finding>& findings);

}  // namespace klaxon::rules
