// Any bytes as a rule file and as a file of unit tests: no exception, no limit passed, every
// mistake can be printed, and rules that load can be evaluated.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/series/memory_store.h"
#include "alerts/lifecycle/engine.h"
#include "alerts/lifecycle/history.h"
#include "alerts/rule_tests/test_file.h"
#include "alerts/rules/duplicates.h"
#include "alerts/rules/rule_file.h"

namespace {

using namespace klaxon;  // NOLINT(google-build-using-namespace)

class FuzzSink final : public alerts::SampleSink {
 public:
  explicit FuzzSink(series::MemoryStore& store) : store_(store) {}

  void Append(const series::LabelsRef& labels, series::Sample sample) override {
    store_.Append(*labels, sample);
  }

 private:
  series::MemoryStore& store_;
};

void EvaluateAll(const rules::RuleFile& file) {
  series::MemoryStore store;
  store.Append(series::Labels({{"__name__", "lag"}, {"group", "orders"}}),
               {.time = 1000, .value = 5});
  FuzzSink sink(store);
  alerts::Surroundings surroundings;
  surroundings.query.most_samples = 10'000;
  surroundings.query.most_held = 10'000;
  std::vector<rules::Group> groups = file.groups;
  for (rules::Group& group : groups) {
    group.interval = std::chrono::seconds(1);
  }
  alerts::Engine engine({.surroundings = std::move(surroundings)});
  engine.Use(groups, WallTime(), sink);
  const WallTime end(std::chrono::seconds(4));
  for (WallTime now; now <= end; now += std::chrono::seconds(1)) {
    engine.EvaluateDue(now, store, sink);
  }
  const size_t alerts = engine.Save(end).alerts.size();
  engine.Use(std::move(groups), end, sink);  // the same rules read anew: nothing is lost
  if (engine.Save(end).alerts.size() != alerts) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const rules::RuleFile file =
      rules::ParseRuleFile(text, "fuzz.yaml", {.ignore_unknown_fields = size % 2 == 0});
  (void)ToString(file.mistakes);
  (void)ToString(rules::FindDuplicates(file));
  for (const rules::Finding& mistake : file.mistakes) {
    if (mistake.position.line < 0 || mistake.position.column < 0) std::abort();
  }
  if (file.mistakes.empty()) {
    (void)alerts::HistoryFor(file.groups);
    EvaluateAll(file);
  }
  (void)ToString(rule_tests::ParseTestFile(text, "fuzz.yaml").mistakes);
  return 0;
}
