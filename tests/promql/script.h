#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/promql/query.h"
#include "agent/promql/series_notation.h"
#include "agent/series/memory_store.h"

/// Prometheus' scripts of value tests (promql/promqltest): load series, evaluate, compare.
namespace klaxon::promql::testing {

/// What an `expect` line wants.
struct Expectation {
  std::string what{};  ///< fail, warn, no_warn, info, no_info, ordered, string
  std::string how{};   ///< "msg", "regex" or empty
  std::string text{};  ///< of msg, regex or string
};

struct Evaluation {
  size_t line = 0;
  std::string expression{};
  bool range = false;
  QueryTimes times{};
  std::vector<Expectation> expectations{};
  std::vector<std::string> results{};  ///< lines as they stand

  bool Expects(std::string_view what) const;
};

enum class Verdict { kPassed, kFailed, kNative, kExperimental };

struct Outcome {
  std::string name{};  ///< file:line expression
  Verdict verdict = Verdict::kFailed;
  std::string reason{};
};

/// Runs a script from its beginning. A script that cannot be read gives an outcome that failed.
std::vector<Outcome> RunScript(const std::filesystem::path& file);

/// What is loaded at a point of a script.
struct Loaded {
  std::unique_ptr<series::MemoryStore> store = std::make_unique<series::MemoryStore>();
  /// Series with native histograms are not loaded; evaluations that would see them are out of
  /// reach.
  std::vector<series::Labels> native{};
};

Outcome RunEvaluation(const Evaluation& evaluation, const Loaded& loaded);

/// "5m", "10s53ms" or seconds, in ms.
std::optional<int64_t> ReadTime(std::string_view text);

}  // namespace klaxon::promql::testing
