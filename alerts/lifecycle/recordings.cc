#include "alerts/lifecycle/recordings.h"

#include <algorithm>

#include "agent/series/matcher.h"

namespace klaxon::alerts {
namespace {

/// What a recording rule says of its labels is what its series have, whatever the expression gives.
bool MayMatch(const rules::Rule& recording, const promql::Selector& selector) {
  return std::ranges::all_of(selector.matchers, [&](const series::Matcher& matcher) {
    const auto label = std::ranges::find(recording.labels, matcher.name(), &rules::NamedText::name);
    return label == recording.labels.end() || matcher.Matches(label->text);
  });
}

}  // namespace

void Recordings::Add(const rules::Rule& rule) {
  if (!rule.alerts) by_name_.emplace(rule.name, &rule);
}

std::vector<const rules::Rule*> Recordings::ReadBy(const promql::Selector& selector) const {
  std::vector<const rules::Rule*> read;
  const auto [first, last] = by_name_.equal_range(selector.metric);
  for (auto each = first; each != last; ++each) {
    if (MayMatch(*each->second, selector)) read.push_back(each->second);
  }
  return read;
}

}  // namespace klaxon::alerts
