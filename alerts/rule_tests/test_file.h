#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/clock.h"
#include "agent/promql/series_notation.h"
#include "agent/series/labels.h"
#include "alerts/rules/finding.h"

/// Unit tests of rules in promtool's form. Source: prometheus/docs/configuration/
/// unit_testing_rules.md and cmd/promtool/unittest.go, version 3.
namespace klaxon::rule_tests {

struct ExpectedAlert {
  series::Labels labels{};  ///< without alertname
  series::Labels annotations{};
};

struct AlertExpectation {
  Duration at{};  ///< after the start
  std::string alert{};
  std::vector<ExpectedAlert> alerts{};  ///< all that fire, no other
};

struct ExpectedSample {
  series::Labels labels{};
  double value = 0;
};

struct ValueExpectation {
  Duration at{};
  std::string expression{};
  std::vector<ExpectedSample> samples{};
  bool native_histograms = false;  ///< expects some; not judged
};

struct Test {
  std::string name{};
  Duration interval{};  ///< between the values of the series
  WallTime start{};
  std::vector<promql::SeriesNotation> series{};
  std::vector<AlertExpectation> alerts{};
  std::vector<ValueExpectation> values{};
  std::map<std::string, std::string> external_labels{};
  std::string external_url{};
};

struct TestFile {
  std::string name{};
  std::vector<std::string> rule_files{};  ///< as they are written: patterns
  Duration interval{};                    ///< between evaluations of all rules
  std::map<std::string, size_t> order{};  ///< of groups by name; those without are first
  bool fuzzy = false;                     ///< neighbouring numbers are equal
  std::vector<Test> tests{};
  std::vector<rules::Finding> mistakes{};  ///< not empty: nothing is to be run
};

/// At most 4 MiB. `ignore_unknown_fields` is for the rules; here every field must be known.
TestFile ReadTestFile(const std::string& path);

/// The same of a text.
TestFile ParseTestFile(std::string_view text, std::string name);

}  // namespace klaxon::rule_tests
