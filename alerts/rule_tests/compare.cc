#include "alerts/rule_tests/compare.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "agent/base/duration.h"
#include "alerts/templates/value.h"

namespace klaxon::rule_tests {
namespace {

bool Before(const ExpectedAlert& left, const ExpectedAlert& right) {
  if (left.labels != right.labels) return left.labels < right.labels;
  return left.annotations < right.annotations;
}

bool Same(const ExpectedAlert& left, const ExpectedAlert& right) {
  return left.labels == right.labels && left.annotations == right.annotations;
}

std::string Listed(const std::vector<ExpectedAlert>& alerts) {
  std::string text;
  for (const ExpectedAlert& alert : alerts) {
    text += fmt::format("\n            Labels:{} Annotations:{}", ToString(alert.labels),
                        ToString(alert.annotations));
  }
  return alerts.empty() ? "[]" : text;
}

std::string Listed(const std::vector<ExpectedSample>& samples) {
  std::string text;
  for (const ExpectedSample& sample : samples) {
    text += fmt::format("\n            {} {}", ToString(sample.labels),
                        templates::ShownNumber(sample.value));
  }
  return samples.empty() ? "nil" : text;
}

bool Same(double left, double right, bool fuzzy) {
  if (left == right || (std::isnan(left) && std::isnan(right))) return true;
  return fuzzy &&
         (std::nextafter(left, -HUGE_VAL) == right || std::nextafter(left, HUGE_VAL) == right);
}

}  // namespace

std::string DifferenceOf(const AlertExpectation& expected, std::vector<ExpectedAlert> got) {
  std::vector<ExpectedAlert> wanted = expected.alerts;
  for (ExpectedAlert& alert : wanted) {
    series::LabelsBuilder labels(alert.labels);
    labels.Set("alertname", expected.alert);
    alert.labels = labels.Build();
  }
  std::sort(wanted.begin(), wanted.end(), Before);
  std::sort(got.begin(), got.end(), Before);
  if (std::equal(wanted.begin(), wanted.end(), got.begin(), got.end(),
                 [](const auto& a, const auto& b) { return Same(a, b); })) {
    return "";
  }
  return fmt::format("alertname: {}, time: {},\n        exp: {}\n        got: {}", expected.alert,
                     FormatDuration(expected.at), Listed(wanted), Listed(got));
}

std::string DifferenceOf(const ValueExpectation& expected, const promql::Vector& got, bool fuzzy) {
  std::vector<ExpectedSample> wanted = expected.samples;
  std::vector<ExpectedSample> found;
  for (const promql::VectorSample& sample : got) {
    found.push_back({.labels = *sample.labels, .value = sample.value});
  }
  const auto before = [](const auto& a, const auto& b) { return a.labels < b.labels; };
  std::sort(wanted.begin(), wanted.end(), before);
  std::sort(found.begin(), found.end(), before);
  const auto same = [fuzzy](const ExpectedSample& a, const ExpectedSample& b) {
    return a.labels == b.labels && Same(a.value, b.value, fuzzy);
  };
  if (std::equal(wanted.begin(), wanted.end(), found.begin(), found.end(), same)) return "";
  return fmt::format("expr: \"{}\", time: {},\n        exp: {}\n        got: {}",
                     expected.expression, FormatDuration(expected.at), Listed(wanted),
                     Listed(found));
}

}  // namespace klaxon::rule_tests
