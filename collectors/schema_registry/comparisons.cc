#include "collectors/schema_registry/comparisons.h"

#include <algorithm>

#include "agent/base/duration.h"
#include "collectors/answers.h"

namespace klaxon::schema_registry_collector {
namespace {

constexpr size_t kDifferencesShown = 5;

std::string ScopeOf(const RegistryNodeFacts& node) {
  return "comparison with " + node.entity->name;
}

void TakeWords(const std::vector<std::string>& words, const Instant& at,
               NodeComparison& comparison) {
  comparison.differences = words.size();
  comparison.words.assign(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(std::min(
                                                             words.size(), kDifferencesShown)));
  comparison.in_a_row = words.empty() ? 0 : comparison.in_a_row + 1;
  comparison.since = words.empty() ? std::nullopt : std::optional(comparison.since.value_or(at));
}

}  // namespace

Comparisons::Comparisons(const std::vector<registry::RegistryClient>& nodes, const Book& book)
    : nodes_(nodes), comparers_(nodes.size(), Comparer(book)) {
}

void Comparisons::Next(const Measure& measure, const Round& round, SchemaRegistryFacts& facts) {
  for (size_t i = 1; i <= nodes_.size(); ++i) {
    const size_t index = (compared_ + i) % nodes_.size();
    RegistryNodeFacts& node = facts.nodes[index];
    if (measure.told_by == index || node.state != RegistryNodeState::kServing) {
      continue;
    }
    compared_ = index;
    const Instant at = round.context.clock.Now();
    const Result<std::vector<std::string>> words =
        comparers_[index].Compare(measure.names, measure.ids,
                                  {.node = nodes_[index],
                                   .context = round.context,
                                   .request_timeout = round.request_timeout,
                                   .until = round.until});
    kept_.Take(ScopeOf(node), words ? Result<void>() : words.error(), at);
    if (!words) {
      node.compared = WithError(node.compared, words.error());
      node.compare_failed = words.error().message() + "; asked " + FormatWallTime(at.wall);
      return;
    }
    node.compare_failed.clear();
    TakeWords(*words, at, node.comparison);
    const Duration good_for =
        GoodFor(round.context.interval) * static_cast<int>(measure.every * nodes_.size());
    node.compared = MakeAnswer("the comparison with " + node.entity->name, at, good_for);
    return;
  }
}

void Comparisons::Tell(const SchemaRegistryFacts& facts, std::vector<Problem>& problems) {
  for (const RegistryNodeFacts& node : facts.nodes) {
    if (node.state != RegistryNodeState::kServing || node.entity->name == facts.listed_from) {
      kept_.Forget(ScopeOf(node));
    }
  }
  kept_.Tell(problems);
}

}  // namespace klaxon::schema_registry_collector
