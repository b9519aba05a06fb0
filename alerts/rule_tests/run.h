#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "alerts/rules/rule_file.h"

namespace klaxon::rule_tests {

struct RunOptions {
  /// A sample that is exactly five minutes old still counts, as it did before Prometheus 3.
  bool prometheus2 = false;
  rules::ReadOptions rules{};       ///< how the rule files are read
  std::vector<std::string> only{};  ///< names of tests; empty: all
};

/// What came of one file of tests.
struct Outcome {
  std::vector<std::string> failures{};  ///< of several lines each, in the order of the tests
  std::vector<std::string> notes{};     ///< what was not judged, and why
  size_t tests = 0;                     ///< that were run
  size_t expectations = 0;              ///< that were judged

  bool passed() const { return failures.empty(); }
};

/// Runs the tests of a file as `promtool test rules` does, and gives its verdict. Expectations of
/// native histograms are not judged. Reads the file and its rule files; never throws.
Outcome RunTestFile(const std::string& path, const RunOptions& options = {});

}  // namespace klaxon::rule_tests
