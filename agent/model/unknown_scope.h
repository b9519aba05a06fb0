#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/model/answer.h"

namespace klaxon {

/// Series that exist but are not known now, said once for all of them: of these metrics, with these
/// labels. A rule that looks at one of them can conclude nothing from its absence.
struct UnknownScope {
  std::vector<std::string_view> metrics{};  ///< names of the tables, which live for ever
  /// What the series have in common; whatever else is a label of theirs may have any value.
  std::vector<std::pair<std::string, std::string>> labels{};
  /// Only the series that have one of `values` here, e.g. some partitions of a topic. Empty: all.
  std::string split{};
  std::vector<std::string> values{};
  /// The answer that they would be made of. Null: it never came.
  AnswerRef answer{};
  Instant since{};  ///< unknown from then on; of what was never known: when that was noticed
};

/// Everything that is unknown at one moment; neither null nor changed once it is there.
using UnknownScopes = std::vector<UnknownScope>;
using UnknownScopesRef = std::shared_ptr<const UnknownScopes>;

/// In a line for people, e.g. "ListOffsets of broker 3: no answer within 5 s".
std::string Why(const UnknownScope& scope);

}  // namespace klaxon
