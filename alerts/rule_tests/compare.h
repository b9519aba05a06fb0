#pragma once

#include <string>
#include <vector>

#include "agent/promql/value.h"
#include "alerts/rule_tests/test_file.h"

namespace klaxon::rule_tests {

/// What differs, for people; empty: nothing.
std::string DifferenceOf(const AlertExpectation& expected, std::vector<ExpectedAlert> got);

/// `fuzzy`: the next number up or down is equal. NaN equals NaN.
std::string DifferenceOf(const ValueExpectation& expected, const promql::Vector& got, bool fuzzy);

}  // namespace klaxon::rule_tests
