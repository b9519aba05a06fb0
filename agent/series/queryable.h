#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "agent/base/result.h"
#include "agent/series/labels.h"
#include "agent/series/matcher.h"
#include "agent/series/sample.h"

/// Series that can be asked for: what queries stand on, whoever holds them.
namespace klaxon::series {

/// Which series, and which of their samples: those in (after, until], in milliseconds since 1970.
struct Selection {
  std::span<const Matcher> matchers{};
  int64_t after = 0;
  int64_t until = 0;
  /// False: of each series the newest sample in the span is enough; more may come.
  bool past = true;
  /// Samples that may be made for the answer, which is cut short after them; see Selected::made.
  size_t most = std::numeric_limits<size_t>::max();
};

struct SelectedSeries {
  LabelsRef labels = NoLabels();
  /// Sorted by time, each time once, staleness markers included. They live in Selected::owned or in
  /// the Queryable.
  std::span<const Sample> samples{};
};

struct Selected {
  std::vector<SelectedSeries> series{};  ///< in any order, each label set once
  /// Samples that were made for this answer.
  std::vector<std::shared_ptr<const std::vector<Sample>>> owned{};
  size_t made = 0;  ///< how many these are; more than Selection::most: the answer is no answer
  /// What the answer lacks, e.g. history that is not kept. One line each.
  std::vector<std::string> warnings{};
};

/// A fixed set of series. Thread-safe to read; lives longer than what it selected.
class Queryable {
 public:
  Queryable() = default;
  Queryable(const Queryable&) = delete;
  Queryable& operator=(const Queryable&) = delete;
  virtual ~Queryable() = default;

  /// Series without a sample in the span may be left out.
  virtual Result<Selected> Select(const Selection& selection) const = 0;
};

}  // namespace klaxon::series
